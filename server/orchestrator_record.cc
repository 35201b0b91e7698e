// What is counted, published and kept of a decision and of its outcome.
#include <utility>

#include "server/disclosure.h"
#include "server/orchestrator.h"

namespace recourse {
namespace {

// As much of a plan as its local plan is made from: the whole may be large,
// and a caller's own.
std::shared_ptr<const std::vector<Step>> LocalPlanSteps(
    const std::vector<Step>& steps) {
  auto kept = std::make_shared<std::vector<Step>>();
  for (const Step& step : steps) {
    if (!std::holds_alternative<RetryStep>(step)) continue;
    kept->push_back(step);
    break;
  }
  return kept;
}

}  // namespace

void Orchestrator::Record(Recovery& r) {
  parts_.catalog->CountMatch(r.match);
  if (parts_.statistics) {
    parts_.statistics->RecordDecision(
        {.decision = r.decision,
         .previous = r.previous ? &*r.previous : nullptr,
         .now = r.now,
         .repeated = r.previous.has_value() &&
                     !parts_.continued->Insert(r.previous->decision_id, r.now),
         .reported = r.previous.has_value() &&
                     parts_.reports->Contains(r.previous->recovery_id, r.now)});
  }
  // What a SHADOW pattern matches is being tried out already.
  if (parts_.unmatched != nullptr && r.match.winner == nullptr &&
      r.match.shadows.empty()) {
    parts_.unmatched->Add(
        r.redacted->ns,
        parts_.redactor->RedactText(r.request.failure, *r.redacted),
        r.decision.classification, r.now);
  }
  auto entry = std::make_shared<DecisionEntry>(
      ToEntry(r.decision, *std::move(r.redacted), *parts_.redactor));
  parts_.decisions->Append(entry);
  if (parts_.events->HasWatchers()) {
    const auto publish = [&](EventKind kind) {
      parts_.events->Publish(std::make_shared<Event>(
          Event{.kind = kind, .time = r.now, .decision = entry}));
    };
    publish(EventKind::kAttempt);
    if (r.decision.disposition == Disposition::kGiveUp) {
      publish(EventKind::kFailure);
    }
  }
  if (r.claim != nullptr) {
    auto remembered = std::make_shared<Decision>(r.decision);
    remembered->plan_steps = LocalPlanSteps(*r.decision.plan_steps);
    r.claim->Complete(std::move(remembered), r.now);
  }
}

absl::StatusOr<bool> Orchestrator::Report(
    const std::string& token, Outcome outcome,
    std::optional<absl::Duration> duration) {
  const absl::Time time = now();
  const absl::StatusOr<Progress> progress = OpenToken(token);
  if (!progress.ok()) return progress.status();
  if (!parts_.reports->Insert(progress->recovery_id, time)) {
    if (parts_.statistics) parts_.statistics->RecordDuplicateReport(time);
    return false;
  }
  if (parts_.guard != nullptr && SettlesNow(*progress, time)) {
    TellOutcome(*progress, outcome, time, *parts_.guard);
  }
  if (parts_.statistics) {
    parts_.statistics->RecordOutcome(*progress, outcome, duration, time);
  }
  parts_.decisions->SetOutcome(progress->decision_id, outcome);
  if (!parts_.events->HasWatchers()) return true;
  const bool failed =
      outcome == Outcome::kFailure || outcome == Outcome::kAbandoned;
  if (outcome != Outcome::kSuccess && !failed) return true;
  SharedDecisionEntry entry = parts_.decisions->Find(progress->decision_id);
  if (entry == nullptr) {
    // Too old for the log: what the token says must do.
    entry = std::make_shared<DecisionEntry>(
        ToEntry(*progress, outcome, *parts_.redactor));
  }
  parts_.events->Publish(std::make_shared<Event>(
      Event{.kind = failed ? EventKind::kFailure : EventKind::kSuccess,
            .time = time,
            .decision = std::move(entry)}));
  return true;
}

}  // namespace recourse

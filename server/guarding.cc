#include "server/guarding.h"

#include "absl/strings/str_cat.h"
#include "server/model/stable_hash.h"

namespace recourse {
namespace {

// The same operation failing the same way from the same place. Only a workflow
// names an operation: without one, a busy caller's many operations would be
// taken for one that drops its token.
uint64_t TokenlessKey(const LeaveRequest& request) {
  const Failure& failure = request.failure;
  if (request.has_token || failure.workflow_id.empty()) return 0;
  uint64_t key = StableHash(failure.ns);
  for (const absl::string_view part :
       {absl::string_view(failure.workflow_id),
        absl::string_view(failure.node_name), absl::string_view(failure.target),
        absl::string_view(failure.caller_service),
        absl::string_view(failure.caller_instance),
        absl::string_view(failure.exception_type),
        absl::string_view(request.classification.pattern_id),
        Name(request.classification.category)}) {
    key = StableHash(part, StableHash("/", key));
  }
  return key == 0 ? 1 : key;
}

RunOutcome OutcomeOfRun(Outcome outcome) {
  switch (outcome) {
    case Outcome::kSuccess:
      return RunOutcome::kSuccess;
    case Outcome::kFailure:
      return RunOutcome::kFailure;
    case Outcome::kAbandoned:  // Something was left to run, and did not.
      return RunOutcome::kUnused;
    case Outcome::kUnspecified:
    case Outcome::kCancelled:
    case Outcome::kIgnored:
      return RunOutcome::kNeutral;
  }
  return RunOutcome::kNeutral;
}

}  // namespace

const std::string& TargetOf(const Action& action, const Failure& failure) {
  const auto* alternative = std::get_if<AlternativeAction>(&action);
  return alternative == nullptr ? failure.target
                                : alternative->alternative.target;
}

bool SpeaksAgainstTarget(Category category) {
  return category == Category::kTransient ||
         category == Category::kConnection || category == Category::kTimeout;
}

void ClassifyOpenCircuit(const Failure& failure,
                         Classification& classification) {
  classification.not_executed = true;
  if (!failure.text.empty()) return;
  classification.category = Category::kTransient;
  classification.confidence = 1;
  classification.retryable = true;
  classification.recommended_strategy = Strategy::kRetry;
  classification.suggested_action =
      "Nothing: it goes on when the target is back.";
  classification.evidence = "circuit_open";
}

void TellFailure(const Failure& failure, const CallSite& site,
                 const Classification& classification,
                 const PreviousRun& previous, absl::Time now, Guard& guard) {
  const bool counts =
      !failure.circuit_open && SpeaksAgainstTarget(classification.category);
  const bool granted =
      previous.grant != nullptr && !previous.grant->target.empty();
  if (granted && !previous.settled) {
    guard.Settle(failure.ns, *previous.grant,
                 failure.circuit_open ? RunOutcome::kUnused
                 : counts             ? RunOutcome::kFailure
                                      : RunOutcome::kNeutral,
                 now);
  }
  if (site.target.empty()) return;
  if (failure.circuit_open) {
    if (failure.calls) guard.ObserveCalls(site, *failure.calls, now);
    return;
  }
  ErrorEvidence evidence;
  evidence.counts = counts;
  evidence.sums = failure.calls;
  evidence.settled = granted && previous.grant->target == site.target;
  if (classification.retry_after && !classification.retry_after->never) {
    evidence.retry_after = classification.retry_after->delay;
  }
  guard.ObserveError(site, evidence, now);
}

void TellOutcome(const Progress& progress, Outcome outcome, absl::Time now,
                 Guard& guard) {
  guard.Settle(progress.ns, progress.grant, OutcomeOfRun(outcome), now);
}

std::optional<Leave> AskLeave(const Action& action, const LeaveRequest& request,
                              Guard& guard) {
  const Failure& failure = request.failure;
  if (!RunsAgain(action) || request.target.empty()) return std::nullopt;
  AdmitRequest admit;
  admit.site = request.site;
  admit.site.target = request.target;
  // Only a client that knows circuits tells of calls, and asks again when told.
  admit.can_recheck = failure.circuit_open || failure.calls.has_value();
  admit.first_call =
      failure.circuit_open || request.target != request.site.target;
  // Who asks since a circuit is open has waited already.
  admit.delay = failure.circuit_open ? absl::ZeroDuration() : DelayOf(action);
  admit.expected_call_time = failure.expected_call_time;
  admit.time_remaining = failure.time_remaining;
  admit.seed = request.seed;
  admit.tokenless_key = TokenlessKey(request);
  admit.max_tokenless_grants = request.limits.max_total_retries;
  AdmitAnswer answer = guard.Admit(admit, request.now);
  if (auto* refused = std::get_if<NotAdmitted>(&answer)) {
    return Exhausted{refused->reason, std::move(refused->text)};
  }
  return std::get<Admitted>(std::move(answer));
}

void HeldGrant::Hold(Grant grant, const Failure& failure, absl::Time now,
                     Guard& guard) {
  grant_ = std::move(grant);
  failure_ = &failure;
  time_ = now;
  guard_ = &guard;
}

void HeldGrant::GiveBack() {
  if (!grant_) return;
  guard_->Release(failure_->ns, *grant_, time_);
  grant_.reset();
}

GrantStamp HeldGrant::Take() {
  GrantStamp stamp;
  if (grant_) stamp = std::move(grant_->stamp);
  grant_.reset();
  return stamp;
}

bool UsesAnAttempt(const Decision& decision, const Failure& failure) {
  if (decision.recheck) return false;
  return !failure.circuit_open ||
         !std::holds_alternative<RetryAction>(*decision.action);
}

void ApplyGrant(const Grant& grant, const Belief& belief, Decision& decision) {
  if (auto* retry = std::get_if<RetryAction>(&*decision.action)) {
    retry->delay = grant.delay;
  } else {
    decision.start_delay = grant.delay;
  }
  decision.recheck = grant.recheck;
  const bool knows_better =
      belief.held_back && !grant.recheck &&
      (belief.hears_nothing || grant.delay <= absl::ZeroDuration());
  decision.trial = grant.stamp.permit != 0 || knows_better;
}

}  // namespace recourse

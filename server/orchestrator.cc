#include "server/orchestrator.h"

#include <algorithm>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/disclosure.h"
#include "server/explain.h"
#include "server/gates.h"
#include "server/match/classifier.h"
#include "server/model/stable_hash.h"
#include "server/strategy/strategy.h"
#include "server/wire/errors.h"

namespace recourse {
namespace {

// How long a caller waits before it asks a registry again that is behind.
constexpr absl::Duration kRegistryRetryDelay = absl::Milliseconds(100);
constexpr absl::Duration kEqualRetryDelay = absl::Milliseconds(500);

std::string NewId() {
  static thread_local absl::BitGen gen;
  std::string bytes(16, '\0');
  for (char& byte : bytes) byte = absl::Uniform<unsigned char>(gen);
  return absl::BytesToHexString(bytes);
}

std::string MemoKey(const RecoveryRequest& request) {
  if (request.request_id.empty()) return "";
  // Lengths keep ("a", "bc") apart from ("ab", "c").
  const Failure& failure = request.failure;
  return absl::StrCat(failure.ns, "/", failure.caller_service.size(), ":",
                      failure.caller_service, "/", request.request_id);
}

absl::string_view ReasonFor(TokenFault fault) {
  switch (fault) {
    case TokenFault::kMalformed:
      return reason::kTokenMalformed;
    case TokenFault::kForged:
      return reason::kTokenForged;
    case TokenFault::kExpired:
      return reason::kTokenExpired;
  }
  return reason::kInvalidField;
}

Disposition DispositionOf(const Action& action) {
  if (const auto* escalation = std::get_if<EscalationAction>(&action)) {
    return escalation->pause_workflow ? Disposition::kWaitForHuman
                                      : Disposition::kEscalated;
  }
  return std::holds_alternative<FallbackAction>(action)
             ? Disposition::kRecovered
             : Disposition::kAct;
}

// True for a correction that runs regexes and fixers over a text of the state:
// for seconds, or longer where it is meant to.
bool CorrectsText(const Step& step, const Orchestrator::Recovery& r) {
  const Failure& failure = r.request.failure;
  return std::holds_alternative<ErrorCorrectionStep>(step) &&
         failure.state != nullptr && !failure.subject_field.empty() &&
         !r.rerun_refused.has_value();
}

bool Escalates(const Orchestrator::Recovery& r) {
  return r.decision.action.has_value() &&
         std::holds_alternative<EscalationAction>(*r.decision.action);
}

// What a request becomes whose answer is known.
std::unique_ptr<Orchestrator::Recovery> Remembered(RequestMemo::Answer answer) {
  auto recovery = std::make_unique<Orchestrator::Recovery>();
  recovery->remembered = std::move(answer);
  return recovery;
}

absl::Status TooManyEqual() {
  return WithRetryDelay(
      Refusal(absl::StatusCode::kResourceExhausted, reason::kOverloaded,
              "too many requests wait for the answer to an equal one"),
      kEqualRetryDelay);
}

// What a report of the outcome is booked by.
void NoteDecision(const Decision& decision, absl::Time now,
                  Progress& progress) {
  progress.decision_id = decision.decision_id;
  progress.strategy = decision.strategy;
  progress.pattern_id = decision.classification.pattern_id;
  progress.category = decision.classification.category;
  progress.error_type = decision.classification.error_type;
  progress.issue_time = progress.decision_time = now;
  progress.registry_revision = decision.registry_revision;
}

}  // namespace

Orchestrator::Orchestrator(OrchestratorParts parts)
    : parts_(std::move(parts)) {}
Orchestrator::~Orchestrator() = default;

void Orchestrator::Begin(RecoveryRequest request,
                         const std::function<void(Begun)>& done) const {
  const std::string key = MemoKey(request);
  if (key.empty()) return done(BeginFirst(std::move(request), nullptr));
  const size_t bytes = request.message_bytes;
  auto shared = std::make_shared<RecoveryRequest>(std::move(request));
  RequestMemo::Entrance entrance = parts_.memo->Enter(
      key, bytes, now(), [this, shared, done](RequestMemo::Answer answer) {
        if (answer == nullptr) return Begin(std::move(*shared), done);
        done(Remembered(std::move(answer)));
      });
  if (entrance.follows) return;
  if (entrance.answer) return done(Remembered(std::move(entrance.answer)));
  if (entrance.claim == nullptr) return done(TooManyEqual());
  done(BeginFirst(std::move(*shared), std::move(entrance.claim)));
}

Orchestrator::Begun Orchestrator::BeginFirst(
    RecoveryRequest request, std::unique_ptr<RequestMemo::Claim> claim) const {
  const int64_t min_revision = request.min_registry_revision;
  Begun recovery = Start(std::move(request), parts_.catalog->registry());
  if (!recovery.ok()) return recovery.status();
  if ((*recovery)->registry->revision() < min_revision) {
    return WithRetryDelay(
        Refusal(absl::StatusCode::kUnavailable, reason::kRegistryBehind,
                absl::StrCat("the registry is at revision ",
                             (*recovery)->registry->revision(), ", not yet at ",
                             min_revision)),
        kRegistryRetryDelay);
  }
  Recovery& r = **recovery;
  r.claim = std::move(claim);
  if (parts_.guard != nullptr) TellGuard(r);
  DecideNextStep(r, Corrections::kLeave);
  return recovery;
}

// What passed since r.now, waiting or correcting, is gone from the caller's
// time.
void Orchestrator::CatchUp(Recovery& r) const {
  const absl::Time later = now();
  if (std::optional<absl::Duration>& left = r.request.failure.time_remaining) {
    *left = std::max(*left - (later - r.now), absl::ZeroDuration());
  }
  r.now = r.decision.time = later;
}

// As the token says, or that of a new recovery.
absl::Status Orchestrator::LoadProgress(Recovery& r) const {
  if (r.request.recovery_token.empty()) {
    r.progress.recovery_id = NewId();
    r.progress.start_time = r.now;
    r.progress.ns = r.request.failure.ns;
    return absl::OkStatus();
  }
  absl::StatusOr<Progress> progress = OpenToken(r.request.recovery_token);
  if (!progress.ok()) return progress.status();
  r.previous = *progress;
  r.progress = *std::move(progress);
  // Waiting does not count, even if the answer of the wait was lost.
  if (!r.progress.incident_id.empty()) {
    r.progress.waited +=
        std::max(r.now - r.progress.issue_time, absl::ZeroDuration());
  }
  return absl::OkStatus();
}

// Which pattern matches, and what is known about the failure.
void Orchestrator::Understand(Recovery& r) const {
  const Failure& failure = r.request.failure;
  // An open circuit without an error is nothing that a pattern could know.
  if (!failure.text.empty()) r.match = r.registry->Match(failure);
  Classification& classification = r.decision.classification;
  classification =
      ClassifyMatch(failure, *r.registry,
                    parts_.wall_clock ? parts_.wall_clock() : r.now, &r.match);
  if (failure.circuit_open) ClassifyOpenCircuit(failure, classification);
  ApplyPolicy(r);
  r.decision.trace.push_back({-1, Strategy::kUnspecified,
                              TraceReason::kClassified,
                              ClassifiedText(classification)});
  AddTargetHint(failure, *parts_.redactor, r.decision.trace);
}

// Token, match and plan: everything before the first step is asked.
Orchestrator::Begun Orchestrator::Start(
    RecoveryRequest request,
    std::shared_ptr<const PatternRegistry> registry) const {
  auto recovery = std::make_unique<Recovery>();
  Recovery& r = *recovery;
  r.request = std::move(request);
  r.started = r.now = r.request.receive_time.value_or(now());
  if (r.request.receive_time.has_value()) CatchUp(r);
  r.registry = std::move(registry);
  if (absl::Status s = LoadProgress(r); !s.ok()) return s;
  const Failure& failure = r.request.failure;
  r.site = SiteOf(failure, *parts_.redactor);
  r.decision.decision_id = NewId();
  r.decision.recovery_id = r.progress.recovery_id;
  r.decision.time = r.now;
  r.decision.registry_revision = r.registry->revision();
  r.seed = StableHash(r.request.request_id.empty() ? r.decision.decision_id
                                                   : MemoKey(r.request));
  Understand(r);
  const Classification& classification = r.decision.classification;
  r.plan =
      ChoosePlan(failure, classification, r.match.winner, parts_.default_plans);
  r.decision.plan_steps = r.plan.steps;
  EnterPlan(r.plan, r.progress, r.decision.trace);
  ++r.progress.error_count;
  r.rerun_refused =
      RerunRefused(failure, classification, r.progress, parts_.limits, r.now);
  return recovery;
}

// Once for a request, though it is refused afterwards and comes again.
void Orchestrator::TellGuard(const Recovery& r) const {
  const std::string request = MemoKey(r.request);
  if (!request.empty() && !parts_.told->Insert(request, r.now)) return;
  PreviousRun run;
  if (r.previous) {
    run = {&r.previous->grant, !SettlesNow(*r.previous, r.now)};
  }
  TellFailure(r.request.failure, r.site.view(), r.decision.classification, run,
              r.now, *parts_.guard);
}

// True for the first who tells how the run of the last decision ended: a token
// that comes again, or that is reported too, must not count twice.
bool Orchestrator::SettlesNow(const Progress& progress, absl::Time now) const {
  return !progress.grant.target.empty() &&
         parts_.settled->Insert(progress.decision_id, now);
}

// What the target's policy says where the caller does not.
void Orchestrator::ApplyPolicy(Recovery& r) const {
  Failure& failure = r.request.failure;
  if (parts_.policies == nullptr || failure.target.empty()) return;
  if (failure.idempotency != Idempotency::kUnspecified) return;
  const SharedTargetPolicy policy = parts_.policies(failure.ns, r.site.target);
  if (policy->idempotency == Idempotency::kUnspecified) return;
  failure.idempotency = policy->idempotency;
  r.decision.trace.push_back(
      {-1, Strategy::kUnspecified, TraceReason::kAssumedIdempotent,
       absl::StrCat("policy ", policy->policy_id, " says ",
                    Name(policy->idempotency))});
}

// Asks the plan's steps in order, from the cursor's on, until one answers.
void Orchestrator::DecideNextStep(Recovery& r, Corrections corrections) const {
  const std::vector<Step>& steps = *r.plan.steps;
  Cursor& cursor = r.progress.cursors.back();
  for (; cursor.step < static_cast<int>(steps.size());
       ++cursor.step, cursor.granted = 0) {
    const Step& step = steps[cursor.step];
    r.undecided = corrections == Corrections::kLeave && CorrectsText(step, r);
    if (r.undecided) return;
    if (!r.correct_until && CorrectsText(step, r)) {
      r.correct_until = now() + parts_.limits.max_correction_time;
    }
    std::optional<Exhausted> refused =
        RefuseBeforeStep(step, r.request.failure);
    if (!refused) {
      StepAnswer answer = AskStep(step, r);
      if (CorrectsText(step, r)) CatchUp(r);
      if (auto* action = std::get_if<Action>(&answer)) {
        refused = RefuseAction(*action, r);
        if (!refused) return Choose(std::move(*action), StrategyOf(step), r);
      } else {
        refused = std::get<Exhausted>(std::move(answer));
      }
    }
    r.decision.trace.push_back({cursor.step, StrategyOf(step), refused->reason,
                                std::move(refused->text)});
  }
  if (steps.empty()) {
    r.decision.trace.push_back({-1, Strategy::kNone, TraceReason::kEmptyPlan,
                                absl::StrCat("plan ", r.plan.key)});
  }
  r.decision.action.reset();
  r.decision.strategy = Strategy::kNone;
  r.decision.disposition = Disposition::kGiveUp;
}

StepAnswer Orchestrator::AskStep(const Step& step, const Recovery& r) const {
  const Failure& failure = r.request.failure;
  const std::function<bool(absl::string_view)> is_open =
      [&](absl::string_view target) {
        const std::string name = parts_.redactor->RedactName(target);
        CallSite site = r.site.view();
        site.target = name;
        return parts_.guard->IsOpen(site, r.now);
      };
  const std::function<bool()> time_is_up = [&] {
    return now() >= r.correct_until;
  };
  // A run that was granted but kept back by its circuit has not been used.
  const int unused = failure.circuit_open ? 1 : 0;
  return Decide(
      step,
      StepContext{
          .failure = failure,
          .classification = r.decision.classification,
          .progress = r.progress,
          .granted = std::max(r.progress.cursors.back().granted - unused, 0),
          .rerun_refused = r.rerun_refused,
          .error_regex = r.match.winner ? r.match.winner->regex.get() : nullptr,
          .seed = r.seed,
          .is_open = parts_.guard == nullptr ? nullptr : &is_open,
          .time_is_up = &time_is_up});
}

// The gates that an action passes: time, then the target's circuit, budget and
// pace, then time again, since these make it wait. What was taken in between is
// given back.
std::optional<Exhausted> Orchestrator::RefuseAction(const Action& action,
                                                    Recovery& r) const {
  const Failure& failure = r.request.failure;
  const auto refuse_for_time = [&](absl::Duration delay) {
    return RefuseForTime(action, delay, failure, r.progress, parts_.limits,
                         r.now);
  };
  // Who asks since a circuit is open has waited already.
  const absl::Duration delay =
      failure.circuit_open ? absl::ZeroDuration() : DelayOf(action);
  std::optional<Exhausted> refused = refuse_for_time(delay);
  if (refused || r.dry_run || parts_.guard == nullptr) return refused;
  const std::string target =
      parts_.redactor->RedactName(TargetOf(action, failure));
  std::optional<Leave> leave =
      AskLeave(action,
               {.failure = failure,
                .site = r.site.view(),
                .target = target,
                .classification = r.decision.classification,
                .limits = parts_.limits,
                .has_token = r.previous.has_value(),
                .seed = r.seed,
                .now = r.now},
               *parts_.guard);
  if (!leave) return std::nullopt;
  if (auto* exhausted = std::get_if<Exhausted>(&*leave)) return *exhausted;
  Admitted& admitted = std::get<Admitted>(*leave);
  r.grant.Hold(std::move(admitted.grant), failure, r.now, *parts_.guard);
  refused = refuse_for_time(r.grant.get()->delay);
  if (refused) {
    r.grant.GiveBack();
    return refused;
  }
  for (auto& [reason, text] : admitted.notes) {
    r.decision.trace.push_back(
        {-1, Strategy::kUnspecified, reason, std::move(text)});
  }
  return std::nullopt;
}

void Orchestrator::Choose(Action action, Strategy strategy, Recovery& r) const {
  Decision& decision = r.decision;
  decision.strategy = strategy;
  decision.disposition = DispositionOf(action);
  decision.action = std::move(action);
  if (r.grant.get() != nullptr) {
    ApplyGrant(*r.grant.get(),
               {.held_back = r.request.failure.circuit_open,
                .hears_nothing = r.site.renamed},
               decision);
  }
  decision.trace.push_back(
      {r.progress.cursors.back().step, strategy, TraceReason::kChosen, ""});
}

bool Orchestrator::NeedsWorker(const Recovery& r) {
  return r.remembered == nullptr && (r.undecided || Escalates(r));
}

bool Orchestrator::Computes(const Recovery& r) { return r.undecided; }

Decision Orchestrator::Finish(std::unique_ptr<Recovery> recovery) {
  Recovery& r = *recovery;
  if (r.remembered != nullptr) {
    if (parts_.statistics) parts_.statistics->RecordDuplicateRequest(now());
    return *r.remembered;
  }
  if (r.undecided) {
    CatchUp(r);
    DecideNextStep(r, Corrections::kRun);
  }
  r.redacted = parts_.redactor->Redact(r.request.failure);
  while (Escalates(r) && !OpenIncident(r)) {
    CatchUp(r);
    Cursor& cursor = r.progress.cursors.back();
    ++cursor.step;
    cursor.granted = 0;
    DecideNextStep(r, Corrections::kRun);
  }
  Conclude(r);
  r.decision.recovery_token = parts_.tokens->Seal(r.progress);
  r.decision.decide_duration = now() - r.started;
  Record(r);
  return std::move(r.decision);
}

// False, with the reason in the trace, when the incident cannot be kept.
bool Orchestrator::OpenIncident(Recovery& r) {
  auto& action = std::get<EscalationAction>(*r.decision.action);
  const EscalationAction disclosed =
      ToDisclosed(action, parts_.channels, *parts_.redactor);
  const absl::StatusOr<EscalationReceipt> receipt =
      parts_.incidents->Escalate(EscalationRequest{
          .failure = *r.redacted,
          .classification = r.decision.classification,
          .action = disclosed,
          .from_default_plan = r.plan.source == PlanSource::kCategoryDefault,
          .recovery_id = r.progress.recovery_id,
          .error_count = r.progress.error_count,
          .rerun_allowed = !r.rerun_refused.has_value(),
          .state_context = StateContext(
              r.request.failure, action.include_state_keys, *parts_.redactor),
          .now = r.now});
  if (!receipt.ok()) {
    StepTrace& chosen = r.decision.trace.back();
    chosen.reason = IncidentDesk::IsLimit(receipt.status())
                        ? TraceReason::kIncidentsFull
                        : TraceReason::kStoreUnavailable;
    chosen.text = std::string(receipt.status().message());
    return false;
  }
  action.incident_id = receipt->incident_id;
  action.joined = receipt->joined;
  action.pending = receipt->pending;
  action.waiter_id = r.progress.recovery_id;
  return true;
}

// Writes the decision into the recovery's progress, and says why it ended.
void Orchestrator::Conclude(Recovery& r) const {
  Decision& decision = r.decision;
  Progress& progress = r.progress;
  progress.incident_id.clear();
  progress.target = r.request.failure.target;  // Advance remembers it as tried.
  progress.grant = r.grant.Take();
  if (parts_.guard != nullptr) {
    const LocalShare share = parts_.guard->ShareOf(r.site.view(), r.now);
    decision.local_retry_ratio = share.retry_ratio;
    decision.local_min_retries_per_second = share.min_retries_per_second;
  }
  if (decision.action.has_value()) {
    if (UsesAnAttempt(decision, r.request.failure)) {
      Advance(*decision.action, progress, progress.cursors.back());
    }
    if (RunsAgain(*decision.action) &&
        r.request.failure.idempotency == Idempotency::kUnspecified) {
      decision.trace.push_back({-1, Strategy::kUnspecified,
                                TraceReason::kAssumedIdempotent,
                                "idempotency was not said"});
    }
    if (const auto* escalation =
            std::get_if<EscalationAction>(&*decision.action)) {
      if (escalation->pause_workflow) {
        progress.incident_id = escalation->incident_id;
      } else {
        decision.error_message =
            absl::StrCat("escalated as incident ", escalation->incident_id);
      }
    }
  } else {
    decision.error_message = GiveUpMessage(decision, r.request.failure);
  }
  NoteDecision(decision, r.now, progress);
}

absl::StatusOr<Progress> Orchestrator::OpenToken(
    const std::string& token) const {
  OpenedToken opened = parts_.tokens->Open(token, now());
  if (const auto* refused = std::get_if<TokenRefusal>(&opened)) {
    return InvalidField("recovery_token", refused->text,
                        ReasonFor(refused->fault));
  }
  return std::get<Progress>(std::move(opened));
}

}  // namespace recourse

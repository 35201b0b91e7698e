#include "client/cpp/recovery_engine.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cpp/durations.h"
#include "client/cpp/local_retry.h"
#include "client/cpp/state_edits.h"
#include "client/cpp/status_details.h"
#include "client/cpp/substitutes.h"

namespace recourse {
namespace {

constexpr char kSkippedTypeUrl[] = "recourse/skipped-by-a-person";
// One poll for a person, and the pauses between polls: short after an answer,
// growing while the server is away.
constexpr absl::Duration kPoll = absl::Seconds(30);
constexpr absl::Duration kPollPause = absl::Milliseconds(100);
constexpr absl::Duration kMaxPollPause = absl::Seconds(30);

v1::Capabilities CapabilitiesOf(const RunOptions& options) {
  v1::Capabilities result;
  if (options.capabilities.has_value()) {
    result = *options.capabilities;
  } else {
    result.add_alternatives("*");
    result.add_degradations("*");
  }
  for (const auto& [name, action] : options.remediations) {
    result.add_remediations(name);
  }
  if (options.await_human) result.set_await_human(true);
  return result;
}

bool MayPollAgain(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable ||
         status.code() == absl::StatusCode::kDeadlineExceeded ||
         status.code() == absl::StatusCode::kResourceExhausted ||
         status.code() == absl::StatusCode::kAborted;
}

}  // namespace

bool IsSkipped(const absl::Status& status) {
  return status.GetPayload(kSkippedTypeUrl).has_value();
}

RecoveryEngine::RecoveryEngine(Client& client, const RunOptions& options)
    : client_(client),
      options_(options),
      deadline_(
          std::min(options.deadline, options.now() + options.time_budget)) {
  attempt_.target = options.target;
  attempt_.stop = options.stop;
  if (options.state.has_value()) attempt_.state = *options.state;
}

absl::Status RecoveryEngine::Begin() {
  if (options_.stop.stop_requested()) {
    return absl::CancelledError("cancelled before the first attempt");
  }
  attempt_.timeout = Remaining();
  if (attempt_.timeout <= absl::ZeroDuration()) {
    return absl::DeadlineExceededError("no time for the first attempt");
  }
  client_.local_advice().CountFirstCall(attempt_.target);
  return absl::OkStatus();
}

RecoveryEngine::Next RecoveryEngine::Failed(const absl::Status& error) {
  if (failed_since_ == absl::InfinitePast()) failed_since_ = options_.now();
  status_ = error;
  error_ = options_.map_error(error);
  attempt_.edits.clear();
  while (questions_++ < kMaxQuestions) {
    if (options_.stop.stop_requested()) return Cancelled();
    if (Remaining() <= absl::ZeroDuration()) return End(v1::OUTCOME_ABANDONED);
    if (const Step next = AskOnce(); next.has_value()) return *next;
  }
  return End(v1::OUTCOME_ABANDONED);
}

RecoveryEngine::Step RecoveryEngine::AskOnce() {
  LocalAdvice& advice = client_.local_advice();
  if (!advice.MayAsk(options_.now())) return GoOnLocally();
  const absl::StatusOr<v1::RecoveryResult> result = client_.HandleError(
      Context(), {std::min(options_.ask_timeout, Remaining()), options_.stop});
  if (result.ok()) {
    advice.AskSucceeded();
    token_ = result->recovery_token();
    if (result->has_local_plan()) {
      advice.Learn(attempt_.target, result->local_plan(), options_.now());
    }
    if (options_.on_decision) options_.on_decision(*result);
    return Obey(*result);
  }
  if (options_.stop.stop_requested()) return Cancelled();
  if (options_.on_ask_failed) options_.on_ask_failed(result.status());
  if (absl::IsInvalidArgument(result.status())) {
    advice.AskSucceeded();  // It is there, and does not like the question.
  } else {
    advice.AskFailed(options_.now());
  }
  const bool bad_token =
      absl::StartsWith(ErrorReason(result.status()), "TOKEN_");
  if (bad_token && !token_.empty()) {
    token_.clear();
    return std::nullopt;
  }
  return GoOnLocally();
}

v1::RecoveryContext RecoveryEngine::Context() const {
  v1::RecoveryContext context = options_.context;
  if (!options_.workflow_id.empty()) {
    context.set_workflow_id(options_.workflow_id);
  }
  if (!options_.node_name.empty()) context.set_node_name(options_.node_name);
  if (!options_.subject_field.empty()) {
    context.set_subject_field(options_.subject_field);
  }
  if (!attempt_.target.empty()) context.set_target(attempt_.target);
  if (options_.idempotency != v1::IDEMPOTENCY_UNSPECIFIED) {
    context.set_idempotency(options_.idempotency);
  }
  if (options_.state.has_value() || !attempt_.state.fields().empty()) {
    *context.mutable_state() = attempt_.state;
  }
  if (Remaining() != absl::InfiniteDuration()) {
    *context.mutable_time_remaining() = ToProtoDuration(Remaining());
  }
  if (options_.expected_call_time > absl::ZeroDuration()) {
    *context.mutable_expected_call_time() =
        ToProtoDuration(options_.expected_call_time);
  }
  *context.mutable_capabilities() = CapabilitiesOf(options_);
  *context.mutable_error() = error_;
  context.set_recovery_token(token_);
  return context;
}

RecoveryEngine::Step RecoveryEngine::Obey(const v1::RecoveryResult& result) {
  switch (result.disposition()) {
    case v1::DISPOSITION_ACT:
      return Act(result);
    case v1::DISPOSITION_RECOVERED:
      stand_in_ = result.result();
      return Next::kStandIn;
    case v1::DISPOSITION_WAIT_FOR_HUMAN:
      return AwaitHuman(result.escalation());
    case v1::DISPOSITION_ESCALATED:
    case v1::DISPOSITION_GIVE_UP:
      return End(v1::OUTCOME_FAILURE);
    default:  // A newer server's: not understood, so not carried out.
      return End(v1::OUTCOME_ABANDONED);
  }
}

RecoveryEngine::Step RecoveryEngine::Act(const v1::RecoveryResult& result) {
  switch (result.action_case()) {
    case v1::RecoveryResult::kRetry:
      return Retry(result.retry());
    case v1::RecoveryResult::kAlternativePath:
      return TakeAlternative(result.alternative_path().alternative());
    case v1::RecoveryResult::kGracefulDegradation: {
      const auto& action = result.graceful_degradation();
      attempt_.disabled_features.assign(action.disable_features().begin(),
                                        action.disable_features().end());
      if (action.keep_ratio() > 0) attempt_.keep_ratio *= action.keep_ratio();
      return RunWithEdits(action);
    }
    case v1::RecoveryResult::kErrorCorrection:
      return RunWithEdits(result.error_correction());
    default:
      return End(v1::OUTCOME_ABANDONED);
  }
}

RecoveryEngine::Step RecoveryEngine::Retry(const v1::RetryAction& action) {
  if (!action.remediation().empty()) {
    const auto it = options_.remediations.find(action.remediation());
    if (it == options_.remediations.end() || !it->second().ok()) {
      return std::nullopt;
    }
  }
  return WaitAndRun(FromProto(action.delay()), action.has_timeout()
                                                   ? FromProto(action.timeout())
                                                   : absl::InfiniteDuration());
}

RecoveryEngine::Step RecoveryEngine::TakeAlternative(
    const v1::Alternative& alternative) {
  attempt_.alternative = alternative;
  attempt_.target =
      alternative.target().empty() ? alternative.name() : alternative.target();
  return RunAgain(absl::InfiniteDuration());
}

template <typename Action>
RecoveryEngine::Step RecoveryEngine::RunWithEdits(const Action& action) {
  attempt_.edits.assign(action.edits().begin(), action.edits().end());
  if (action.has_state()) {
    attempt_.state = action.state();
  } else {
    ApplyEdits(action.edits(), attempt_.state);
  }
  return RunAgain(absl::InfiniteDuration());
}

RecoveryEngine::Step RecoveryEngine::AwaitHuman(
    const v1::EscalationAction& escalation) {
  if (!options_.await_human) return End(v1::OUTCOME_FAILURE);
  const absl::Time give_up_at =
      std::min(deadline_, options_.now() + options_.max_human_wait);
  absl::Duration pause = kPollPause;
  while (true) {
    const absl::Duration left = give_up_at - options_.now();
    if (left <= absl::ZeroDuration()) return End(v1::OUTCOME_ABANDONED);
    v1::AwaitIncidentRequest request;
    request.set_incident_id(escalation.incident_id());
    request.set_recovery_token(token_);
    *request.mutable_timeout() = ToProtoDuration(std::min(kPoll, left));
    CallOptions call;
    call.stop = options_.stop;
    const auto response = client_.AwaitIncident(request, call);
    if (options_.stop.stop_requested()) return Cancelled();
    if (response.ok()) {
      if (!response->recovery_token().empty()) {
        token_ = response->recovery_token();
      }
      if (response->has_resolution()) return Resolve(response->resolution());
      pause = kPollPause;
    } else if (MayPollAgain(response.status())) {
      pause = std::min(pause * 2, kMaxPollPause);
    } else {
      return End(v1::OUTCOME_ABANDONED);
    }
    if (!Wait(std::min(pause, left))) return Cancelled();
  }
}

RecoveryEngine::Step RecoveryEngine::Resolve(const v1::Resolution& resolution) {
  resolution_ = resolution;
  switch (resolution.action()) {
    case v1::RESOLUTION_ACTION_RETRY:
      return RunAgain(absl::InfiniteDuration());
    case v1::RESOLUTION_ACTION_RESUME:
      attempt_.state = resolution.state();
      return RunAgain(absl::InfiniteDuration());
    case v1::RESOLUTION_ACTION_SKIP:
      Report(v1::OUTCOME_FAILURE);
      status_ = absl::NotFoundError(
          absl::StrCat("skipped by a person: ", resolution.note()));
      status_.SetPayload(kSkippedTypeUrl, absl::Cord(resolution.note()));
      return Next::kSkip;
    default:
      return End(v1::OUTCOME_FAILURE);
  }
}

RecoveryEngine::Step RecoveryEngine::GoOnLocally() {
  if (options_.idempotency == v1::IDEMPOTENCY_NOT_IDEMPOTENT ||
      !LooksTemporary(status_, error_)) {
    return End(v1::OUTCOME_FAILURE);
  }
  LocalAdvice& advice = client_.local_advice();
  const v1::LocalPlan plan = advice.PlanFor(attempt_.target, options_.now());
  if (local_retries_ >= plan.max_retries() ||
      !advice.TakeRetry(attempt_.target)) {
    return End(v1::OUTCOME_FAILURE);
  }
  last_local_delay_ =
      LocalDelay(plan, local_retries_, last_local_delay_, options_.random());
  ++local_retries_;
  return WaitAndRun(
      std::max(last_local_delay_, FromProto(error_.retry_after())),
      absl::InfiniteDuration());
}

RecoveryEngine::Step RecoveryEngine::RunAgain(absl::Duration timeout) {
  if (options_.stop.stop_requested()) return Cancelled();
  attempt_.timeout = std::min(timeout, Remaining());
  if (attempt_.timeout <= absl::ZeroDuration()) {
    return End(v1::OUTCOME_ABANDONED);
  }
  ++attempt_.number;
  return Next::kRunAgain;
}

RecoveryEngine::Step RecoveryEngine::WaitAndRun(absl::Duration delay,
                                                absl::Duration timeout) {
  if (delay >= Remaining()) return End(v1::OUTCOME_ABANDONED);
  if (!Wait(delay)) return Cancelled();
  return RunAgain(timeout);
}

void RecoveryEngine::Report(v1::Outcome outcome) {
  if (reported_ || token_.empty()) return;
  reported_ = true;
  v1::RecoveryOutcome report;
  report.set_recovery_token(token_);
  report.set_outcome(outcome);
  *report.mutable_duration() = ToProtoDuration(options_.now() - failed_since_);
  // Best effort, and not cancelled by `stop`: a cancellation is told too.
  CallOptions call;
  call.timeout = options_.ask_timeout;
  client_.ReportOutcome(report, call).IgnoreError();
}

RecoveryEngine::Next RecoveryEngine::End(v1::Outcome outcome) {
  Report(outcome);
  return Next::kEnd;
}

RecoveryEngine::Next RecoveryEngine::Cancelled() {
  Report(v1::OUTCOME_CANCELLED);
  status_ = absl::CancelledError(
      absl::StrCat("cancelled; the last error was: ", status_.ToString()));
  return Next::kEnd;
}

bool RecoveryEngine::Wait(absl::Duration delay) {
  if (delay <= absl::ZeroDuration()) return !options_.stop.stop_requested();
  return options_.sleep(delay, options_.stop);
}

absl::Duration RecoveryEngine::Remaining() const {
  if (deadline_ == absl::InfiniteFuture()) return absl::InfiniteDuration();
  return deadline_ - options_.now();
}

}  // namespace recourse

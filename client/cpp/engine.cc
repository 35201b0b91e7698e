#include "client/cpp/engine.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cpp/backoff.h"
#include "client/cpp/durations.h"
#include "client/cpp/error_cause.h"
#include "client/cpp/local_retry.h"
#include "client/cpp/question.h"
#include "client/cpp/status_details.h"

namespace recourse {
namespace {

constexpr char kCircuitOpenUrl[] = "recourse/circuit-open";
constexpr char kDecisionIdUrl[] = "recourse/decision-id";

bool SpeaksAgainstTarget(v1::FailureCategory category) {
  return category == v1::FAILURE_CATEGORY_CONNECTION ||
         category == v1::FAILURE_CATEGORY_TIMEOUT ||
         category == v1::FAILURE_CATEGORY_TRANSIENT;
}

bool IsTokenRefused(const absl::Status& status) {
  // Some servers say it in words alone.
  return absl::IsInvalidArgument(status) &&
         (absl::StartsWith(ErrorReason(status), "TOKEN_") ||
          absl::StartsWith(status.message(), "TOKEN_"));
}

}  // namespace

bool IsCircuitOpen(const absl::Status& status) {
  return status.GetPayload(kCircuitOpenUrl).has_value();
}

std::string DecisionIdOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kDecisionIdUrl);
  return payload.has_value() ? std::string(*payload) : "";
}

Recovery::Recovery(Shared& shared, const RunOptions& options, Site& site,
                   absl::Time began)
    : shared_(shared),
      options_(options),
      site_(&site),
      deadline_(options.time_budget == absl::InfiniteDuration()
                    ? options.deadline
                    : std::min(options.deadline, began + options.time_budget)),
      target_(options.target) {
  const bool observes = options.mode.has_value()
                            ? *options.mode == Mode::kObserve
                            : shared.observes;
  if (observes) {
    observed_ = std::make_shared<Observed>(shared, options, site);
  }
}

Recovery::~Recovery() = default;

// --- Attempts ---

Recovery::Effect Recovery::Begin() {
  if (IsStopped()) {
    status_ = absl::CancelledError("cancelled before the first attempt");
    return Effect::kEnd;
  }
  if (Remaining() <= absl::ZeroDuration()) {
    status_ = absl::DeadlineExceededError("no time for the first attempt");
    return Effect::kEnd;
  }
  failed_since_ = Now();  // Unless it fails, it was held back since then.
  return RunUnlessGated();
}

Attempt Recovery::attempt() const {
  return {
      .number = runs_,
      .target = target_,
      .alternative = alternative_.has_value() ? &*alternative_ : nullptr,
      .state = state_.has_value() ? *state_ : internal::GivenState(options_),
      .edits = edits_,
      .disabled_features = disabled_features_,
      .keep_ratio = keep_ratio_,
      .timeout = timeout_,
      .stop = options_.stop};
}

Recovery::Effect Recovery::RunUnlessGated() {
  if (IsStopped()) return Cancelled();
  if (observed_ == nullptr && !trial_ && shared_.sites.Gates(*site_, Now())) {
    return Decide(/*circuit_open=*/true);
  }
  timeout_ = std::min(timeout_, Remaining());
  if (timeout_ <= absl::ZeroDuration()) return End(v1::OUTCOME_ABANDONED);
  if (options_.slow_call != absl::InfiniteDuration()) attempt_began_ = Now();
  BeginRun();
  return Effect::kRun;
}

void Recovery::BeginRun() {
  ++runs_;
  repeated_ = absl::c_linear_search(called_, site_);
  if (!repeated_) called_.push_back(site_);
}

void Recovery::Succeeded() {
  shared_.sites.CountSuccess(
      *site_,
      {.slow = internal::IsSlow(shared_, options_, attempt_began_),
       .repeated = repeated_},
      Now());
  if (observed_ != nullptr) observed_->Ended(v1::OUTCOME_SUCCESS);
  Report(v1::OUTCOME_SUCCESS);
}

Recovery::Effect Recovery::FirstFailed(const absl::Status& error, bool slow) {
  BeginRun();
  slow_ = slow;
  return AttemptFailed(error);
}

Recovery::Effect Recovery::Failed(const absl::Status& error) {
  slow_ = internal::IsSlow(shared_, options_, attempt_began_);
  return AttemptFailed(error);
}

Recovery::Effect Recovery::AttemptFailed(const absl::Status& error) {
  if (IsStopped() || absl::IsCancelled(error)) {
    status_ = error;
    return Cancelled();
  }
  edits_.clear();
  timeout_ = absl::InfiniteDuration();
  trial_ = false;
  Note(error, /*counts=*/true);
  return observed_ != nullptr ? GoOnAsBefore(error)
                              : Decide(/*circuit_open=*/false);
}

void Recovery::Note(const absl::Status& error, bool counts) {
  if (first_error_.ok()) {
    failed_since_ = Now();
    first_error_ = error;
  }
  status_ = error;
  error_ = options_.map_error(error);
  uncounted_ = counts;
}

bool Recovery::LooksTemporary() const {
  return error_.has_value() && recourse::LooksTemporary(status_, *error_);
}

// Counts the failed attempt, once.
void Recovery::Count(const v1::RecoveryResult* decision) {
  if (!std::exchange(uncounted_, false)) return;
  const bool against =
      decision == nullptr
          ? LooksTemporary()
          : SpeaksAgainstTarget(decision->classification().category());
  shared_.sites.CountFailure(
      *site_, {.against_target = against, .slow = slow_, .repeated = repeated_},
      Now());
}

// With Mode::kObserve.
Recovery::Effect Recovery::GoOnAsBefore(const absl::Status& error) {
  uncounted_ = false;
  const std::optional<v1::RetryAction> retry =
      observed_->Failed(error, *error_, Remaining());
  if (!retry.has_value()) return End(v1::OUTCOME_FAILURE);
  if (retry->has_timeout()) timeout_ = FromProto(retry->timeout());
  return WaitThen(FromProto(retry->delay()), AfterWait::kRun);
}

// --- Asking ---

Recovery::Effect Recovery::Decide(bool circuit_open) {
  circuit_open_ = circuit_open;
  asked_again_ = trial_ = false;
  if (IsStopped()) return Cancelled();
  const absl::Duration left = Remaining();
  if (++questions_ > kMaxQuestions || left <= absl::ZeroDuration()) {
    Count(nullptr);
    return End(v1::OUTCOME_ABANDONED);
  }
  const absl::Duration patience = options_.ask_timeout > absl::ZeroDuration()
                                      ? options_.ask_timeout
                                      : shared_.ask_timeout;
  ask_timeout_ = std::min(patience, left);
  return Ask();
}

Recovery::Effect Recovery::Ask() {
  const absl::Time now = Now();
  if (!shared_.breaker.Begin(now)) {
    Count(nullptr);
    return GoOnLocally();
  }
  if (asked_again_) {
    question_.clear_recovery_token();
    question_.clear_calls();
    return Effect::kAsk;
  }
  // The failed call goes with its question when it is clear which it is.
  if (LooksTemporary()) Count(nullptr);
  shared_.link->Start(/*listen=*/true);
  question_ =
      QuestionOf(shared_, options_,
                 {.error = error_.has_value() ? &*error_ : nullptr,
                  .target = target_,
                  .state = options_.state.has_value() || state_.has_value()
                               ? &attempt().state
                               : nullptr,
                  .token = token_,
                  .time_remaining = Remaining(),
                  .circuit_open = circuit_open_,
                  .calls = shared_.sites.Take(*site_, now)});
  return Effect::kAsk;
}

Recovery::Effect Recovery::Answered(const Link::Answer& answer) {
  if (answer.ok() && !answer->recovery_token().empty()) {
    token_ = answer->recovery_token();
  }
  if (IsStopped()) {
    shared_.breaker.End(AskBreaker::Fate::kCancelled, Now());
    return Cancelled();
  }
  const bool away = !answer.ok() && IsAway(answer.status());
  shared_.breaker.End(
      away ? AskBreaker::Fate::kFailed : AskBreaker::Fate::kAnswered, Now());
  if (!answer.ok()) return Refused(answer.status());
  Count(&*answer);
  decision_ = *answer;
  if (decision_.has_local_plan()) {
    shared_.advice.Learn(target_, decision_.local_plan(), Now());
  }
  if (options_.on_decision) options_.on_decision(decision_);
  return Obey();
}

Recovery::Effect Recovery::Refused(const absl::Status& status) {
  if (IsTokenRefused(status) && !question_.recovery_token().empty()) {
    token_.clear();
    asked_again_ = true;
    return Ask();
  }
  if (options_.on_ask_failed) options_.on_ask_failed(status);
  Count(nullptr);
  return GoOnLocally();
}

// --- Without Recourse ---

Recovery::Effect Recovery::GoOnLocally() {
  if (MustNotRepeat()) return End(v1::OUTCOME_ABANDONED);
  if (error_.has_value() && !options_.context.caller_steps().empty()) {
    return GoOnByOwnSteps();
  }
  const std::optional<v1::LocalPlan> told =
      shared_.advice.PlanFor(target_, Now());
  if (!told.has_value() && !circuit_open_ && !LooksTemporary()) {
    return End(v1::OUTCOME_ABANDONED);
  }
  const v1::LocalPlan& plan =
      told.has_value() ? *told : LocalAdvice::DefaultPlan();
  if (local_retries_ >= plan.max_retries() || !PayForRetry()) {
    return End(v1::OUTCOME_ABANDONED);
  }
  local_delay_ =
      RetryDelay(plan, local_retries_, local_delay_, shared_.clock.Random());
  ++local_retries_;
  absl::Duration delay = local_delay_;
  if (error_.has_value()) {
    delay = std::max(delay, FromProto(error_->retry_after()));
  }
  return WaitThen(delay, AfterWait::kRun);
}

// The caller's own plan stands above ours.
Recovery::Effect Recovery::GoOnByOwnSteps() {
  if (!own_steps_.has_value()) {
    own_steps_.emplace(options_.context.caller_steps(), options_,
                       shared_.clock);
  }
  decision_ =
      own_steps_->Next(*error_, target_, [this] { return PayForRetry(); });
  if (options_.on_decision) options_.on_decision(decision_);
  return Obey();
}

bool Recovery::PayForRetry() {
  shared_.advice.AddCalls(target_, shared_.sites.NewFirstCalls(*site_));
  return shared_.advice.TakeRetry(target_);
}

// --- Ends ---

void Recovery::Report(v1::Outcome outcome) {
  if (token_.empty()) return;
  v1::RecoveryOutcome report;
  report.set_recovery_token(std::exchange(token_, ""));
  report.set_outcome(outcome);
  const absl::Time now = Now();
  *report.mutable_duration() =
      ToProtoDuration(now - std::min(failed_since_, now));
  shared_.link->Report(report);
}

Recovery::Effect Recovery::End(v1::Outcome outcome) {
  Report(outcome);
  if (observed_ != nullptr) observed_->Ended(outcome);
  if (!error_.has_value()) {  // It never ran.
    const absl::Duration left = shared_.sites.OpenRemaining(*site_, Now());
    status_ = absl::UnavailableError(
        absl::StrCat("the circuit of ", target_, " is open, for ",
                     absl::FormatDuration(left), " as far as is known"));
    status_.SetPayload(kCircuitOpenUrl, absl::Cord(target_));
  }
  if (outcome == v1::OUTCOME_FAILURE && !decision_.decision_id().empty()) {
    status_.SetPayload(kDecisionIdUrl, absl::Cord(decision_.decision_id()));
  }
  SetCause(first_error_, status_);
  return Effect::kEnd;
}

Recovery::Effect Recovery::Cancelled() {
  if (observed_ != nullptr) observed_->Ended(v1::OUTCOME_CANCELLED);
  Report(v1::OUTCOME_CANCELLED);
  if (!absl::IsCancelled(status_)) {
    status_ = absl::CancelledError(
        status_.ok() ? "cancelled"
                     : absl::StrCat("cancelled; the last error was: ",
                                    status_.ToString()));
  }
  return Effect::kEnd;
}

absl::Duration Recovery::Remaining() const {
  if (deadline_ == absl::InfiniteFuture()) return absl::InfiniteDuration();
  return deadline_ - Now();
}

}  // namespace recourse

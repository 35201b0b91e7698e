#include "client/cpp/observe.h"

#include <algorithm>
#include <utility>

#include "absl/strings/strip.h"
#include "client/cpp/durations.h"
#include "client/cpp/local_retry.h"
#include "client/cpp/question.h"
#include "client/cpp/status_details.h"

namespace recourse {
namespace {

// Waits that differ by less, or by less than half, agree.
constexpr absl::Duration kAgree = absl::Seconds(1);

google::protobuf::RepeatedPtrField<v1::Step> RetriesOf(
    const v1::RecoveryContext& context) {
  google::protobuf::RepeatedPtrField<v1::Step> retries;
  for (const v1::Step& step : context.caller_steps()) {
    if (step.has_retry()) *retries.Add() = step;
  }
  return retries;
}

bool GoesOn(const v1::RecoveryResult& decision) {
  return decision.disposition() == v1::DISPOSITION_ACT ||
         decision.disposition() == v1::DISPOSITION_RECOVERED ||
         decision.disposition() == v1::DISPOSITION_WAIT_FOR_HUMAN;
}

}  // namespace

Observed::Observed(Shared& shared, const RunOptions& options, Site& site)
    : shared_(shared),
      options_(options),
      site_(site),
      since_(shared.clock.Now()),
      retries_(RetriesOf(options.context), options_, shared.clock) {}

std::optional<v1::RetryAction> Observed::Failed(const absl::Status& error,
                                                const v1::ErrorDetails& details,
                                                absl::Duration time_remaining) {
  const absl::Time now = shared_.clock.Now();
  shared_.sites.CountFailure(
      site_, {.against_target = LooksTemporary(error, details)}, now);
  shared_.link->Start(/*listen=*/true);
  const v1::RecoveryResult own = retries_.Next(details, options_.target);
  std::optional<absl::Duration> delay;
  if (own.has_retry()) delay = FromProto(own.retry().delay());
  if (delay.has_value() && *delay >= time_remaining) delay.reset();
  Failure failure{error,
                  QuestionOf(shared_, options_,
                             {.error = &details,
                              .target = options_.target,
                              .time_remaining = time_remaining,
                              .calls = shared_.sites.Take(site_, now)}),
                  delay, std::nullopt};
  {
    absl::MutexLock lock(&mu_);
    failures_.push_back(std::move(failure));
  }
  AskNext();
  if (!delay.has_value()) return std::nullopt;
  return own.retry();
}

void Observed::Ended(v1::Outcome outcome) {
  {
    absl::MutexLock lock(&mu_);
    if (outcome_.has_value()) return;
    outcome_ = outcome;
  }
  AskNext();
}

void Observed::AskNext() {
  while (true) {
    v1::RecoveryContext question;
    size_t index = 0;
    {
      absl::MutexLock lock(&mu_);
      if (asking_) return;
      if (asked_ == failures_.size()) break;
      index = asked_++;
      failures_[index].question.set_recovery_token(token_);
      question = failures_[index].question;
      asking_ = true;
    }
    if (shared_.breaker.Begin(shared_.clock.Now())) {
      shared_.link->AskAsync(
          question, shared_.ask_timeout,
          [self = shared_from_this(), index](const Link::Answer& answer) {
            self->Told(index, answer);
          });
      return;
    }
    absl::MutexLock lock(&mu_);
    asking_ = false;
  }
  Finish();
}

void Observed::Told(size_t index, const Link::Answer& answer) {
  const bool away = !answer.ok() && IsAway(answer.status());
  shared_.breaker.End(
      away ? AskBreaker::Fate::kFailed : AskBreaker::Fate::kAnswered,
      shared_.clock.Now());
  if (answer.ok() && options_.on_decision) options_.on_decision(*answer);
  if (!answer.ok() && options_.on_ask_failed) {
    options_.on_ask_failed(answer.status());
  }
  {
    absl::MutexLock lock(&mu_);
    asking_ = false;
    if (answer.ok()) {
      failures_[index].decision = *answer;
      if (!answer->recovery_token().empty()) token_ = answer->recovery_token();
    }
  }
  AskNext();
}

void Observed::Finish() {
  std::deque<Failure> failures;
  v1::RecoveryOutcome report;
  {
    absl::MutexLock lock(&mu_);
    // A failure may have been told, and asked about, since nothing was left to
    // ask: who gets that answer comes here, too.
    if (asking_ || asked_ < failures_.size()) return;
    if (!outcome_.has_value() || failures_.empty()) return;
    failures.swap(failures_);
    asked_ = 0;
    report.set_recovery_token(token_);
    report.set_outcome(*outcome_);
  }
  *report.mutable_duration() = ToProtoDuration(
      std::max(absl::ZeroDuration(), shared_.clock.Now() - since_));
  if (!report.recovery_token().empty()) shared_.link->Report(report);
  if (!options_.on_disagreement) return;
  for (const Failure& failure : failures) {
    if (const auto told = Compare(failure); told.has_value()) {
      options_.on_disagreement(*told);
    }
  }
}

std::optional<Disagreement> Observed::Compare(const Failure& failure) const {
  if (!failure.decision.has_value()) return std::nullopt;
  const v1::RecoveryResult& decision = *failure.decision;
  const absl::Duration decided = decision.has_retry()
                                     ? FromProto(decision.retry().delay())
                                     : FromProto(decision.start_delay());
  const absl::Duration done = failure.delay.value_or(absl::ZeroDuration());
  const absl::Duration gap = absl::AbsDuration(decided - done);
  const bool agree =
      failure.delay.has_value()
          ? decision.disposition() == v1::DISPOSITION_ACT &&
                decision.has_retry() &&
                (gap <= kAgree || gap <= std::max(decided, done) / 2)
          : !GoesOn(decision);
  if (agree) return std::nullopt;
  const std::string strategy =
      v1::RecoveryStrategy_Name(decision.strategy_used());
  return Disagreement{.error = failure.error,
                      .decision = decision,
                      .decided = GoesOn(decision)
                                     ? std::string(absl::StripPrefix(
                                           strategy, "RECOVERY_STRATEGY_"))
                                     : "ENDED",
                      .done = failure.delay.has_value() ? "RAN_AGAIN" : "ENDED",
                      .decided_delay = decided,
                      .done_delay = done};
}

}  // namespace recourse

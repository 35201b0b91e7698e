#include "bench/drill/policies/client_breaker.h"

namespace recourse::drill {

ClientBreaker::ClientBreaker(const ClientBreakerRules& rules) : rules_(rules) {}

bool ClientBreaker::Passes(Nanos now) {
  if (state_ == State::kOpen && now >= open_until_) {
    state_ = State::kHalfOpen;
    trials_ = 0;
    trial_calls_ = {};
  }
  if (state_ == State::kClosed) return true;
  if (state_ == State::kOpen || trials_ >= rules_.half_open_calls) return false;
  ++trials_;
  return true;
}

void ClientBreaker::Ended(bool success, Nanos now) {
  if (state_ == State::kOpen) return;
  if (state_ == State::kHalfOpen) {
    trial_calls_ += {1, success ? 0 : 1, 0};
    if (trial_calls_.calls < rules_.half_open_calls) return;
    calls_.reset();
    times_.reset();
    state_ = State::kClosed;
    if (!trial_calls_.FailsAt(rules_.failure_rate)) return;
  } else {
    const CallTally counted = Count(success, now);
    if (counted.calls < rules_.min_calls) return;
    if (!counted.FailsAt(rules_.failure_rate)) return;
  }
  state_ = State::kOpen;
  open_until_ = now + rules_.open;
}

CallTally ClientBreaker::Count(bool success, Nanos now) {
  const CallTally call{1, success ? 0 : 1, 0};
  if (rules_.window == 0) {
    if (!calls_) calls_.emplace(rules_.window_calls);
    calls_->Add(call);
    return calls_->total();
  }
  if (!times_) times_.emplace(absl::Nanoseconds(rules_.window));
  const absl::Time at = absl::FromUnixNanos(now);
  times_->Add({1, success ? 0 : 1, 0}, at);
  const SmallCallTally& total = times_->Total(at);
  return {total.calls, total.failures, 0};
}

}  // namespace recourse::drill

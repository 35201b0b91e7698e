#include "server/guard/caller_breaker.h"

#include <algorithm>
#include <limits>

#include "server/model/stable_hash.h"

namespace recourse {
namespace {

// Who finds no trial asks again after this, ...
constexpr absl::Duration kAskPause = absl::Seconds(1);
// ... and where nobody knows how often it calls, spread over this.
constexpr absl::Duration kAskSpread = absl::Seconds(5);
// In times of its usual calls.
constexpr double kAskPace = 1.5;

}  // namespace

std::optional<CallerBreaker::Cause> CallerBreaker::Count(
    const Evidence& evidence, const BreakerPolicy& policy, absl::Time now) {
  const CallTally& sum = evidence.sum;
  if (sum.successes() > 0) {
    consecutive_ = evidence.ends_in_failure ? 1 : 0;
  } else {
    consecutive_ = static_cast<int>(std::min<int64_t>(
        std::numeric_limits<int>::max(), consecutive_ + sum.failures));
  }
  if (policy.count_window == 0) {
    recent_ = nullptr;
  } else {
    if (recent_ == nullptr || recent_->size() != policy.count_window) {
      recent_ = std::make_unique<CountWindow>(policy.count_window);
    }
    if (!evidence.alone) recent_->Add(sum);
  }
  if (opened_ != nullptr) return std::nullopt;
  const std::optional<Cause> cause = WhyOpen(evidence, policy);
  if (cause) {
    opened_ = std::make_unique<Opened>();
    opened_->until = now + policy.caller_open_duration;
    opened_->changed = now;
    opened_->usual_rate = static_cast<double>(evidence.in_window.calls) /
                          absl::ToDoubleSeconds(policy.window);
  }
  return cause;
}

std::optional<CallerBreaker::Cause> CallerBreaker::WhyOpen(
    const Evidence& evidence, const BreakerPolicy& policy) {
  // Without a bad call now, an old rate is no news.
  if (evidence.sum.failures == 0 && evidence.sum.slow == 0) return std::nullopt;
  if (policy.consecutive_failures > 0 &&
      consecutive_ >= policy.consecutive_failures) {
    return Cause::kConsecutive;
  }
  if (evidence.alone) return std::nullopt;
  const CallTally* const tallies[] = {
      &evidence.in_window, recent_ == nullptr ? nullptr : &recent_->total()};
  for (const CallTally* tally : tallies) {
    if (tally == nullptr) continue;
    // A count window may be smaller than min_calls: then it must be full.
    const bool enough = tally->calls >= policy.min_calls ||
                        (tally != &evidence.in_window && recent_->full());
    if (!enough) continue;
    if (tally->FailsAt(policy.failure_rate)) return Cause::kFailureRate;
    if (tally->IsSlowAt(policy.slow_call_rate)) return Cause::kSlowRate;
  }
  return std::nullopt;
}

bool CallerBreaker::Advance(absl::Time now) {
  if (opened_ == nullptr) return false;
  opened_->permits.Expire(0, now);
  if (opened_->state != CircuitState::kOpen || now < opened_->until) {
    return false;
  }
  opened_->state = CircuitState::kHalfOpen;
  opened_->changed = now;
  opened_->successes = 0;
  return true;
}

std::optional<CallerBreaker::Trial> CallerBreaker::Take(
    absl::Time at, absl::Duration call_time, uint64_t seed,
    const BreakerPolicy& policy) {
  if (opened_->permits.out() >= policy.half_open_permits) return std::nullopt;
  at = std::max(at, opened_->until);
  return Trial{at, opened_->permits.Take({0, at, call_time}, seed)};
}

std::optional<absl::Time> CallerBreaker::AskAgain(absl::Time from,
                                                  absl::Time last,
                                                  uint64_t seed) {
  from += kAskPause;
  if (opened_->usual_rate > 0) {
    const double rate = kAskPace * opened_->usual_rate;
    return opened_->asks.Next({from, rate, absl::InfiniteDuration(), rate},
                              from, last, seed);
  }
  const absl::Time again = from + kAskSpread * UnitInterval(seed);
  if (again > last) return std::nullopt;
  return again;
}

CallerBreaker::Ended CallerBreaker::End(uint64_t permit,
                                        std::optional<bool> success,
                                        const BreakerPolicy& policy,
                                        absl::Time now) {
  if (opened_ == nullptr || !opened_->permits.End(permit)) return Ended::kLate;
  if (!success) return Ended::kNothing;
  if (!*success) {
    opened_->state = CircuitState::kOpen;
    opened_->until = now + policy.caller_open_duration;
    opened_->changed = now;
    ++opened_->count;
    opened_->permits.Clear();
    return Ended::kReopened;
  }
  if (++opened_->successes < policy.success_threshold) return Ended::kNothing;
  Reset();
  return Ended::kClosed;
}

void CallerBreaker::Move(uint64_t permit, absl::Time at) {
  if (opened_ != nullptr) opened_->permits.Move(permit, at);
}

bool CallerBreaker::Reset() {
  const bool was_open = opened_ != nullptr;
  opened_ = nullptr;
  consecutive_ = 0;
  if (recent_ != nullptr) recent_->Clear();
  return was_open;
}

}  // namespace recourse

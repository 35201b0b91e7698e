#include "server/strategy/backoff.h"

#include <algorithm>
#include <cmath>

namespace recourse {
namespace {

constexpr double kSpreadShare = 0.1;
constexpr absl::Duration kMaxSpread = absl::Seconds(5);

// The point `unit` of the way from `low` to `high`.
absl::Duration Between(absl::Duration low, absl::Duration high, double unit) {
  return high <= low ? high : low + (high - low) * unit;
}

// The wait before the cap; infinite where it would overflow.
absl::Duration UncappedDelay(const RetryStep& step, int k) {
  switch (step.backoff) {
    case Backoff::kNone:
      return absl::ZeroDuration();
    case Backoff::kFixed:
      return step.base_delay;
    case Backoff::kLinear:
      return step.base_delay * (int64_t{k} + 1);
    case Backoff::kUnspecified:
    case Backoff::kExponential:
      break;
  }
  // 0 x infinity is infinite for absl::Duration, and 0 s must stay 0 s.
  if (step.base_delay <= absl::ZeroDuration()) return absl::ZeroDuration();
  return step.base_delay * std::pow(step.factor, k);
}

}  // namespace

absl::Duration BackoffDelay(const RetryStep& step, int k) {
  return std::clamp(UncappedDelay(step, std::max(k, 0)), absl::ZeroDuration(),
                    std::max(step.max_delay, absl::ZeroDuration()));
}

absl::Duration AddJitter(const RetryStep& step, absl::Duration delay,
                         absl::Duration last_delay, double unit) {
  const absl::Duration cap = std::max(step.max_delay, absl::ZeroDuration());
  delay = std::min(delay, cap);
  if (delay <= absl::ZeroDuration()) return absl::ZeroDuration();
  switch (step.jitter) {
    case Jitter::kNone:
      return delay;
    case Jitter::kEqual:
      return Between(delay / 2, delay, unit);
    case Jitter::kDecorrelated: {
      // As in "Exponential Backoff And Jitter" (M. Brooker, 2015), but capped
      // before the draw: else most draws at the cap would be the cap.
      const absl::Duration base = std::min(step.base_delay, cap);
      const absl::Duration last = std::max(last_delay, base);
      return Between(base, std::min(last * 3, cap), unit);
    }
    case Jitter::kRange:
      // Capped before the draw, for the same reason.
      return Between(delay * step.jitter_min,
                     std::min(delay * step.jitter_max, cap), unit);
    case Jitter::kUnspecified:
    case Jitter::kFull:
      break;
  }
  return Between(absl::ZeroDuration(), delay, unit);
}

absl::Duration SpreadUpward(absl::Duration asked, double unit) {
  return asked + std::min(asked * kSpreadShare, kMaxSpread) * unit;
}

}  // namespace recourse

#include "client/cpp/backoff.h"

#include <algorithm>
#include <cmath>

#include "client/cpp/durations.h"

namespace recourse {
namespace {

constexpr absl::Duration kDefaultBase = absl::Seconds(1);
constexpr absl::Duration kDefaultCap = absl::Minutes(1);
constexpr double kMaxGrowth = 1e15;  // Beyond it any base has met any cap.

double Growth(const v1::RetryStep& step, int k) {
  switch (step.backoff()) {
    case v1::BACKOFF_NONE:
      return 0;
    case v1::BACKOFF_FIXED:
      return 1;
    case v1::BACKOFF_LINEAR:
      return k + 1;
    default:
      return std::min(kMaxGrowth,
                      std::pow(step.has_factor() ? step.factor() : 2, k));
  }
}

absl::Duration Spread(const v1::RetryStep& step, absl::Duration delay,
                      absl::Duration base, absl::Duration last, double chance) {
  switch (step.jitter()) {
    case v1::JITTER_NONE:
      return delay;
    case v1::JITTER_EQUAL:
      return delay * (0.5 + chance / 2);
    case v1::JITTER_DECORRELATED:
      return base + (std::max(base, last) * 3 - base) * chance;
    case v1::JITTER_RANGE: {
      const double low = step.has_jitter_min() ? step.jitter_min() : 0.8;
      const double high = step.has_jitter_max() ? step.jitter_max() : 1.2;
      return delay * (low + (high - low) * chance);
    }
    default:
      return delay * chance;
  }
}

}  // namespace

absl::Duration RetryDelay(const v1::RetryStep& step, int k, absl::Duration last,
                          double chance) {
  const absl::Duration base =
      step.has_base_delay() ? FromProto(step.base_delay()) : kDefaultBase;
  const absl::Duration cap =
      step.has_max_delay() ? FromProto(step.max_delay()) : kDefaultCap;
  const absl::Duration delay = std::min(base * Growth(step, k), cap);
  return std::min(Spread(step, delay, base, last, chance), cap);
}

absl::Duration RetryDelay(const v1::LocalPlan& plan, int k, absl::Duration last,
                          double chance) {
  v1::RetryStep step;
  *step.mutable_base_delay() = plan.base_delay();
  step.set_factor(std::max(1.0, plan.factor()));
  *step.mutable_max_delay() = plan.max_delay();
  step.set_jitter(plan.jitter());
  return RetryDelay(step, k, last, chance);
}

}  // namespace recourse

#include "client/cpp/own_retries.h"

#include <algorithm>
#include <cmath>

#include "client/cpp/durations.h"

namespace recourse {
namespace {

constexpr int kMaxRetries = 100;
constexpr double kMaxGrowth = 1e6;  // Beyond it any base has met any cap.

absl::Duration Or(bool has, const google::protobuf::Duration& duration,
                  absl::Duration otherwise) {
  return has ? FromProto(duration) : otherwise;
}

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

OwnRetries::OwnRetries(
    const google::protobuf::RepeatedPtrField<v1::Step>& plan) {
  for (const v1::Step& step : plan) {
    if (step.has_retry()) steps_.push_back(step.retry());
  }
}

std::optional<absl::Duration> OwnRetries::Next(absl::Duration retry_after,
                                               double chance) {
  for (; current_ < steps_.size(); ++current_, used_ = 0) {
    const v1::RetryStep& step = steps_[current_];
    const int granted = step.has_max_retries() ? step.max_retries() : 3;
    if (used_ >= std::min(granted, kMaxRetries)) continue;
    if (retry_after > Or(step.has_max_retry_after(), step.max_retry_after(),
                         absl::Minutes(10))) {
      continue;
    }
    const absl::Duration base =
        Or(step.has_base_delay(), step.base_delay(), absl::Seconds(1));
    const absl::Duration cap =
        Or(step.has_max_delay(), step.max_delay(), absl::Minutes(1));
    const absl::Duration delay = std::min(base * Growth(step, used_++), cap);
    last_ = std::min(Spread(step, delay, base, last_, chance), cap);
    return std::max(last_, retry_after);
  }
  return std::nullopt;
}

}  // namespace recourse

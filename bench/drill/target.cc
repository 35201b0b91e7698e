#include "bench/drill/target.h"

#include <algorithm>
#include <cmath>

namespace recourse::drill {
namespace {

// A refusal, or a 429, comes back after this.
constexpr Nanos kRefusalTime = 10 * kMilli;

}  // namespace

double Target::CapacityShare(Nanos now) const {
  for (const Trouble& trouble : scenario_.troubles) {
    if (now >= trouble.begin && now < trouble.end) {
      return trouble.capacity_share;
    }
  }
  return 1;
}

bool Target::IsOverQuota(Nanos now, Nanos* retry_after) {
  if (!scenario_.quota) return false;
  const Quota& quota = *scenario_.quota;
  if (now < quota.begin || now >= quota.end) return false;
  const int64_t window = (now - quota.begin) / quota.window;
  if (window != quota_window_) {
    quota_window_ = window;
    quota_used_ = 0;
  }
  if (quota_used_ < quota.share * scenario_.load() * ToSeconds(quota.window)) {
    ++quota_used_;
    return false;
  }
  const Nanos next = quota.begin + (window + 1) * quota.window;
  // In whole seconds, as the header is.
  *retry_after = (next - now + kSecond - 1) / kSecond * kSecond;
  return true;
}

Nanos Target::ServiceTime(const Attempt& attempt, Nanos now, double capacity) {
  arrivals_ *= std::exp(-ToSeconds(now - last_arrival_));
  arrivals_ += 1;
  last_arrival_ = now;
  const double busy = std::min(arrivals_ / capacity, 1.0);
  const double luck = Exponential(
      Chance(seed_, Draw::kService, attempt.operation, attempt.number));
  // 1 when idle, 1.3 at 70 % of the capacity, 2 at all of it.
  const double slower = 1 + std::pow(busy, 4) / 2 + busy / 2;
  return static_cast<Nanos>(static_cast<double>(scenario_.call_time) * slower *
                            (0.75 + luck / 4));
}

Answer Target::Call(const Attempt& attempt, Nanos now) {
  if (attempt.caller == scenario_.broken_caller &&
      now >= scenario_.own_trouble.begin && now < scenario_.own_trouble.end) {
    return {Ending::kRefused, now + kRefusalTime, 0, /*reached=*/false};
  }
  const double share = CapacityShare(now);
  if (share == 0) {
    free_at_ = now;
    return {Ending::kRefused, now + kRefusalTime};
  }
  Nanos retry_after = 0;
  if (IsOverQuota(now, &retry_after)) {
    return {Ending::kRateLimited, now + kRefusalTime, retry_after};
  }
  if (!lied_ && scenario_.lie && attempt.caller == scenario_.lie->caller &&
      now >= scenario_.lie->at) {
    lied_ = true;
    return {Ending::kRateLimited, now + kRefusalTime,
            scenario_.lie->retry_after};
  }
  const double capacity = capacity_ * share;
  const Nanos service = ServiceTime(attempt, now, capacity);
  const Nanos start = std::max(now, free_at_);
  const double queued = ToSeconds(start - now) * capacity;
  if (queued > scenario_.queue_seconds * capacity_) {
    return {Ending::kUnavailable, now + kRefusalTime};
  }
  free_at_ = start + FromSeconds(1 / capacity);
  if (start + service - now > attempt.timeout) {
    return {Ending::kTimedOut, now + attempt.timeout};
  }
  if (scenario_.background_failures > 0 &&
      Chance(seed_, Draw::kBackground, attempt.operation, attempt.number) <
          scenario_.background_failures) {
    return {Ending::kUnavailable, start + service};
  }
  return {Ending::kSuccess, start + service};
}

}  // namespace recourse::drill

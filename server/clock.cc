#include "server/clock.h"

#include <algorithm>
#include <chrono>

#include "absl/time/clock.h"

namespace recourse {

absl::Time ForwardTime::Advance(absl::Time wall, absl::Duration steady) {
  absl::Time given = wall;
  if (last_.has_value()) {
    // A reading that was overtaken by a later one counts as that.
    steady = std::max(steady, last_->steady);
    given = std::max(
        given, last_->given + (steady - last_->steady) * kCatchUpTenths / 10);
  }
  last_ = Reading{given, steady};
  return given;
}

absl::Time ForwardClock::Now() {
  absl::MutexLock lock(&mu_);
  return time_.Advance(
      absl::Now(),
      absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()));
}

}  // namespace recourse

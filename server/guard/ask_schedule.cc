#include "server/guard/ask_schedule.h"

#include <algorithm>
#include <cmath>

#include "server/model/stable_hash.h"

namespace recourse {
namespace {

constexpr double kMinRate = 0.1;
constexpr double kMaxRate = 1e6;
constexpr double kMaxDoublings = 40;
// Nobody is sent away for longer.
constexpr absl::Duration kLongest = absl::Minutes(5);

double RateAt(const AskSchedule::Ramp& ramp, absl::Time at) {
  double rate = ramp.rate;
  if (at > ramp.start && ramp.doubling < absl::InfiniteDuration()) {
    const double doublings = absl::FDivDuration(
        at - ramp.start, std::max(ramp.doubling, absl::Milliseconds(1)));
    rate *= std::exp2(std::min(doublings, kMaxDoublings));
  }
  return std::clamp(std::min(rate, ramp.max_rate), kMinRate, kMaxRate);
}

}  // namespace

std::optional<absl::Time> AskSchedule::Next(const Ramp& ramp, absl::Time from,
                                            absl::Time last, uint64_t seed) {
  if (last < from) return std::nullopt;
  const absl::Time end = std::min(last, from + kLongest);
  const absl::Time start = std::max(tail_, from);
  const absl::Duration gap = absl::Seconds(1 / RateAt(ramp, start));
  const absl::Time at = start + gap * UnitInterval(seed);
  if (at > end) return from + (end - from) * UnitInterval(seed);
  tail_ = start + gap;
  return at;
}

}  // namespace recourse

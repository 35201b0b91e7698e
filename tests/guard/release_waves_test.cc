// How fast a target that is back is let go.
#include "server/guard/release_waves.h"

#include <cmath>
#include <map>

#include "gtest/gtest.h"
#include "server/model/stable_hash.h"

namespace recourse {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);
constexpr absl::Duration kStep = absl::Milliseconds(5);
constexpr absl::Duration kCallTime = absl::Milliseconds(100);

// How long it takes to close when everybody wants to run and all succeed.
// Infinite: it did not within a minute.
absl::Duration TimeToClose(double healthy_rate) {
  ReleaseWaves waves({.healthy_rate = healthy_rate}, kStart);
  std::multimap<absl::Time, uint64_t> ends;
  uint64_t seed = 0;
  for (absl::Time now = kStart; now < kStart + absl::Minutes(1); now += kStep) {
    while (!ends.empty() && ends.begin()->first <= now) {
      waves.End(ends.begin()->second, true, now);
      ends.erase(ends.begin());
    }
    if (waves.Advance(now) == ReleaseWaves::Verdict::kClose) {
      return now - kStart;
    }
    while (const auto trial = waves.Take(now, now + absl::Minutes(1), kCallTime,
                                         StableHash("", ++seed), now)) {
      ends.emplace(trial->at + kCallTime, trial->permit);
    }
  }
  return absl::InfiniteDuration();
}

TEST(ReleaseWavesTest, ReachTheRateOfBeforeInDoublings) {
  for (const double healthy_rate : {20.0, 500.0, 70'000.0, 500'000.0}) {
    // A wave lasts 200 ms and is judged when its last call is over; the first
    // lets two trials pass, one after the other.
    const double waves = 2 + std::ceil(std::log2(healthy_rate * 0.2));
    EXPECT_LE(TimeToClose(healthy_rate), waves * absl::Milliseconds(310))
        << healthy_rate;
  }
}

}  // namespace
}  // namespace recourse

// Those who waited: how fast they come back.
#include "server/guard/backlog.h"

#include <deque>
#include <utility>

#include "gtest/gtest.h"
#include "server/guard/caller_breaker.h"
#include "server/model/stable_hash.h"

namespace recourse {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

// The rate after `length`, with more who wait than may run, whose runs take
// `run_time`.
double RateAfter(const Backlog::Known& known, absl::Duration run_time,
                 absl::Duration length) {
  Backlog backlog(AskSchedule(), known, kStart);
  std::deque<std::pair<absl::Time, uint64_t>> runs;
  for (int i = 0; kStart + absl::Milliseconds(5 * i) < kStart + length; ++i) {
    const absl::Time now = kStart + absl::Milliseconds(5 * i);
    while (!runs.empty() && runs.front().first + run_time <= now) {
      backlog.End(runs.front().second, true, now);
      backlog.Count({1, 0, 0});
      runs.pop_front();
    }
    const auto place = backlog.Take({.at = now,
                                     .last = now + absl::Minutes(1),
                                     .call_time = absl::Milliseconds(100),
                                     .seed = StableHash("", i)},
                                    now);
    if (place && place->permit != 0) runs.push_back({place->at, place->permit});
  }
  return backlog.rate();
}

TEST(BacklogTest, GrowsWhileRunsAreAsQuickAsUnderTheUsualLoad) {
  // 300 a second, tried with 100 ms while it was idle.
  const Backlog::Known usual{300, true, absl::Milliseconds(100), 1};
  EXPECT_NEAR(RateAfter(usual, absl::Milliseconds(100), absl::Seconds(10)),
              30 + 9 * 15, 16);
  EXPECT_NEAR(RateAfter(usual, absl::Milliseconds(150), absl::Seconds(10)),
              30 + 9 * 15, 16)
      << "busy, as it was before the outage";
  EXPECT_LT(RateAfter(usual, absl::Milliseconds(450), absl::Seconds(10)), 30)
      << "more than busy";
  const Backlog::Known found{300, false, absl::Milliseconds(100), 1};
  EXPECT_NEAR(RateAfter(found, absl::Milliseconds(150), absl::Seconds(10)), 30,
              1)
      << "nobody knows what is usual: it may be full";
}

// Opens after five failures among 100 calls in its window of 10 s.
CallerBreaker Opened(int64_t calls_in_window) {
  CallerBreaker breaker;
  CallerBreaker::Evidence evidence;
  evidence.sum = {5, 5, 0};
  evidence.ends_in_failure = true;
  evidence.in_window = {calls_in_window, 5, 0};
  EXPECT_TRUE(breaker.Count(evidence, BreakerPolicy(), kStart));
  return breaker;
}

TEST(CallerBreakerTest, ThoseWhoWaitedComeBackAtThePaceOfItsCalls) {
  CallerBreaker breaker = Opened(100);  // 10 a second.
  const absl::Time from = kStart + absl::Minutes(1);
  const absl::Time last = from + absl::Minutes(1);
  int in_10_s = 0;
  for (uint64_t i = 0; i < 600; ++i) {
    const auto at = breaker.AskAgain(from, last, StableHash("", i));
    ASSERT_TRUE(at);
    EXPECT_GE(*at, from + absl::Seconds(1));
    EXPECT_LE(*at, last);
    in_10_s += *at < from + absl::Seconds(11);
  }
  EXPECT_NEAR(in_10_s, 150, 2) << "half as many again as it called before";
  EXPECT_FALSE(breaker.AskAgain(from, from, 1));
}

TEST(CallerBreakerTest, OfUnknownVolumeTheyAreSpread) {
  CallerBreaker breaker = Opened(0);
  for (uint64_t i = 0; i < 100; ++i) {
    const auto at =
        breaker.AskAgain(kStart, absl::InfiniteFuture(), StableHash("", i));
    ASSERT_TRUE(at);
    EXPECT_GE(*at, kStart + absl::Seconds(1));
    EXPECT_LE(*at, kStart + absl::Seconds(6));
  }
  EXPECT_FALSE(breaker.AskAgain(kStart, kStart + absl::Seconds(1), ~0ull));
}

}  // namespace
}  // namespace recourse

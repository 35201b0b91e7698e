// Small parts by themselves: leases, pacing, holds, the schedule of askers,
// and the sketch of tokenless errors.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/guard/ask_schedule.h"
#include "server/guard/holds.h"
#include "server/guard/name_pair.h"
#include "server/guard/pacer.h"
#include "server/guard/permits.h"
#include "server/guard/tokenless_sketch.h"
#include "server/model/stable_hash.h"

namespace recourse {
namespace {

constexpr absl::Time kNever = absl::InfiniteFuture();

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

TEST(NamePairTest, KeepsBothApart) {
  const struct {
    std::string first;
    std::string second;
  } kRows[] = {{"default", "openai/gpt-4"},
               {"", "target"},
               {"namespace", ""},
               {"", ""},
               {std::string("a\0b", 3), std::string(300, 'x')}};
  for (const auto& row : kRows) {
    const NamePair names(row.first, row.second);
    EXPECT_EQ(names.first(), row.first);
    EXPECT_EQ(names.second(), row.second);
    EXPECT_TRUE(names.Are(row.first, row.second));
    EXPECT_FALSE(names.Are(row.first + "x", row.second));
    EXPECT_FALSE(names.Are(row.first, row.second + "x"));
  }
  EXPECT_FALSE(NamePair("ab", "c").Are("a", "bc"));
}

TEST(PermitsTest, LeasesEndOnce) {
  Permits permits;
  std::set<uint64_t> ids;
  for (int i = 0; i < 100; ++i) {
    ids.insert(permits.Take({i % 2, kStart, absl::ZeroDuration()}, 7));
  }
  EXPECT_EQ(ids.size(), 100u) << "also with the same seed";
  EXPECT_FALSE(ids.contains(0));
  EXPECT_EQ(permits.out(), 100);
  const uint64_t id = *ids.begin();
  EXPECT_TRUE(permits.End(id));
  EXPECT_FALSE(permits.End(id));
  EXPECT_FALSE(permits.End(12345));
  EXPECT_EQ(permits.out(), 99);
}

TEST(PermitsTest, LeasesExpireAndMove) {
  Permits permits;
  const uint64_t first =
      permits.Take({1, kStart + absl::Seconds(2), absl::Seconds(1)}, 1);
  permits.Take({2, kStart + absl::Seconds(2), absl::Seconds(30)}, 2);
  EXPECT_EQ(permits.Expire(1, kStart + absl::Milliseconds(7'999)), 0);
  permits.Move(first, kStart + absl::Seconds(3));
  EXPECT_EQ(permits.Expire(1, kStart + absl::Milliseconds(8'999)), 0);
  EXPECT_EQ(permits.Expire(1, kStart + absl::Seconds(9)), 1);
  EXPECT_FALSE(permits.End(first)) << "2 s + 1 s moved, and 5 s of margin";
  EXPECT_EQ(permits.Expire(1, kStart + absl::Seconds(61)), 0);
  EXPECT_EQ(permits.out(), 1) << "2 s, and twice 30 s";
  EXPECT_EQ(permits.Expire(2, kStart + absl::Seconds(62)), 1);
}

TEST(PermitsTest, NobodyLeasesForLong) {
  EXPECT_EQ(LeaseAfterDelay(absl::ZeroDuration()), absl::Seconds(5));
  EXPECT_EQ(LeaseAfterDelay(absl::Seconds(-7)), absl::Seconds(5));
  EXPECT_EQ(LeaseAfterDelay(absl::Seconds(20)), absl::Seconds(40));
  EXPECT_EQ(LeaseAfterDelay(absl::Hours(10)), absl::Minutes(10));
}

PacingPolicy Pace(double rate, int burst) {
  PacingPolicy policy;
  policy.max_retry_rate = rate;
  policy.burst = burst;
  return policy;
}

// In any span of time at most rate x span + 2 x burst runs, whatever was asked.
void CheckRate(std::vector<absl::Time> times, double rate, int burst) {
  std::sort(times.begin(), times.end());
  for (size_t first = 0; first < times.size(); ++first) {
    for (const size_t count : {size_t{1}, size_t{10}, size_t{100}}) {
      const size_t last = first + count * static_cast<size_t>(burst);
      if (last >= times.size()) break;
      const double span = absl::ToDoubleSeconds(times[last] - times[first]);
      EXPECT_LE(static_cast<double>(last - first),
                rate * span + 2 * burst + 1e-3)
          << "rate " << rate << " burst " << burst << " from " << first;
    }
  }
}

TEST(PacerTest, NeverFasterThanItsRateAndNeverBeforeItsTime) {
  const struct {
    double rate;
    int burst;
    double ahead;  // Seconds by which runs want to be ahead, at most.
  } kRows[] = {{10, 1, 0},   {10, 1, 60},  {1000, 1, 5}, {100, 10, 30},
               {0.1, 1, 60}, {3.7, 2, 10}, {1e6, 1, 1},  {5, 10'000, 1}};
  for (const auto& row : kRows) {
    Pacer pacer(Pace(row.rate, row.burst));
    std::vector<absl::Time> times;
    absl::Time now = kStart;
    for (uint64_t i = 0; i < 2000; ++i) {
      now += absl::Milliseconds(i % 7);
      const absl::Time at =
          now + absl::Seconds(row.ahead *
                              UnitInterval(StableHash(absl::StrCat("x", i))));
      times.push_back(pacer.Book(at, kNever, now));
      EXPECT_GE(times.back(), at);
    }
    CheckRate(times, row.rate, row.burst);
  }
}

TEST(PacerTest, WhoWaitsLongKeepsNobodyWaiting) {
  Pacer pacer(Pace(10, 1));
  for (int i = 0; i < 20; ++i)
    pacer.Book(kStart + absl::Seconds(60), kNever, kStart);
  EXPECT_EQ(pacer.Book(kStart, kNever, kStart), kStart);
}

TEST(PacerTest, ATargetWithNothingToDoIsNotPaced) {
  Pacer pacer(Pace(1, 1));
  for (int i = 0; i < 10; ++i) {
    const absl::Time at = kStart + absl::Seconds(1.5 * i);
    EXPECT_LE(pacer.Book(at, kNever, at) - at, absl::Seconds(1)) << i;
  }
}

TEST(PacerTest, WhoGivesUpLeavesNoQueueBehind) {
  Pacer pacer(Pace(1, 1));
  const absl::Time last = kStart + absl::Minutes(10);
  absl::Time found;
  for (int i = 0; i < 30'000; ++i) found = pacer.Book(kStart, last, kStart);
  EXPECT_GT(found, last);
  EXPECT_LE(found, last + absl::Seconds(2));
  const absl::Time later = last + absl::Seconds(5);
  EXPECT_LE(pacer.Book(later, kNever, later), later + absl::Seconds(1));
}

TEST(PacerTest, BeyondItsCalendarRunsQueue) {
  Pacer pacer(Pace(1, 1));
  std::vector<absl::Time> times;
  for (int i = 0; i < 1000; ++i)
    times.push_back(pacer.Book(kStart, kNever, kStart));
  CheckRate(times, 1, 1);
  EXPECT_GE(times.back() - kStart, absl::Seconds(990));
  EXPECT_LE(times.back() - kStart, absl::Seconds(1010));
}

TEST(HoldsTest, LiftSpreadsUpward) {
  Holds holds;
  holds.Begin("key", absl::Seconds(30), 0, kStart);
  std::set<absl::Time> times;
  for (uint64_t i = 0; i < 100; ++i) {
    const auto lifted = holds.Lift(
        "key", {kStart + absl::Seconds(1), kNever, i * 0x9e3779b97f4a7c15},
        kStart);
    ASSERT_TRUE(lifted);
    EXPECT_GE(*lifted, kStart + absl::Seconds(30));
    EXPECT_LE(*lifted, kStart + absl::Seconds(33));
    times.insert(*lifted);
  }
  EXPECT_GT(times.size(), 90u);
  EXPECT_FALSE(holds.Lift("other", {kStart, kNever, 1}, kStart));
  EXPECT_FALSE(
      holds.Lift("key", {kStart + absl::Seconds(31), kNever, 1}, kStart))
      << "who comes after it is not held";
  EXPECT_FALSE(holds.Lift("key", {kStart + absl::Seconds(30), kNever, 1},
                          kStart + absl::Seconds(30)));
}

TEST(HoldsTest, ReleaseIsNoFasterThanCallsWere) {
  Holds holds;
  holds.Begin("", absl::Seconds(10), 5, kStart);
  absl::Time last = kStart;
  for (uint64_t i = 0; i < 100; ++i) {
    const auto lifted = holds.Lift("", {kStart, kNever, i << 50}, kStart);
    ASSERT_TRUE(lifted);
    last = std::max(last, *lifted);
  }
  EXPECT_GE(last, kStart + absl::Seconds(10 + 99 / 5.0));
}

TEST(HoldsTest, LongerReplacesShorterAndSuccessEnds) {
  Holds holds;
  holds.Begin("key", absl::Seconds(30), 0, kStart);
  holds.Begin("key", absl::Seconds(5), 0, kStart + absl::Seconds(1));
  ASSERT_EQ(holds.View(kStart + absl::Seconds(1)).size(), 1u);
  EXPECT_EQ(holds.View(kStart + absl::Seconds(1))[0].remaining,
            absl::Seconds(29));
  // Calls that succeeded may have begun before it.
  holds.End(Holds::HashOf("key"), kStart + absl::Milliseconds(500));
  EXPECT_EQ(holds.View(kStart + absl::Seconds(1)).size(), 1u);
  holds.End(Holds::HashOf("key"), kStart + absl::Seconds(2));
  EXPECT_TRUE(holds.View(kStart + absl::Seconds(2)).empty());
}

TEST(HoldsTest, TheirNumberIsBounded) {
  Holds holds;
  for (int i = 0; i < 1000; ++i) {
    holds.Begin(absl::StrCat("key", i), absl::Seconds(1 + i), 0, kStart);
  }
  EXPECT_EQ(holds.View(kStart).size(), kMaxHoldsShown);
  int held = 0;
  for (int i = 0; i < 1000; ++i) {
    held += holds.Lift(absl::StrCat("key", i), {kStart, kNever, 1}, kStart)
                .has_value();
  }
  EXPECT_EQ(held, static_cast<int>(Holds::kMaxHolds));
  EXPECT_TRUE(holds.Lift("key999", {kStart, kNever, 1}, kStart))
      << "the longest stay";
}

TEST(AskScheduleTest, FollowsTheRamp) {
  AskSchedule asks;
  AskSchedule::Ramp ramp;
  ramp.start = kStart;
  ramp.rate = 1;
  ramp.doubling = absl::Seconds(1);
  ramp.max_rate = 64;
  std::vector<int> per_second(40);
  for (uint64_t i = 0; i < 1000; ++i) {
    const auto at = asks.Next(ramp, kStart, absl::InfiniteFuture(), i << 40);
    ASSERT_TRUE(at);
    ++per_second[static_cast<size_t>(absl::ToInt64Seconds(*at - kStart))];
  }
  for (size_t i = 1; i < 20; ++i) {
    EXPECT_LE(per_second[i], 2 * per_second[i - 1] + 2) << i;
    EXPECT_LE(per_second[i], 65) << i;
  }
  EXPECT_EQ(per_second[10], 64);
}

TEST(AskScheduleTest, NeverOutOfItsCallersTime) {
  AskSchedule asks;
  AskSchedule::Ramp ramp;
  ramp.start = kStart;
  const absl::Time last = kStart + absl::Seconds(10);
  std::set<absl::Time> times;
  for (uint64_t i = 0; i < 100; ++i) {
    const auto at = asks.Next(ramp, kStart + absl::Seconds(1), last,
                              i * 0x9e3779b97f4a7c15);
    ASSERT_TRUE(at);
    EXPECT_GE(*at, kStart + absl::Seconds(1));
    EXPECT_LE(*at, last);
    times.insert(*at);
  }
  EXPECT_GT(times.size(), 90u);
  EXPECT_FALSE(asks.Next(ramp, last + absl::Seconds(1), last, 1));
  const auto far = asks.Next(ramp, kStart, absl::InfiniteFuture(), 1);
  ASSERT_TRUE(far);
  EXPECT_LE(*far, kStart + absl::Minutes(5));
}

TEST(TokenlessSketchTest, CountsAndForgets) {
  TokenlessSketch sketch;
  EXPECT_EQ(sketch.Estimate(1, kStart), 0);
  for (int i = 0; i < 20; ++i) sketch.Add(1, kStart);
  EXPECT_NEAR(sketch.Estimate(1, kStart), 20, 0.1);
  EXPECT_NEAR(sketch.Estimate(2, kStart), 0, 0.1);
  EXPECT_NEAR(sketch.Estimate(1, kStart + absl::Seconds(59)), 20, 0.1);
  EXPECT_NEAR(sketch.Estimate(1, kStart + absl::Seconds(90)), 10, 0.1);
  EXPECT_EQ(sketch.Estimate(1, kStart + absl::Seconds(120)), 0);
}

TEST(TokenlessSketchTest, ManyKeysDoNotLookFrequent) {
  TokenlessSketch sketch;
  for (uint64_t i = 0; i < 50'000; ++i) {
    sketch.Add(StableHash(absl::StrCat("key", i)), kStart);
  }
  int too_many = 0;
  for (uint64_t i = 0; i < 50'000; ++i) {
    too_many +=
        sketch.Estimate(StableHash(absl::StrCat("key", i)), kStart) >= 10;
  }
  EXPECT_LT(too_many, 50) << "of 50,000";
  // One that is frequent is seen among them.
  const uint64_t loud = StableHash("loud");
  for (int i = 0; i < 100; ++i) sketch.Add(loud, kStart);
  EXPECT_GT(sketch.Estimate(loud, kStart), 80);
}

}  // namespace
}  // namespace recourse

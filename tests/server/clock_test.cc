// The clock that never goes back.

#include "server/clock.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace recourse {
namespace {

constexpr absl::Duration kHour = absl::Hours(1);
constexpr absl::Duration kMinute = absl::Minutes(1);
constexpr absl::Duration kSecond = absl::Seconds(1);

// What the clocks show since the start, and what is given out then.
struct Reading {
  absl::Duration wall;
  absl::Duration steady;
  absl::Duration given;
};

struct Row {
  const char* name;
  std::vector<Reading> readings;
};

const Row kRows[] = {
    {"the wall goes on",
     {{kSecond, kSecond, kSecond}, {kMinute, kMinute, kMinute}}},
    {"the wall jumps forward: a machine that slept, or a clock set",
     {{kHour + kSecond, kSecond, kHour + kSecond},
      {kHour + kMinute, kMinute, kHour + kMinute}}},
    {"the wall is set back by an hour, and catches up in ten",
     {{-kHour, absl::ZeroDuration(), absl::ZeroDuration()},
      {-kHour + 10 * kMinute, 10 * kMinute, 9 * kMinute},
      {-kHour + 5 * kHour, 5 * kHour, 270 * kMinute},
      {-kHour + 10 * kHour, 10 * kHour, 9 * kHour},
      {-kHour + 11 * kHour, 11 * kHour, 10 * kHour}}},
    {"the wall is set back twice",
     {{-kHour, absl::ZeroDuration(), absl::ZeroDuration()},
      {-kHour + kMinute, kMinute, 54 * kSecond},
      {-2 * kHour + kMinute, kMinute, 54 * kSecond},
      {-2 * kHour + 2 * kMinute, 2 * kMinute, 108 * kSecond}}},
    {"the wall is set back and then right again",
     {{-kHour, absl::ZeroDuration(), absl::ZeroDuration()},
      {-kHour + kMinute, kMinute, 54 * kSecond},
      {2 * kMinute, 2 * kMinute, 2 * kMinute}}},
    {"the wall is set back by less than what passed since",
     {{30 * kSecond, kMinute, 54 * kSecond}}},
    {"neither moves",
     {{-kHour, absl::ZeroDuration(), absl::ZeroDuration()},
      {-kHour, absl::ZeroDuration(), absl::ZeroDuration()}}},
    {"a steady reading that was overtaken",
     {{kMinute, kMinute, kMinute},
      {-kHour, kSecond, kMinute},
      {-kHour, kMinute + 10 * kSecond, kMinute + 9 * kSecond}}},
};

TEST(ForwardTimeTest, FollowsTheWallForwardAndNeverGoesBack) {
  const absl::Time start = absl::FromUnixSeconds(1'700'000'000);
  // What it counts from means nothing.
  const absl::Duration origin = absl::Hours(77);
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    ForwardTime time;
    EXPECT_EQ(time.Advance(start, origin), start);
    for (const Reading& reading : row.readings) {
      EXPECT_EQ(time.Advance(start + reading.wall, origin + reading.steady),
                start + reading.given)
          << reading.steady;
    }
  }
}

TEST(ForwardTimeTest, ManyReadingsAreAsFastAsFew) {
  const absl::Time start = absl::FromUnixSeconds(1'700'000'000);
  ForwardTime time;
  time.Advance(start, absl::ZeroDuration());
  absl::Time last = start;
  for (int i = 1; i <= 1'000'000; ++i) {
    const absl::Time given =
        time.Advance(start - kHour, i * absl::Microseconds(1));
    ASSERT_GE(given, last);
    last = given;
  }
  EXPECT_EQ(last, start + absl::Milliseconds(900));
}

TEST(ClockTest, GoesForwardForAllThreads) {
  ForwardClock clock;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&clock] {
      absl::Time last = absl::InfinitePast();
      for (int j = 0; j < 10'000; ++j) {
        const absl::Time now = clock.Now();
        ASSERT_GE(now, last);
        last = now;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(clock.Now(), absl::UnixEpoch());
}

}  // namespace
}  // namespace recourse

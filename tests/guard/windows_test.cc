// Sliding windows, by time and by count. CB1, CB3, CB4 and CB5 are cases that
// peers' own tests hold.
#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/guard/call_tally.h"
#include "server/guard/count_window.h"
#include "server/guard/sliding_window.h"

namespace recourse {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);
using Window = SlidingWindow<CallTally>;

struct Step {
  double at;  // Seconds.
  CallTally add;
  CallTally total;
};

void Check(absl::Duration length, const std::vector<Step>& steps) {
  Window window(length);
  for (const Step& step : steps) {
    const absl::Time now = kStart + absl::Seconds(step.at);
    window.Add(step.add, now);
    EXPECT_EQ(window.Total(now), step.total) << "at " << step.at;
  }
}

// Ten seconds in ten parts, a pair of calls every 2.5 s.
TEST(SlidingWindowTest, Cb1RatesAsOldPartsLeave) {
  Check(absl::Seconds(10), {{0, {2, 1, 0}, {2, 1, 0}},
                            {2.5, {2, 1, 0}, {4, 2, 0}},
                            {5, {2, 0, 0}, {6, 2, 0}},
                            {7.5, {2, 0, 0}, {8, 2, 0}},
                            {10, {2, 0, 0}, {8, 1, 0}},
                            {12.5, {}, {6, 0, 0}}});
}

TEST(SlidingWindowTest, Cb1OneCallASecond) {
  std::vector<Step> steps;
  for (int i = 0; i < 10; ++i) {
    steps.push_back({1.0 * i, {1, 0, 0}, {i + 1, 0, 0}});
  }
  steps.push_back({10, {}, {9, 0, 0}});
  steps.push_back({11, {}, {8, 0, 0}});
  steps.push_back({21, {}, {0, 0, 0}});
  Check(absl::Seconds(10), steps);
}

TEST(SlidingWindowTest, Cb4FiveSeconds) {
  Check(absl::Seconds(5), {{0, {1, 1, 0}, {1, 1, 0}},
                           {0.1, {1, 0, 0}, {2, 1, 0}},
                           {0.2, {1, 0, 0}, {3, 1, 0}},
                           {1.2, {1, 0, 0}, {4, 1, 0}},
                           {2.2, {1, 0, 0}, {5, 1, 0}},
                           {3.2, {1, 1, 0}, {6, 2, 0}},
                           {4.2, {1, 0, 0}, {7, 2, 0}},
                           {5.2, {1, 0, 0}, {5, 1, 0}},
                           {6.2, {1, 0, 0}, {5, 1, 0}},
                           {11.2, {1, 0, 0}, {1, 0, 0}}});
  Check(absl::Seconds(5), {{0, {1, 1, 0}, {1, 1, 0}},
                           {0.1, {1, 0, 0}, {2, 1, 0}},
                           {0.8, {1, 1, 1}, {3, 2, 1}},
                           {4.8, {}, {3, 2, 1}},
                           {5.8, {}, {0, 0, 0}}});
}

TEST(SlidingWindowTest, EarlierTimesGoWhereTheyBelong) {
  Window window(absl::Seconds(10));
  window.Add({1, 0, 0}, kStart);
  const absl::Time now = kStart + absl::Seconds(5);
  window.AddAt({2, 0, 0}, kStart, now);
  window.AddAt({100, 0, 0}, kStart - absl::Seconds(20), now);
  EXPECT_EQ(window.Total(now).calls, 3);
  EXPECT_EQ(window.Completed(5, now).calls, 3);
  // A clock that went back counts as the newest time seen.
  window.Add({4, 0, 0}, kStart - absl::Seconds(60));
  EXPECT_EQ(window.Newest(1, now).calls, 4);
  EXPECT_EQ(window.Total(kStart + absl::Seconds(10)).calls, 4);
}

TEST(SlidingWindowTest, TakeOutFindsThePart) {
  Window window(absl::Seconds(10));
  window.Add({3, 0, 0}, kStart);
  const absl::Time now = kStart + absl::Seconds(9);
  ASSERT_NE(window.Find(kStart, now), nullptr);
  window.TakeOut({1, 0, 0}, kStart, now);
  EXPECT_EQ(window.Total(now).calls, 2);
  EXPECT_EQ(window.Find(kStart, kStart + absl::Seconds(10)), nullptr);
}

TEST(SlidingWindowTest, ChangedLengthKeepsWhatWasCountedAtItsAge) {
  Window window(absl::Seconds(10));
  for (int i = 0; i < 10; ++i) {
    window.Add({1, 0, 0}, kStart + absl::Seconds(i));
  }
  const absl::Time now = kStart + absl::Seconds(9.5);
  window.SetLength(absl::Seconds(60), now);
  EXPECT_EQ(window.Total(now).calls, 10);
  EXPECT_EQ(window.Total(kStart + absl::Seconds(50)).calls, 10);
  EXPECT_EQ(window.Total(kStart + absl::Seconds(80)).calls, 0);

  Window shrunk(absl::Seconds(10));
  for (int i = 0; i < 10; ++i) {
    shrunk.Add({1, 0, 0}, kStart + absl::Seconds(i));
  }
  shrunk.SetLength(absl::Seconds(5), now);
  EXPECT_EQ(shrunk.Total(now).calls, 5);
}

TEST(SlidingWindowTest, TimesBeforeTheEpoch) {
  Window window(absl::Seconds(10));
  const absl::Time start = absl::UnixEpoch() - absl::Seconds(3);
  for (int i = 0; i < 8; ++i) window.Add({1, 0, 0}, start + absl::Seconds(i));
  EXPECT_EQ(window.Total(start + absl::Seconds(7)).calls, 8);
  EXPECT_EQ(window.Total(start + absl::Seconds(12)).calls, 5);
}

// The clever window against a list of everything.
TEST(SlidingWindowTest, AgreesWithAListOfCalls) {
  Window window(absl::Seconds(10));
  std::vector<std::pair<int64_t, CallTally>> all;  // By number of part.
  uint64_t state = 1;
  const auto next = [&state](uint64_t bound) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return (state >> 33) % bound;
  };
  absl::Time now = kStart;
  for (int i = 0; i < 5000; ++i) {
    now += absl::Milliseconds(next(10) == 0 ? next(20'000) : next(500));
    const auto calls = static_cast<int64_t>(next(10));
    const CallTally tally{calls, calls / 2, calls / 3};
    window.Add(tally, now);
    const int64_t part = absl::ToUnixSeconds(now);
    all.emplace_back(part, tally);
    CallTally expected;
    for (const auto& [at, counted] : all) {
      if (at > part - 10) expected += counted;
    }
    ASSERT_EQ(window.Total(now), expected) << i;
    if (all.size() > 500) all.erase(all.begin(), all.begin() + 250);
  }
}

TEST(CountWindowTest, Cb3FiveCalls) {
  CountWindow window(5);
  window.Add({1, 0, 1});
  window.Add({1, 1, 1});
  for (int i = 0; i < 3; ++i) window.Add({1, 0, 0});
  EXPECT_EQ(window.total(), (CallTally{5, 1, 2}));
  EXPECT_DOUBLE_EQ(window.total().slow_rate(), 0.4);
}

TEST(CountWindowTest, Cb3FailureRateOfFour) {
  CountWindow window(4);
  std::vector<double> rates;
  window.Add({1, 1, 0});
  rates.push_back(window.total().failure_rate());
  for (int i = 0; i < 4; ++i) {
    window.Add({1, 0, 0});
    rates.push_back(window.total().failure_rate());
  }
  const std::vector<double> expected = {1, 0.5, 1.0 / 3, 0.25, 0};
  EXPECT_EQ(rates, expected);
}

TEST(CountWindowTest, Cb5SixOfTenThenThreeMoreSuccesses) {
  CountWindow window(10);
  const auto add = [&window](const std::string& calls) {
    for (const char call : calls) window.Add({1, call == 'E', 0});
  };
  add("SSEE");
  EXPECT_FALSE(window.full());
  add("EEEESSSS");
  EXPECT_TRUE(window.full());
  EXPECT_EQ(window.total(), (CallTally{10, 6, 0}));
  add("SSS");
  EXPECT_EQ(window.total(), (CallTally{10, 3, 0}));
}

TEST(CountWindowTest, SumsAreSpreadAndLargeOnesScaled) {
  CountWindow window(10);
  window.Add({1000, 250, 500});
  EXPECT_EQ(window.total(), (CallTally{10, 2, 5}));
  window.Add({5, 5, 0});
  EXPECT_EQ(window.total().calls, 10);
  EXPECT_EQ(window.total().failures, 6);
  window.Add({0, 0, 0});
  EXPECT_EQ(window.total().calls, 10);
  window.Clear();
  EXPECT_EQ(window.total(), CallTally{});
}

TEST(CallTallyTest, PartsAddUp) {
  for (const CallTally sum :
       {CallTally{0, 0, 0}, CallTally{1, 1, 1}, CallTally{7, 3, 2},
        CallTally{10'000'000, 9'999'999, 1}}) {
    for (int n = 1; n <= 10; ++n) {
      CallTally total;
      for (int i = 0; i < n; ++i) {
        const CallTally part = PartOf(sum, i, n);
        EXPECT_LE(part.failures, part.calls);
        total += part;
      }
      EXPECT_EQ(total.calls, sum.calls);
      EXPECT_EQ(total.failures, sum.failures) << sum.calls << "/" << n;
    }
  }
}

TEST(CallTallyTest, RatesAtTheirLimit) {
  const struct {
    CallTally tally;
    double rate;
    bool fails;
  } kRows[] = {
      {{10, 7, 0}, 0.7, true},     {{10, 6, 0}, 0.7, false},
      {{5, 3, 0}, 0.6, true},      {{0, 0, 0}, 0.5, false},
      {{1000, 1, 0}, 0.001, true}, {{10, 0, 0}, 1e-9, false},
      {{3, 3, 0}, 1, true},        {{3, 2, 0}, 1, false},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(row.tally.FailsAt(row.rate), row.fails)
        << row.tally.failures << " of " << row.tally.calls;
  }
}

}  // namespace
}  // namespace recourse

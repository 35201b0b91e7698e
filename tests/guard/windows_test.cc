// Sliding windows, by time and by count. CB1, CB3, CB4 and CB5 are cases that
// peers' own tests hold.
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/guard/call_tally.h"
#include "server/guard/call_window.h"
#include "server/guard/count_window.h"
#include "server/guard/packed_parts.h"
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
  EXPECT_EQ(window.Find(kStart, now), (CallTally{3, 0, 0}));
  EXPECT_EQ(window.Find(now, now), CallTally{});
  window.TakeOut({1, 0, 0}, kStart, now);
  EXPECT_EQ(window.Total(now).calls, 2);
  EXPECT_EQ(window.Find(kStart, kStart + absl::Seconds(10)), std::nullopt);
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

// Everything that was added, by number of part.
template <typename Tally>
class ListOfCalls {
 public:
  explicit ListOfCalls(absl::Duration length)
      : part_(length / Window::kParts) {}

  void Add(const Tally& tally, absl::Time at, absl::Time now) {
    newest_ = NumberOf(now);
    if (IsInside(NumberOf(at))) parts_[NumberOf(at)] += tally;
  }
  Tally Part(int age) const {
    const auto found = parts_.find(newest_ - age);
    return found == parts_.end() ? Tally{} : found->second;
  }
  Tally Newest(int count) const {
    Tally sum;
    for (int age = 0; age < count; ++age) sum += Part(age);
    return sum;
  }
  void TakeOut(const Tally& tally, int age) { parts_[newest_ - age] -= tally; }

 private:
  int64_t NumberOf(absl::Time at) const {
    return absl::ToUnixNanos(at) / absl::ToInt64Nanoseconds(part_);
  }
  bool IsInside(int64_t number) const {
    return number > newest_ - Window::kParts && number <= newest_;
  }

  const absl::Duration part_;
  int64_t newest_ = 0;
  std::map<int64_t, Tally> parts_;
};

// The clever window, which keeps as few parts as it can and as few bytes of
// each, against that list. `pause` of 100: mostly one part is in use. Counts
// are small, but one in ten is below `most`.
template <typename Tally>
class WindowAndList {
 public:
  WindowAndList(uint64_t seed, uint64_t pause, uint64_t most)
      : random_(seed), pause_(pause), most_(most) {}

  void Step() {
    now_ += absl::Milliseconds(Below(10) == 0 ? Below(300 * pause_)
                                              : Below(10 * pause_));
    const uint64_t bound = Below(10) == 0 ? most_ : 4;
    const Tally tally = {Below(bound), Below(bound), Below(bound)};
    const absl::Time at =
        Below(3) == 0 ? now_ - absl::Milliseconds(Below(15'000)) : now_;
    window_.AddAt(tally, at, now_);
    list_.Add(tally, at, now_);
    if (Below(4) == 0) TakeOut(Below(Window::kParts));
  }
  void Check() {
    const int age = Below(Window::kParts);
    ASSERT_EQ(window_.Total(now_), list_.Newest(Window::kParts));
    ASSERT_EQ(window_.Newest(3, now_), list_.Newest(3));
    ASSERT_EQ(window_.Completed(age, now_), list_.Part(age));
    ASSERT_EQ(window_.Find(TimeOf(age), now_), list_.Part(age));
  }

 private:
  int Below(uint64_t bound) { return static_cast<int>(random_() % bound); }
  absl::Time TimeOf(int age) const { return now_ - age * absl::Seconds(1); }

  // Something of a part, or all of it.
  void TakeOut(int age) {
    Tally tally = list_.Part(age);
    if (Below(2) == 0) {
      tally.calls /= 2;
      tally.failures /= 3;
      tally.slow = 0;
    }
    window_.TakeOut(tally, TimeOf(age), now_);
    list_.TakeOut(tally, age);
  }

  std::mt19937_64 random_;
  const uint64_t pause_;
  const uint64_t most_;
  absl::Time now_ = kStart;
  SlidingWindow<Tally> window_{absl::Seconds(10)};
  ListOfCalls<Tally> list_{absl::Seconds(10)};
};

template <typename Tally>
void CheckAgainstList() {
  for (const uint64_t pause : {1, 10, 50, 100, 1000}) {
    for (const uint64_t most : {4, 200, 40'000, 1'000'000}) {
      for (uint64_t seed = 1; seed <= 2; ++seed) {
        SCOPED_TRACE(
            absl::StrCat("pause ", pause, ", most ", most, ", seed ", seed));
        WindowAndList<Tally> both(seed, pause, most);
        for (int i = 0; i < 3000; ++i) {
          both.Step();
          both.Check();
          if (::testing::Test::HasFatalFailure()) return;
        }
      }
    }
  }
}

TEST(SlidingWindowTest, AgreesWithAListOfCalls) {
  CheckAgainstList<CallTally>();
  CheckAgainstList<SmallCallTally>();
}

TEST(PackedPartsTest, CountsAreExactAtEveryWidth) {
  const int64_t counts[] = {0,       1,      254,           255,
                            256,     65'534, 65'535,        65'536,
                            1 << 30, -1,     2'147'483'647, -2'147'483'648};
  for (const int64_t before : counts) {
    for (const int64_t after : counts) {
      SCOPED_TRACE(absl::StrCat(before, ", then ", after));
      auto parts = PackedParts<CallTally>::Zeros();
      parts.Add(3, {before, 1, 2});
      parts.Add(9, {7, 8, before});
      parts.Add(3, {0, after, 0});
      EXPECT_EQ(parts.At(3), (CallTally{before, 1 + after, 2}));
      EXPECT_EQ(parts.At(4), CallTally{});
      EXPECT_EQ(parts.Turn(), (CallTally{7, 8, before}));
      EXPECT_EQ(parts.At(0), CallTally{});
      EXPECT_EQ(parts.At(4), (CallTally{before, 1 + after, 2}));
      parts.TakeOut(4, {before, 1, 2});
      EXPECT_EQ(parts.At(4), (CallTally{0, after, 0}));
    }
  }
}

TEST(PackedPartsTest, TakesWhatItsLargestCountNeeds) {
  PackedParts<SmallCallTally> parts;
  EXPECT_EQ(parts.heap_bytes(), 0u);
  parts = PackedParts<SmallCallTally>::Zeros();
  parts.Add(0, {255, 255, 255});
  EXPECT_EQ(parts.heap_bytes(), 48u) << "32 bytes, and their allocation";
  parts.Add(0, {0, 0, 1});
  EXPECT_EQ(parts.heap_bytes(), 80u);
  parts.Add(0, {65'280, 0, 0});
  EXPECT_EQ(parts.heap_bytes(), 80u);
  parts.Add(0, {1, 0, 0});
  EXPECT_EQ(parts.heap_bytes(), 144u);
  parts.Clear();
  EXPECT_TRUE(parts.is_nothing());
  EXPECT_EQ(parts.heap_bytes(), 0u);
}

TEST(SlidingWindowTest, ChangedLengthKeepsTheOnlyPart) {
  Window window(absl::Seconds(10));
  window.Add({3, 1, 0}, kStart);
  const absl::Time now = kStart + absl::Seconds(4);
  window.SetLength(absl::Seconds(20), now);
  EXPECT_EQ(window.Completed(2, now), (CallTally{3, 1, 0}));
  window.Add({5, 0, 0}, now);
  EXPECT_EQ(window.Total(now), (CallTally{8, 1, 0}));
  EXPECT_EQ(window.Total(kStart + absl::Seconds(21)), (CallTally{5, 0, 0}));
  EXPECT_EQ(window.Total(kStart + absl::Seconds(25)), CallTally{});
}

TEST(CallWindowTest, CountsNoMoreThanItHolds) {
  CallWindow window(absl::Seconds(10));
  const CallTally most{CallWindow::kMaxCalls, CallWindow::kMaxCalls / 2, 0};
  window.Add(most, kStart);
  EXPECT_EQ(window.Total(kStart).calls, CallWindow::kMaxCalls);
  window.Add({1, 1, 1}, kStart);
  const absl::Time later = kStart + absl::Seconds(5);
  window.AddAt({1, 0, 0}, kStart, later);
  EXPECT_EQ(window.Total(later).calls, CallWindow::kMaxCalls);
  EXPECT_DOUBLE_EQ(window.Total(later).failure_rate(), 0.5);
  window.Add({}, later);
  const absl::Time left = kStart + absl::Seconds(10);
  window.Add({7, 1, 0}, left);
  EXPECT_EQ(window.Total(left), (SmallCallTally{7, 1, 0}));
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

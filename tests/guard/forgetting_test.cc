// Which targets are forgotten, and what stays of them.
#include <string>
#include <vector>

#include "tests/guard/guard_fixture.h"

namespace recourse {
namespace {

class ForgettingTest : public GuardFixture {
 protected:
  static std::string Name(size_t i) {
    return absl::StrCat("provider/model-", i);
  }
  void Meet(const std::string& target) {
    guard.ObserveCalls({"default", target, "", "svc", "svc-1"}, {.calls = 1},
                       now);
  }
  bool IsKnown(const std::string& target) {
    return !guard.Circuits("default", target, now).empty();
  }
  void Force(const std::string& target, absl::Duration lasts) {
    guard.Override("default", target,
                   CircuitOverride{CircuitState::kForcedOpen, "me", "because",
                                   now + lasts},
                   now);
  }
  void Open(const std::string& target) {
    CircuitSnapshot open;
    open.ns = "default";
    open.target = target;
    open.epoch = 41;
    open.open_remaining = absl::Minutes(1);
    guard.Restore({open}, now);
  }
};

TEST_F(ForgettingTest, WhatIsIdleForHalfAnHour) {
  settings.breaker.max_open_duration = absl::Hours(24);
  Meet("idle");
  Meet("used");
  Open("open");
  Force("forced", absl::Hours(2));
  EXPECT_EQ(guard.target_count(), 4u);
  const size_t bytes = guard.memory_bytes();

  Pass(Guard::kForgetAfter - absl::Seconds(1));
  Meet("used");
  guard.Sweep(now);
  EXPECT_EQ(guard.target_count(), 4u);

  Pass(absl::Seconds(2));
  guard.Sweep(now);
  EXPECT_FALSE(IsKnown("idle"));
  EXPECT_TRUE(IsKnown("used"));
  EXPECT_FALSE(IsKnown("open"));
  EXPECT_TRUE(IsKnown("forced"));
  EXPECT_EQ(changes.back().target, "open") << "who watches is told";
  EXPECT_EQ(changes.back().state, CircuitState::kClosed);
  EXPECT_LT(guard.memory_bytes(), bytes);

  Pass(absl::Hours(2));
  guard.Sweep(now);
  guard.Sweep(now);
  EXPECT_EQ(guard.target_count(), 0u);
  EXPECT_EQ(guard.memory_bytes(), 0u);
}

TEST_F(ForgettingTest, ItsEpochIsNotUsedAgain) {
  Open("t");
  const int64_t epoch = guard.Circuits("default", "t", now).at(0).epoch;
  ASSERT_GE(epoch, 41);
  Pass(Guard::kForgetAfter);
  guard.Sweep(now);
  ASSERT_FALSE(IsKnown("t"));
  Meet("t");
  EXPECT_GT(guard.Circuits("default", "t", now).at(0).epoch, epoch);
}

TEST_F(ForgettingTest, TheLongestIdleMakesRoom) {
  // As many as there are tables of targets, and more: some share one.
  constexpr size_t kKept = 200;
  constexpr size_t kMore = 10'000;
  for (size_t i = 0; i < kKept; ++i) {
    Open(absl::StrCat("open-", i));
    Force(absl::StrCat("forced-", i), absl::Hours(1));
  }
  Pass(absl::Seconds(2));
  for (size_t i = 0; i + 2 * kKept < Guard::kMaxTargets; ++i) {
    Meet(Name(i));
  }
  ASSERT_EQ(guard.target_count(), Guard::kMaxTargets);
  Pass(absl::Seconds(2));
  for (size_t i = 0; i < kMore; ++i) Meet(absl::StrCat("new-", i));

  EXPECT_EQ(guard.target_count(), Guard::kMaxTargets);
  for (size_t i = 0; i < kKept; ++i) {
    EXPECT_TRUE(IsKnown(absl::StrCat("open-", i))) << i;
    EXPECT_TRUE(IsKnown(absl::StrCat("forced-", i))) << i;
  }
  for (size_t i = 0; i < kMore; ++i) {
    EXPECT_TRUE(IsKnown(absl::StrCat("new-", i))) << i;
  }
  // Tables differ a little in size: all that are gone are among the oldest.
  for (size_t i = 2 * kMore; i + 2 * kKept < Guard::kMaxTargets; ++i) {
    ASSERT_TRUE(IsKnown(Name(i))) << i;
  }
}

}  // namespace
}  // namespace recourse

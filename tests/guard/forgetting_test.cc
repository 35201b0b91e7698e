// Which targets are forgotten, and what stays of them.
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "server/guard/target_table.h"
#include "tests/guard/guard_fixture.h"

namespace recourse {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Field;

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
  const size_t bytes_before = guard.memory_bytes();
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
  EXPECT_LT(guard.memory_bytes() - bytes_before, (bytes - bytes_before) / 2)
      << "what is left are places for others";
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

TEST_F(ForgettingTest, CallersThatHaveGoneTakeNoShare) {
  // Ten processes, and others in their place every quarter of an hour.
  constexpr int kAlive = 10;
  for (int i = 0; i < 50 * kAlive; ++i) {
    if (i % kAlive == 0) Pass(absl::Minutes(15));
    Tell(Instance(i), 1, 0);
  }
  const double all = settings.retry_budget.min_retries_per_second;
  const LocalShare share = guard.ShareOf(Instance(1'000), now);
  EXPECT_GE(share.min_retries_per_second, all / (4 * kAlive));
  EXPECT_LE(share.min_retries_per_second, all / kAlive);
}

TEST_F(ForgettingTest, IdleCallersOfOtherTargetsMakeRoom) {
  std::vector<std::string> instances;
  for (size_t i = 0; i < Guard::kMaxCallersPerTarget; ++i) {
    instances.push_back(absl::StrCat("i", i));
  }
  for (size_t i = 0; i * instances.size() < kMaxAllCallers; ++i) {
    const std::string target = Name(i);
    for (const std::string& instance : instances) {
      guard.ObserveCalls({"default", target, "", "svc", instance}, {.calls = 1},
                         now);
    }
  }
  Fail(Instance(0), 5);
  EXPECT_FALSE(OwnCircuit(Instance(0)).has_value()) << "there is no room";
  Pass(absl::Minutes(1));
  guard.Sweep(now);
  Fail(Instance(0), 5);
  ASSERT_TRUE(OwnCircuit(Instance(0)).has_value());
  EXPECT_EQ(OwnCircuit(Instance(0))->state, CircuitState::kOpen);
}

TEST_F(ForgettingTest, TheCircuitOfACallerThatHasGoneIsNoMore) {
  constexpr absl::Duration kOpen = absl::Minutes(1);
  const struct {
    absl::Duration quiet;  // Since it could try again.
    bool known;
  } kRows[] = {{absl::Minutes(-0.5), true},
               {absl::Minutes(20), true},
               {kTriesAgainWithin - absl::Seconds(1), true},
               {kTriesAgainWithin, false}};
  settings.breaker.caller_open_duration = kOpen;
  settings.breaker.min_quorum = 1000;
  int number = 0;
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.quiet);
    const CallSite caller = Instance(++number);
    Fail(caller, 5);
    ASSERT_TRUE(OwnCircuit(caller).has_value());
    // The target is called by others.
    const absl::Time end = now + kOpen + row.quiet;
    while (end - now > absl::Minutes(10)) {
      Pass(absl::Minutes(10));
      Tell(Instance(0), 1, 0);
    }
    now = end;
    Tell(Instance(0), 1, 0);
    guard.Sweep(now);
    EXPECT_EQ(OwnCircuit(caller).has_value(), row.known);
    if (row.known) continue;
    EXPECT_THAT(
        changes,
        Contains(AllOf(Field(&CircuitView::instance, caller.instance),
                       Field(&CircuitView::state, CircuitState::kClosed))))
        << "who watches is told";
  }
}

using Names = std::pair<std::string, std::string>;

Names NamesOf(TargetGuard& guard, Changes*) {
  return {std::string(guard.name().first()),
          std::string(guard.name().second())};
}

// What is met, asked about and forgotten in a table, against a map: the target
// that was found last among them.
TEST(TargetTableTest, KnowsWhatAMapKnows) {
  GuardShared shared;
  const auto policy = std::make_shared<const TargetPolicy>();
  shared.policies = [&](auto, auto) { return policy; };
  TargetTable table(&shared);
  // Some differ in where the namespace ends.
  const Names kNames[] = {{"default", "tea"}, {"default", "coffee"},
                          {"team", "one"},    {"tea", "mone"},
                          {"", "one"},        {"one", ""}};
  const Names nobody("no", "body");
  std::map<Names, absl::Time> touched;
  std::mt19937 random(1);
  absl::Time now = kStart;
  size_t forgotten = 0;
  for (int step = 0; step < 20'000; ++step) {
    const Names& names = kNames[random() % std::size(kNames)];
    const TargetKey key(names.first, names.second);
    if (random() % 4 == 0) {
      ASSERT_EQ(table.With(key, now, NamesOf), names);
      absl::Time& last = touched.emplace(names, now).first->second;
      if (now - last > TargetTable::kTouchPause) last = now;
    }
    ASSERT_EQ(table.WithKnown(key, now, nobody, NamesOf),
              touched.contains(names) ? names : nobody);
    if (random() % 4 == 0) {
      table.Sweep(now);
      forgotten += std::erase_if(touched, [&](const auto& entry) {
        return now - entry.second >= Guard::kForgetAfter;
      });
      ASSERT_EQ(shared.targets, touched.size());
    }
    now += random() % 2 == 0 ? absl::Seconds(1) : absl::Minutes(3);
  }
  EXPECT_GT(forgotten, 100u);
}

}  // namespace
}  // namespace recourse

// Which circuits are listed.
#include <set>
#include <string>

#include "tests/guard/guard_fixture.h"

namespace recourse {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ListingTest : public GuardFixture {
 protected:
  void SetUp() override {
    for (const char* target : {"a", "b", "c"}) {
      for (const char* ns : {"one", "two"}) {
        CircuitSnapshot open;
        open.ns = ns;
        open.target = target;
        open.epoch = 1;
        open.open_remaining = absl::Minutes(1);
        guard.Restore({open}, now);
      }
    }
    guard.Override("one", "forced",
                   CircuitOverride{CircuitState::kForcedClosed, "me", "x",
                                   now + absl::Hours(1)},
                   now);
    guard.ObserveCalls({"one", "closed", "", "svc", "svc-1"}, {.calls = 1},
                       now);
  }

  // "namespace/target" of what is listed.
  std::set<std::string> List(const CircuitFilter& filter) {
    std::set<std::string> listed;
    const CircuitList list = guard.AllCircuits(filter, 1000, now);
    EXPECT_EQ(list.left_out, 0);
    for (const CircuitView& circuit : list.circuits) {
      listed.insert(absl::StrCat(circuit.ns, "/", circuit.target));
    }
    return listed;
  }
};

TEST_F(ListingTest, OnlyWhatTheFilterWants) {
  const auto is_b = [](absl::string_view target) { return target == "b"; };
  EXPECT_THAT(List({}), ElementsAre("one/a", "one/b", "one/c", "one/closed",
                                    "one/forced", "two/a", "two/b", "two/c"));
  EXPECT_THAT(List({.only_open = true}),
              ElementsAre("one/a", "one/b", "one/c", "one/forced", "two/a",
                          "two/b", "two/c"));
  EXPECT_THAT(List({.only_open = true, .ns = "two"}),
              ElementsAre("two/a", "two/b", "two/c"));
  EXPECT_THAT(List({.target = is_b}), ElementsAre("one/b", "two/b"));
  EXPECT_THAT(List({.ns = "one", .target = is_b}), ElementsAre("one/b"));
  EXPECT_THAT(List({.ns = "three"}), IsEmpty());
}

TEST_F(ListingTest, CallersOwnOnlyWhereTheyAreWanted) {
  const CallSite bad{"one", "shared", "", "svc", "svc-1"};
  for (int i = 0; i < 9; ++i) {
    const std::string instance = absl::StrCat("ok-", i);
    guard.ObserveCalls({"one", "shared", "", "svc", instance}, {.calls = 20},
                       now);
  }
  guard.ObserveCalls(bad, {.calls = 20, .failures = 20}, now);
  const auto own = [&](const char* instance) {
    int count = 0;
    const CircuitFilter filter{
        .only_open = true, .ns = "one", .caller = [instance](auto, auto i) {
          return i == instance;
        }};
    for (const auto& circuit : guard.AllCircuits(filter, 1000, now).circuits) {
      if (!circuit.shared) ++count;
    }
    return count;
  };
  EXPECT_EQ(own("svc-1"), 1);
  EXPECT_EQ(own("svc-2"), 0);
}

TEST_F(ListingTest, WhatIsBeyondTheLimitIsCounted) {
  const CircuitList list = guard.AllCircuits({.only_open = true}, 5, now);
  EXPECT_EQ(list.circuits.size(), 5);
  EXPECT_EQ(list.left_out, 2);
  EXPECT_EQ(guard.AllCircuits({.ns = "two"}, 3, now).left_out, 0);
}

}  // namespace
}  // namespace recourse

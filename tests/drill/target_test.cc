// What is called in a drill.
#include "bench/drill/target.h"

#include "bench/drill/run.h"
#include "gtest/gtest.h"

namespace recourse::drill {
namespace {

Scenario Calm() {
  Scenario scenario;
  scenario.callers = 100;
  scenario.calls_per_second = 0.7;  // Capacity: 100 a second.
  return scenario;
}

struct Load {
  double mean_time = 0;  // Seconds, of those that succeeded.
  int succeeded = 0;
  int timed_out = 0;
  int unavailable = 0;
};

// `rate` even calls a second for 30 s.
Load Press(const Scenario& scenario, double rate) {
  Target target(scenario, 1);
  Load load;
  for (int i = 0; i < static_cast<int>(30 * rate); ++i) {
    const Nanos now = FromSeconds(i / rate);
    const Answer answer = target.Call(
        {static_cast<uint64_t>(i), 0, 1, scenario.call_timeout}, now);
    load.succeeded += answer.ending == Ending::kSuccess;
    load.timed_out += answer.ending == Ending::kTimedOut;
    load.unavailable += answer.ending == Ending::kUnavailable;
    if (answer.ending == Ending::kSuccess) {
      load.mean_time += ToSeconds(answer.at - now);
    }
  }
  load.mean_time /= load.succeeded;
  return load;
}

TEST(TargetTest, TakesLongerTheBusierItIs) {
  const Scenario scenario = Calm();
  double last = 0.09;
  for (const double rate : {10.0, 50.0, 70.0, 95.0}) {
    const Load load = Press(scenario, rate);
    EXPECT_EQ(load.succeeded, static_cast<int>(30 * rate));
    EXPECT_GT(load.mean_time, last) << rate;
    last = load.mean_time;
  }
  EXPECT_LT(last, 0.25);
}

TEST(TargetTest, ServesInVainWhoGaveUpAndRefusesWhoFindsItsQueueFull) {
  Scenario scenario = Calm();
  const Load deep = Press(scenario, 200);
  EXPECT_GT(deep.timed_out, 1000) << "100 a second are served, too late";
  EXPECT_GT(deep.unavailable, 2000);
  scenario.queue_seconds = 0.5;
  const Load shallow = Press(scenario, 200);
  EXPECT_LE(shallow.timed_out, 5);
  EXPECT_NEAR(shallow.succeeded, 3050, 60);
}

TEST(TargetTest, RefusesWhileItIsDown) {
  Scenario scenario = Calm();
  scenario.troubles = {{kSecond, 2 * kSecond, 0}};
  Target target(scenario, 1);
  const auto ending = [&](double at) {
    return target.Call({1, 0, 1, kSecond}, FromSeconds(at)).ending;
  };
  EXPECT_EQ(ending(0.9), Ending::kSuccess);
  EXPECT_EQ(ending(1), Ending::kRefused);
  EXPECT_EQ(ending(1.9), Ending::kRefused);
  EXPECT_EQ(ending(2), Ending::kSuccess);
}

TEST(TargetTest, AnswersTooManyCallsWithTheTimeOfTheNextWindow) {
  Scenario scenario = Calm();  // 70 a second: 350 of 700 in 10 s.
  scenario.quota = Quota{0, 60 * kSecond};
  Target target(scenario, 1);
  for (int i = 0; i < 350; ++i) {
    EXPECT_EQ(target.Call({1, 0, 1, kSecond}, i * 10 * kMilli).ending,
              Ending::kSuccess);
  }
  const Answer answer = target.Call({1, 0, 1, kSecond}, 4 * kSecond + 1);
  EXPECT_EQ(answer.ending, Ending::kRateLimited);
  EXPECT_EQ(answer.retry_after, 6 * kSecond) << "whole seconds, rounded up";
  EXPECT_EQ(target.Call({1, 0, 1, kSecond}, 10 * kSecond).ending,
            Ending::kSuccess);
}

TEST(TargetTest, DoesNotSeeTheCallsOfABrokenNetwork) {
  Scenario scenario = Calm();
  scenario.broken_caller = 3;
  scenario.own_trouble = {0, kSecond, 0};
  Target target(scenario, 1);
  const Answer broken = target.Call({1, 3, 1, kSecond}, 0);
  EXPECT_EQ(broken.ending, Ending::kRefused);
  EXPECT_FALSE(broken.reached);
  EXPECT_TRUE(target.Call({1, 2, 1, kSecond}, 0).reached);
  EXPECT_EQ(target.Call({1, 3, 1, kSecond}, kSecond).ending, Ending::kSuccess);
}

// Policies are compared by what becomes of the same operations.
TEST(RunTest, EqualSeedsBringEqualOperations) {
  Scenario scenario = *FindScenario("hard");
  scenario.callers = 50;
  std::vector<RunRecord> runs;
  for (const PolicyKind& kind : AllPolicies()) {
    if (!kind.is_hot_loop) runs.push_back(RunOnce(scenario, kind, 7));
  }
  const RunRecord again = RunOnce(scenario, AllPolicies().back(), 7);
  const RunRecord other = RunOnce(scenario, AllPolicies().back(), 8);
  int differences = 0;
  for (size_t i = 0; i < again.seconds.size(); ++i) {
    for (const RunRecord& run : runs) {
      EXPECT_EQ(run.seconds[i].begun, again.seconds[i].begun);
    }
    EXPECT_EQ(runs.back().seconds[i].load, again.seconds[i].load);
    differences += other.seconds[i].load != again.seconds[i].load;
  }
  EXPECT_GT(differences, 0);
}

// An operation that has no answer by its deadline is lost.
TEST(RunTest, NoOperationOutlivesItsDeadline) {
  Scenario scenario = *FindScenario("hard");
  scenario.callers = 50;
  scenario.operation_time = 5 * kSecond;
  for (const PolicyKind& kind : AllPolicies()) {
    if (kind.is_hot_loop) continue;
    const RunRecord run = RunOnce(scenario, kind, 1);
    EXPECT_EQ(run.seconds[40].succeeded, 0) << kind.name;
    EXPECT_LE(run.others.longest, 5 * kSecond) << kind.name;
  }
}

}  // namespace
}  // namespace recourse::drill

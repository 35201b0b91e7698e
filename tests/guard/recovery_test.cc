// Outages from beginning to end, with a fleet of callers in virtual time (the
// drill's, docs/drill.md).
#include <algorithm>

#include "bench/drill/figures.h"
#include "bench/drill/policy.h"
#include "bench/drill/run.h"
#include "gtest/gtest.h"

namespace recourse::drill {
namespace {

constexpr size_t kStart = 30;
constexpr size_t kEnd = 90;
constexpr int kUsual = 350;  // Calls a second, of 500 that are served.

Scenario Small(const char* name) {
  Scenario scenario = *FindScenario(name);
  scenario.callers = 500;
  scenario.length = 200 * kSecond;
  return scenario;
}

int64_t LoadIn(const RunRecord& run, size_t from, size_t to) {
  int64_t load = 0;
  for (size_t i = from; i < to; ++i) load += run.seconds[i].load;
  return load;
}

TEST(RecoveryTest, HardOutage) {
  const Scenario scenario = Small("hard");
  const RunRecord run = RunOnce(scenario, Ours(), 42);
  EXPECT_LE(LoadIn(run, kStart, kEnd), 5 * kUsual)
      << "in 60 s of outage, no more than 5 s worth of calls";
  EXPECT_LE(LoadIn(run, kStart + 10, kEnd), 15) << "and then single trials";
  const Figures figures = Measure(scenario, run);
  EXPECT_LE(figures.peak, 1.1);
  // It is back at once: no more than the longest open time, and a short ramp.
  EXPECT_GE(LoadIn(run, kEnd + 13, kEnd + 18), 5 * kUsual);
  // What the target can serve beside its usual calls is used.
  EXPECT_GE(figures.trouble_share, 0.2);
}

// No single second brings more than twice the calls of the second before it,
// from the first trial on.
TEST(RecoveryTest, NoStepToFullLoad) {
  const RunRecord run = RunOnce(Small("hard"), Ours(), 42);
  size_t first = kEnd;
  while (run.seconds[first].load < kUsual / 2) ++first;
  // Waves take 300 ms: three or four of them in a second.
  EXPECT_LE(run.seconds[first].load, 1.3 * kUsual);
  EXPECT_GT(run.seconds[first - 1].load, 0);
  EXPECT_LE(run.seconds[first - 1].load, kUsual / 2);
}

TEST(RecoveryTest, BrownOut) {
  const Scenario scenario = Small("brownout");
  const RunRecord run = RunOnce(scenario, Ours(), 42);
  // 100 a second are served; much more would be wasted.
  EXPECT_LE(LoadIn(run, kStart + 10, kEnd), 50 * 200);
  EXPECT_LE(Measure(scenario, run).peak, 1.1);
}

// Callers that know no circuits just run when they are told.
TEST(RecoveryTest, NaiveCallersAreNoHerdEither) {
  const Scenario scenario = Small("hard");
  const RunRecord run = RunOnce(
      scenario, Ours({.watches_circuits = false, .tells_calls = false}), 42);
  // Their first calls nobody can hold back: 350 a second and their retries.
  EXPECT_LE(Measure(scenario, run).peak, 1.6);
}

TEST(RecoveryTest, CallersOfUnknownVolume) {
  const Scenario scenario = Small("hard");
  const RunRecord run = RunOnce(scenario, Ours({.tells_calls = false}), 42);
  EXPECT_LE(Measure(scenario, run).peak, 1.25);
  EXPECT_GE(LoadIn(run, kEnd + 20, kEnd + 25), 5 * kUsual * 9 / 10);
}

}  // namespace
}  // namespace recourse::drill

// Outages from beginning to end, with a fleet of callers in virtual time.
#include <algorithm>
#include <numeric>

#include "gtest/gtest.h"
#include "tests/guard/fleet.h"

namespace recourse {
namespace {

int Seconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Seconds(duration));
}

// The mean load of a few seconds: chance alone makes single ones uneven.
double PeakAfter(const FleetResult& result, int from) {
  double peak = 0;
  for (size_t i = static_cast<size_t>(from); i + 3 <= result.load.size(); ++i) {
    peak = std::max(peak, std::accumulate(result.load.begin() + i,
                                          result.load.begin() + i + 3, 0) /
                              3.0);
  }
  return peak;
}

int LoadIn(const FleetResult& result, int from, int to) {
  return std::accumulate(result.load.begin() + from, result.load.begin() + to,
                         0);
}

FleetSettings Small() {
  FleetSettings settings;
  settings.callers = 200;
  settings.capacity = 200;  // 140 calls a second are made.
  settings.length = absl::Seconds(200);
  return settings;
}

TEST(RecoveryTest, HardOutage) {
  const FleetSettings settings = Small();
  const FleetResult result = RunFleet(settings);
  const int start = Seconds(settings.outage_start);
  const int end = start + Seconds(settings.outage_length);
  EXPECT_LE(LoadIn(result, start, end), 5 * 140)
      << "in 60 s of outage, no more than 5 s worth of calls";
  EXPECT_LE(LoadIn(result, start + 5, end), 10) << "and then single trials";
  EXPECT_LE(PeakAfter(result, end), 1.1 * settings.capacity);
  // It is back at once: no more than the longest open time, and a short ramp.
  EXPECT_GE(LoadIn(result, end + 13, end + 18), 5 * 140);
  EXPECT_GE(result.success_share(), 0.72);
}

// No single second brings more than twice the calls of the second before it,
// from the first trial on.
TEST(RecoveryTest, NoStepToFullLoad) {
  const FleetSettings settings = Small();
  const FleetResult result = RunFleet(settings);
  const int end = Seconds(settings.outage_start + settings.outage_length);
  const int full = 140;
  int first = end;
  while (result.load[static_cast<size_t>(first)] < full / 2) ++first;
  // Waves take 300 ms: three or four of them in a second.
  EXPECT_LE(result.load[static_cast<size_t>(first)], 1.3 * full);
  EXPECT_GT(result.load[static_cast<size_t>(first - 1)], 0);
  EXPECT_LE(result.load[static_cast<size_t>(first - 1)], full / 2);
}

TEST(RecoveryTest, BrownOut) {
  FleetSettings settings = Small();
  settings.outage_capacity = 0.2;
  const FleetResult result = RunFleet(settings);
  const int start = Seconds(settings.outage_start);
  const int end = start + Seconds(settings.outage_length);
  // 40 a second are served; much more would be wasted.
  EXPECT_LE(LoadIn(result, start + 10, end), 50 * 80);
  EXPECT_LE(PeakAfter(result, end), 1.1 * settings.capacity);
}

// Callers that know no circuits just run when they are told.
TEST(RecoveryTest, NaiveCallersAreNoHerdEither) {
  FleetSettings settings = Small();
  settings.watches_circuits = false;
  const FleetResult result = RunFleet(settings);
  const int end = Seconds(settings.outage_start + settings.outage_length);
  // Their first calls nobody can hold back: 140 a second and their retries.
  EXPECT_LE(PeakAfter(result, end), 1.6 * settings.capacity);
}

TEST(RecoveryTest, CallersOfUnknownVolume) {
  FleetSettings settings = Small();
  settings.tells_calls = false;
  const FleetResult result = RunFleet(settings);
  const int end = Seconds(settings.outage_start + settings.outage_length);
  EXPECT_LE(PeakAfter(result, end), 1.25 * settings.capacity);
  EXPECT_GE(LoadIn(result, end + 20, end + 25), 5 * 140 * 9 / 10);
}

}  // namespace
}  // namespace recourse

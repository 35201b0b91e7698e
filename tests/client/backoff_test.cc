#include "client/cpp/backoff.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/client/scripted_server.h"

namespace recourse {
namespace {

TEST(RetryDelay, GrowsUpToTheCapWithTheJitterOfThePlan) {
  const struct {
    const char* jitter;
    int k;
    int last_ms;
    double chance;
    int delay_ms;
  } kCases[] = {
      {"JITTER_NONE", 0, 0, 0.5, 100},
      {"JITTER_NONE", 2, 0, 0.5, 400},
      {"JITTER_NONE", 10, 0, 0.5, 1000},
      {"JITTER_NONE", 100'000, 0, 0.5, 1000},
      {"JITTER_FULL", 1, 0, 0.5, 100},
      {"JITTER_FULL", 1, 0, 0.0, 0},
      {"JITTER_UNSPECIFIED", 1, 0, 0.5, 100},
      {"JITTER_EQUAL", 1, 0, 0.5, 150},
      {"JITTER_RANGE", 1, 0, 0.0, 160},
      {"JITTER_RANGE", 10, 0, 0.9, 1000},
      {"JITTER_DECORRELATED", 0, 0, 0.5, 200},
      {"JITTER_DECORRELATED", 1, 200, 0.5, 350},
      {"JITTER_DECORRELATED", 1, 900, 0.9, 1000},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(testing::Message() << test.jitter << " " << test.k);
    const auto plan = FromText<v1::LocalPlan>(
        absl::StrCat("base_delay { nanos: 100000000 } factor: 2 max_delay { "
                     "seconds: 1 } jitter: ",
                     test.jitter));
    EXPECT_NEAR(
        absl::ToDoubleMilliseconds(RetryDelay(
            plan, test.k, absl::Milliseconds(test.last_ms), test.chance)),
        test.delay_ms, 0.001);
  }
}

TEST(RetryDelay, GrowsAsTheStepSays) {
  const struct {
    const char* step;
    int k;
    double chance;
    absl::Duration delay;
  } kCases[] = {
      {"", 0, 0.5, absl::Seconds(0.5)},
      {"jitter: JITTER_NONE", 2, 0.5, absl::Seconds(4)},
      {"jitter: JITTER_NONE", 6, 0.5, absl::Seconds(60)},
      {"jitter: JITTER_NONE max_delay {}", 2, 0.5, absl::ZeroDuration()},
      {"jitter: JITTER_NONE factor: 3", 2, 0.5, absl::Seconds(9)},
      {"jitter: JITTER_NONE backoff: BACKOFF_NONE", 2, 0.5,
       absl::ZeroDuration()},
      {"jitter: JITTER_NONE backoff: BACKOFF_FIXED", 2, 0.5, absl::Seconds(1)},
      {"jitter: JITTER_NONE backoff: BACKOFF_LINEAR", 2, 0.5, absl::Seconds(3)},
      {"jitter: JITTER_RANGE jitter_min: 0 jitter_max: 2", 1, 0.25,
       absl::Seconds(1)},
      {"jitter: JITTER_NONE base_delay { nanos: 1 } max_delay { seconds: 86400 "
       "}",
       99, 0.5, absl::Hours(24)},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(testing::Message() << test.step << " " << test.k);
    EXPECT_EQ(RetryDelay(FromText<v1::RetryStep>(test.step), test.k,
                         absl::ZeroDuration(), test.chance),
              test.delay);
  }
}

}  // namespace
}  // namespace recourse

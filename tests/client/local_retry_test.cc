#include "client/cpp/local_retry.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/client/scripted_server.h"

namespace recourse {
namespace {

TEST(LocalDelay, GrowsUpToTheCapWithTheJitterOfThePlan) {
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
        absl::ToDoubleMilliseconds(LocalDelay(
            plan, test.k, absl::Milliseconds(test.last_ms), test.chance)),
        test.delay_ms, 0.001);
  }
}

}  // namespace
}  // namespace recourse

#include "server/incident/write_backoff.h"

#include <gtest/gtest.h>

#include <vector>

namespace recourse {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

TEST(WriteBackoffTest, DelaysDoubleToTheLongestOfTheirKind) {
  const struct {
    absl::Status why;
    std::vector<int> seconds;
  } kRows[] = {
      {absl::UnavailableError("away"), {1, 2, 4, 8, 10, 10}},
      {absl::ResourceExhaustedError("full"), {1, 2, 4, 8, 10, 10}},
      {absl::DeadlineExceededError("slow"), {1, 2, 4, 8, 10, 10}},
      {absl::InvalidArgumentError("too long"),
       {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300}},
      {absl::DataLossError("not readable"), {1, 2, 4, 8, 16, 32}},
      {absl::InternalError("?"), {1, 2, 4, 8, 16, 32}},
  };
  for (const auto& row : kRows) {
    WriteBackoff backoff;
    absl::Time now = kNow;
    int count = 0;
    for (const int seconds : row.seconds) {
      ASSERT_TRUE(backoff.IsDue("k", now));
      const WriteBackoff::Failure failure = backoff.Failed("k", row.why, now);
      EXPECT_EQ(failure.count, ++count);
      EXPECT_EQ(failure.delay, absl::Seconds(seconds)) << row.why;
      EXPECT_FALSE(
          backoff.IsDue("k", now + failure.delay - absl::Milliseconds(1)));
      EXPECT_TRUE(backoff.IsDue("other", now));
      now += failure.delay;
    }
    backoff.Succeeded("k");
    EXPECT_TRUE(backoff.IsDue("k", now));
    EXPECT_EQ(backoff.Failed("k", row.why, now).delay, absl::Seconds(1));
  }
}

TEST(WriteBackoffTest, WhatNobodyTriesAnyMoreIsForgotten) {
  WriteBackoff backoff;
  for (int i = 0; i < 20; ++i) {
    backoff.Failed("old", absl::InternalError("?"), kNow);
  }
  backoff.Failed("young", absl::InternalError("?"), kNow + absl::Minutes(9));
  backoff.ForgetUntried(kNow + absl::Minutes(10) - absl::Seconds(1));
  EXPECT_EQ(backoff.size(), 2u);
  backoff.ForgetUntried(kNow + absl::Minutes(10));
  EXPECT_EQ(backoff.size(), 1u);
  EXPECT_TRUE(backoff.IsDue("old", kNow));
}

}  // namespace
}  // namespace recourse

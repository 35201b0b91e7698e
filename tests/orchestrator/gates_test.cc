#include "server/gates.h"

#include <gtest/gtest.h>

#include "server/guarding.h"

namespace recourse {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

struct RerunRow {
  const char* name;
  Idempotency idempotency;
  bool not_executed;
  int total_attempts;
  absl::Duration elapsed;
  absl::Duration waited;
  std::optional<TraceReason> refused;
};

TEST(RerunRefused, EveryLimitAndTheIdempotencyGate) {
  const RecoveryLimits limits;  // 10 retries, 10 minutes.
  const RerunRow rows[] = {
      {"idempotent", Idempotency::kIdempotent, false, 0, {}, {}, std::nullopt},
      {"not said", Idempotency::kUnspecified, false, 0, {}, {}, std::nullopt},
      {"not idempotent",
       Idempotency::kNotIdempotent,
       false,
       0,
       {},
       {},
       TraceReason::kNotIdempotent},
      {"provably not done",
       Idempotency::kNotIdempotent,
       true,
       0,
       {},
       {},
       std::nullopt},
      {"last run of all",
       Idempotency::kIdempotent,
       false,
       9,
       {},
       {},
       std::nullopt},
      {"too many runs",
       Idempotency::kIdempotent,
       false,
       10,
       {},
       {},
       TraceReason::kTotalAttemptsExhausted},
      {"just in time",
       Idempotency::kIdempotent,
       false,
       0,
       absl::Minutes(10) - absl::Nanoseconds(1),
       {},
       std::nullopt},
      {"too late",
       Idempotency::kIdempotent,
       false,
       0,
       absl::Minutes(10),
       {},
       TraceReason::kMaxElapsed},
      {"waiting for people does not count", Idempotency::kIdempotent, false, 0,
       absl::Hours(5), absl::Hours(5), std::nullopt},
      {"a limit of the whole comes first",
       Idempotency::kNotIdempotent,
       false,
       10,
       {},
       {},
       TraceReason::kTotalAttemptsExhausted},
  };
  for (const RerunRow& row : rows) {
    SCOPED_TRACE(row.name);
    Failure failure;
    failure.idempotency = row.idempotency;
    Classification classification;
    classification.not_executed = row.not_executed;
    Progress progress;
    progress.total_attempts = row.total_attempts;
    progress.start_time = kNow - row.elapsed;
    progress.waited = row.waited;
    EXPECT_EQ(RerunRefused(failure, classification, progress, limits, kNow),
              row.refused);
  }
}

TEST(RefuseBeforeStep, OnlyRetriesUnderALayerThatRepeats) {
  Failure failure;
  EXPECT_FALSE(RefuseBeforeStep(RetryStep(), failure).has_value());
  failure.upstream_attempt = 1;
  const auto refused = RefuseBeforeStep(RetryStep(), failure);
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->reason, TraceReason::kRetriedElsewhere);
  EXPECT_FALSE(RefuseBeforeStep(AlternativePathStep(), failure).has_value());
  EXPECT_FALSE(RefuseBeforeStep(EscalationStep(), failure).has_value());
}

struct TimeRow {
  const char* name;
  absl::Duration delay;
  absl::Duration call;
  std::optional<absl::Duration> remaining;
  absl::Duration elapsed;
  std::optional<TraceReason> refused;
};

TEST(RefuseForTime, DelayAndCallMustFit) {
  const TimeRow rows[] = {
      {"no limit",
       absl::Hours(0),
       absl::Hours(9),
       std::nullopt,
       {},
       std::nullopt},
      {"fits exactly",
       absl::Seconds(3),
       absl::Seconds(2),
       absl::Seconds(5),
       {},
       std::nullopt},
      {"one nanosecond short",
       absl::Seconds(3),
       absl::Seconds(2),
       absl::Seconds(5) - absl::Nanoseconds(1),
       {},
       TraceReason::kTimeTooShort},
      {"the call alone is too long",
       absl::ZeroDuration(),
       absl::Seconds(2),
       absl::Seconds(1),
       {},
       TraceReason::kTimeTooShort},
      {"no time at all",
       absl::ZeroDuration(),
       absl::ZeroDuration(),
       absl::ZeroDuration(),
       {},
       std::nullopt},
      {"ends with the recovery",
       absl::Minutes(4),
       {},
       std::nullopt,
       absl::Minutes(6),
       std::nullopt},
      {"would end after the recovery",
       absl::Minutes(5),
       {},
       std::nullopt,
       absl::Minutes(6),
       TraceReason::kMaxElapsed},
  };
  for (const TimeRow& row : rows) {
    SCOPED_TRACE(row.name);
    Failure failure;
    failure.expected_call_time = row.call;
    failure.time_remaining = row.remaining;
    Progress progress;
    progress.start_time = kNow - row.elapsed;
    const auto refused = RefuseForTime(RetryAction(), row.delay, failure,
                                       progress, RecoveryLimits(), kNow);
    EXPECT_EQ(refused ? std::optional(refused->reason) : std::nullopt,
              row.refused);
  }
}

TEST(RefuseForTime, WhatRunsNothingNeedsNoTime) {
  Failure failure;
  failure.expected_call_time = absl::Hours(1);
  failure.time_remaining = absl::ZeroDuration();
  Progress progress;
  progress.start_time = kNow - absl::Hours(1);
  for (const Action& action :
       {Action(EscalationAction()), Action(FallbackAction())}) {
    EXPECT_FALSE(RefuseForTime(action, absl::Hours(2), failure, progress,
                               RecoveryLimits(), kNow));
  }
}

TEST(ApplyGrant, WhoRunsWhateverItHeardOfTheCircuit) {
  const struct {
    uint64_t permit;
    bool recheck;
    absl::Duration delay;
    Belief belief;
    bool trial;
  } kRows[] = {
      {0, false, {}, {}, false},
      {7, false, absl::Seconds(1), {}, true},
      // Held back by what is over.
      {0, false, {}, {.held_back = true}, true},
      // By then it hears how things stand,
      {0, false, absl::Seconds(1), {.held_back = true}, false},
      // unless it never does.
      {0, false, absl::Seconds(1), {true, true}, true},
      {0, false, {}, {.hears_nothing = true}, false},
      {0, true, absl::Seconds(1), {true, true}, false},
      {0, true, {}, {.held_back = true}, false},
  };
  for (const auto& row : kRows) {
    Grant grant;
    grant.delay = row.delay;
    grant.recheck = row.recheck;
    grant.stamp.permit = row.permit;
    Decision decision;
    decision.action = RetryAction();
    ApplyGrant(grant, row.belief, decision);
    EXPECT_EQ(decision.trial, row.trial) << (&row - kRows);
    EXPECT_EQ(decision.recheck, row.recheck);
    EXPECT_EQ(std::get<RetryAction>(*decision.action).delay, row.delay);
  }
}

}  // namespace
}  // namespace recourse

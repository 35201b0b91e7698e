#include "server/wire/target_policy.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/wire/circuits.h"
#include "server/wire/errors.h"
#include "tests/wire/text_proto.h"

namespace recourse {
namespace {

using testing::HasSubstr;

struct BadRow {
  const char* text;  // Merged into a good message.
  const char* field;
  const char* message;
};

TEST(TargetPolicyTest, UnsetIsTheDefault) {
  const auto policy = ParseTargetPolicy(
      FromText<v1::TargetPolicy>("policy_id: 'p' target: 'db/*'"));
  ASSERT_TRUE(policy.ok()) << policy.status();
  TargetPolicy expected;
  expected.policy_id = "p";
  expected.target_glob = "db/*";
  EXPECT_EQ(*policy, expected);
}

TEST(TargetPolicyTest, WhatIsWrittenIsReadBack) {
  TargetPolicy policy;
  policy.policy_id = "openai.v1-x_y";
  policy.ns = "prod";
  policy.target_glob = "openai/gpt-4";
  policy.breaker = {.consecutive_failures = 0,
                    .caller_open_duration = absl::Seconds(30),
                    .success_threshold = 3,
                    .failure_rate = 0.25,
                    .slow_call_rate = 0.75,
                    .slow_call_duration = absl::Seconds(2),
                    .min_calls = 5,
                    .window = absl::Seconds(20),
                    .count_window = 50,
                    .open_duration = absl::Seconds(1),
                    .open_growth = 3,
                    .max_open_duration = absl::Seconds(9),
                    .half_open_permits = 2,
                    .quorum = 0.5,
                    .min_quorum = 3};
  policy.retry_budget = {0.1, 2.5, absl::Seconds(30)};
  policy.pacing = {12.5, 4, absl::Minutes(1)};
  policy.idempotency = Idempotency::kNotIdempotent;
  policy.description = "the expensive one";
  policy.revision = 7;
  const auto read = ParseTargetPolicy(ToMessage(policy));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, policy);
}

TEST(TargetPolicyTest, LongerOpenDurationLiftsItsLimit) {
  const auto policy = ParseTargetPolicy(FromText<v1::TargetPolicy>(
      "policy_id: 'p' target: '*' breaker { open_duration { seconds: 120 } }"));
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->breaker.max_open_duration, absl::Seconds(120));
}

TEST(TargetPolicyTest, RefusesWhatIsOutOfRange) {
  const BadRow rows[] = {
      {"policy_id: ''", "policy_id", "is required"},
      {"policy_id: 'a/b'", "policy_id", "must be 1-128 of"},
      {"target: ''", "target", "is required"},
      {"target: 'a*b'", "target", "a * at its end only"},
      {"target: '**'", "target", "a * at its end only"},
      {"namespace: 'A'", "namespace", "must be 1-63 of"},
      {"idempotency: 9", "idempotency", "9 is no value of Idempotency"},
      {"breaker { consecutive_failures: 1001 }", "breaker.consecutive_failures",
       "must be between 0 and 1000"},
      {"breaker { failure_rate: 0 }", "breaker.failure_rate",
       "must be between"},
      {"breaker { failure_rate: nan }", "breaker.failure_rate", ""},
      {"breaker { failure_rate: 1.01 }", "breaker.failure_rate", ""},
      {"breaker { min_calls: 0 }", "breaker.min_calls", "must be between 1"},
      {"breaker { window { nanos: 1 } }", "breaker.window", ""},
      {"breaker { open_duration { seconds: -1 } }", "breaker.open_duration",
       ""},
      {"breaker { open_duration { seconds: 9 } max_open_duration { seconds: 8 "
       "} }",
       "breaker.max_open_duration", ""},
      {"breaker { open_growth: 0.5 }", "breaker.open_growth", ""},
      {"breaker { quorum: 2 }", "breaker.quorum", ""},
      {"retry_budget { retry_ratio: -0.1 }", "retry_budget.retry_ratio", ""},
      {"retry_budget { ttl { seconds: 61 } }", "retry_budget.ttl", ""},
      {"retry_budget { min_retries_per_second: inf }",
       "retry_budget.min_retries_per_second", ""},
      {"pacing { max_retry_rate: -1 }", "pacing.max_retry_rate", ""},
      {"pacing { burst: 0 }", "pacing.burst", ""},
      {"pacing { max_hold { seconds: 3601 } }", "pacing.max_hold", ""},
  };
  for (const BadRow& row : rows) {
    SCOPED_TRACE(row.text);
    auto message = FromText<v1::TargetPolicy>("policy_id: 'p' target: 't'");
    MergeText(row.text, message);
    const absl::Status status = ParseTargetPolicy(message).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(FieldOf(status), row.field);
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.message));
  }
}

TEST(CircuitsTest, OverrideLastsAnHourByDefault) {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  const auto set = ParseOverride(
      FromText<v1::OverrideCircuitRequest>(
          "target: 't' override { state: CIRCUIT_STATE_FORCED_OPEN owner: 'me' "
          "reason: 'migration' }"),
      now);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(*set, (CircuitOverride{CircuitState::kForcedOpen, "me", "migration",
                                   now + absl::Hours(1)}));
}

TEST(CircuitsTest, RefusesBadOverrides) {
  const BadRow rows[] = {
      {"override { state: CIRCUIT_STATE_OPEN }", "override.state",
       "must be FORCED_OPEN"},
      {"override { state: 99 }", "override.state", "99 is no value"},
      {"override { owner: '' }", "override.owner", "is required"},
      {"override { reason: '' }", "override.reason", "is required"},
      {"expire_after { nanos: 5 }", "expire_after", ""},
      {"expire_after { seconds: 2592001 }", "expire_after", ""},
  };
  for (const BadRow& row : rows) {
    SCOPED_TRACE(row.text);
    auto message = FromText<v1::OverrideCircuitRequest>(
        "target: 't' override { state: CIRCUIT_STATE_SHADOW owner: 'me' "
        "reason: 'r' }");
    MergeText(row.text, message);
    const absl::Status status =
        ParseOverride(message, absl::UnixEpoch()).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(FieldOf(status), row.field);
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.message));
  }
}

TEST(CircuitsTest, ShowsWhatIsKnown) {
  CircuitView view;
  view.ns = "default";
  view.target = "db";
  view.state = CircuitState::kOpen;
  view.epoch = 3;
  view.open_remaining = absl::Seconds(4);
  view.quorum = 2;
  view.budget = BudgetView{100, 7, 30, false};
  view.holds = {{"key-1", absl::Seconds(9)}};
  view.override = CircuitOverride{CircuitState::kShadow, "me", "r",
                                  absl::FromUnixSeconds(9)};
  v1::Circuit message = ToMessage(view);
  EXPECT_EQ(message.scope(), v1::CIRCUIT_SCOPE_SHARED);
  EXPECT_EQ(message.state(), v1::CIRCUIT_STATE_OPEN);
  EXPECT_EQ(message.open_remaining().seconds(), 4);
  EXPECT_EQ(message.retry_budget().used(), 7);
  EXPECT_EQ(message.holds(0).quota_scope(), "key-1");
  EXPECT_EQ(message.override().expire_time().seconds(), 9);
  EXPECT_FALSE(message.has_caller());

  view.shared = false;
  view.service = "checkout";
  message = ToMessage(view);
  EXPECT_EQ(message.scope(), v1::CIRCUIT_SCOPE_CALLER);
  EXPECT_EQ(message.caller().service(), "checkout");
  EXPECT_FALSE(message.has_retry_budget());
}

}  // namespace
}  // namespace recourse

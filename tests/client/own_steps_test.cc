#include "client/cpp/own_steps.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cpp/durations.h"
#include "client/cpp/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/scripted_server.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// What a plan says of failures of "svc" until it gives up, one word each.
class OwnStepsTest : public testing::Test {
 protected:
  // `paid_` says which the target's budget pays for (y or n); after its end,
  // all.
  std::vector<std::string> Play(const std::string& plan,
                                const std::string& error = "") {
    size_t asked = 0;
    const auto pay = [&] {
      return asked >= paid_.size() || paid_[asked++] == 'y';
    };
    OwnSteps steps(FromText<v1::RecoveryContext>(plan).caller_steps(), options_,
                   clock_);
    std::vector<std::string> said;
    do {
      last_ = steps.Next(FromText<v1::ErrorDetails>(error), "svc", pay);
      said.push_back(Word());
    } while (last_.disposition() != v1::DISPOSITION_GIVE_UP &&
             said.size() < 200);
    EXPECT_EQ(last_.recovery_token(), "");
    EXPECT_EQ(last_.decision_id(), "");
    return said;
  }

  std::string Word() const {
    switch (last_.action_case()) {
      case v1::RecoveryResult::kRetry:
        return absl::FormatDuration(FromProto(last_.retry().delay()));
      case v1::RecoveryResult::kAlternativePath:
        return last_.alternative_path().alternative().name();
      case v1::RecoveryResult::kGracefulDegradation:
        return last_.graceful_degradation().level_name();
      case v1::RecoveryResult::kEscalation:
        return "escalated";
      default:
        return last_.has_result() ? last_.result().string_value() : "end";
    }
  }

  RunOptions options_;
  std::string paid_;
  test_mode::FakeClock clock_;  // Chance is 0.5.
  v1::RecoveryResult last_;
};

TEST_F(OwnStepsTest, StepsAfterOneAnother) {
  EXPECT_THAT(Play(R"(
    caller_steps { retry { max_retries: 2 base_delay { seconds: 1 } factor: 3
                           jitter: JITTER_NONE } }
    caller_steps { error_correction {} }
    caller_steps { alternative_path {
        alternatives { name: "a" } alternatives { name: "b" } } }
    caller_steps { graceful_degradation {
        levels { name: "mild" } levels { name: "severe" }
        fallback_value { string_value: "stale" } } }
    caller_steps { retry { max_retries: 1 backoff: BACKOFF_FIXED
                           base_delay { seconds: 8 } jitter: JITTER_EQUAL } }
    caller_steps { escalation {} })"),
              ElementsAre("1s", "3s", "a", "b", "mild", "severe", "stale", "6s",
                          "escalated", "end"));
  EXPECT_THAT(last_.error_message(), HasSubstr("people were told"));
}

TEST_F(OwnStepsTest, WhatIsNotPaidExhaustsTheStep) {
  const std::string plan = R"(
    caller_steps { retry { base_delay { seconds: 1 } jitter: JITTER_NONE } }
    caller_steps { graceful_degradation {
        levels { name: "mild" } fallback_value { string_value: "stale" } } }
    caller_steps { alternative_path { alternatives { name: "a" } } }
    caller_steps { retry { max_retries: 1 base_delay { seconds: 1 }
                           jitter: JITTER_DECORRELATED } })";
  const struct {
    const char* paid;
    std::vector<std::string> said;
  } kRows[] = {
      {"nnn", {"a", "end"}},
      {"nny", {"a", "2s", "end"}},
      // The last wait grows from one that was waited.
      {"ynny", {"1s", "a", "2s", "end"}},
      {"yyny", {"1s", "2s", "mild", "stale", "a", "3.5s", "end"}},
      {"", {"1s", "2s", "4s", "mild", "stale", "a", "6.5s", "end"}},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.paid);
    paid_ = row.paid;
    EXPECT_EQ(Play(plan), row.said);
  }
  paid_ = "nnn";
  Play(plan);
  EXPECT_EQ(last_.error_message(),
            "gave up: alternative_path: no alternative is left; the budget of "
            "retries to svc is spent");
}

TEST_F(OwnStepsTest, DefaultsAreThoseOfTheApi) {
  EXPECT_THAT(Play("caller_steps { retry {} }"),
              ElementsAre("500ms", "1s", "2s", "end"));
}

TEST_F(OwnStepsTest, RetriesHaveALimitWhateverThePlanSays) {
  EXPECT_EQ(Play("caller_steps { retry { max_retries: 2000000000 } }").size(),
            OwnSteps::kMaxRetries + 1);
}

TEST_F(OwnStepsTest, WaitsAsLongAsTheFailedServerAsksOrNotAtAll) {
  const std::string plan =
      "caller_steps { retry { max_retries: 1 max_retry_after { seconds: 20 } } "
      "}";
  // A tenth more at most, never less.
  EXPECT_THAT(Play(plan, "retry_after { seconds: 20 }"),
              ElementsAre("21s", "end"));
  EXPECT_THAT(Play(plan, "retry_after { seconds: 21 }"), ElementsAre("end"));
  EXPECT_THAT(last_.error_message(), HasSubstr("told to wait 21s"));
}

TEST_F(OwnStepsTest, RemediationThatIsNotDeclaredExhaustsTheStep) {
  const std::string plan =
      "caller_steps { retry { max_retries: 1 remediation: 'refresh' } }";
  EXPECT_THAT(Play(plan), ElementsAre("end"));
  EXPECT_THAT(last_.error_message(), HasSubstr("'refresh' is not declared"));
  options_.remediations["refresh"] = [] { return absl::OkStatus(); };
  EXPECT_THAT(Play(plan), ElementsAre("500ms", "end"));
}

TEST_F(OwnStepsTest, AlternativesInTheirOrder) {
  const struct {
    const char* step;
    std::vector<std::string> said;
  } kCases[] = {
      {"", {"dear", "cheap", "end"}},
      {"order_by: ALTERNATIVE_ORDER_COST", {"cheap", "dear", "end"}},
      {"order_by: ALTERNATIVE_ORDER_QUALITY", {"dear", "cheap", "end"}},
      {"exclude: 'dear'", {"cheap", "end"}},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.step);
    EXPECT_EQ(Play(absl::StrCat(R"(
      caller_steps { alternative_path {
        alternatives { name: "dear" cost: 3 quality: 0.9 }
        alternatives { name: "here" target: "svc" }
        alternatives { name: "cheap" cost: 1 quality: 0.5 } )",
                                test.step, "} }")),
              test.said);
  }
}

TEST_F(OwnStepsTest, AlternativesThatTheCallerDeclares) {
  options_.alternatives.emplace_back().set_name("declared");
  EXPECT_THAT(Play("caller_steps { alternative_path {} }"),
              ElementsAre("declared", "end"));
  options_.alternatives.clear();
  EXPECT_THAT(Play("caller_steps { alternative_path {} }"), ElementsAre("end"));
  EXPECT_THAT(last_.error_message(), HasSubstr("no alternative is left"));
}

TEST_F(OwnStepsTest, TimeoutsGrowAsTheServersWould) {
  const struct {
    absl::Duration expected_call_time;
    const char* multiplier;
    std::vector<absl::Duration> timeouts;  // Zero: none.
  } kCases[] = {
      {absl::Seconds(10),
       "timeout_multiplier: 2",
       {absl::Seconds(20), absl::Seconds(40), absl::Seconds(80)}},
      {absl::Seconds(10),
       "timeout_multiplier: 1",
       {absl::Duration(), absl::Duration(), absl::Duration()}},
      {absl::Seconds(10),
       "",
       {absl::Duration(), absl::Duration(), absl::Duration()}},
      {absl::ZeroDuration(),
       "timeout_multiplier: 2",
       {absl::Duration(), absl::Duration(), absl::Duration()}},
      {absl::Hours(10),
       "timeout_multiplier: 2",
       {absl::Hours(20), absl::Hours(24), absl::Hours(24)}},
      {absl::Hours(30),
       "timeout_multiplier: 2",
       {absl::Hours(30), absl::Hours(30), absl::Hours(30)}},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(absl::StrCat(test.multiplier, " of ",
                              absl::FormatDuration(test.expected_call_time)));
    options_.expected_call_time = test.expected_call_time;
    OwnSteps steps(
        FromText<v1::RecoveryContext>(
            absl::StrCat("caller_steps { retry { ", test.multiplier, " } }"))
            .caller_steps(),
        options_, clock_);
    for (const absl::Duration timeout : test.timeouts) {
      const v1::RetryAction action = steps.Next({}, "svc").retry();
      EXPECT_EQ(action.has_timeout(), timeout != absl::ZeroDuration());
      EXPECT_EQ(FromProto(action.timeout()), timeout);
    }
  }
}

TEST_F(OwnStepsTest, LevelsThatTheCallerDeclares) {
  const std::string plan =
      "caller_steps { graceful_degradation { fallback_value { string_value: "
      "'stale' } } }";
  EXPECT_THAT(Play(plan), ElementsAre("stale", "end"));
  options_.capabilities = FromText<v1::Capabilities>(
      "degradations: ['*', 'images', 'tools', 'images']");
  EXPECT_THAT(Play(plan), ElementsAre("images", "tools", "stale", "end"));
  OwnSteps steps(FromText<v1::RecoveryContext>(plan).caller_steps(), options_,
                 clock_);
  EXPECT_THAT(steps.Next({}, "svc").graceful_degradation().disable_features(),
              ElementsAre("images"));
  EXPECT_THAT(steps.Next({}, "svc").graceful_degradation().disable_features(),
              ElementsAre("images", "tools"));
}

TEST_F(OwnStepsTest, PlanWithoutSteps) {
  EXPECT_THAT(Play("caller_steps {}"), ElementsAre("end"));
  EXPECT_EQ(last_.error_message(), "gave up: the plan is used up");
}

}  // namespace
}  // namespace recourse

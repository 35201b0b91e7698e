// Run when Recourse cannot be asked.
#include "absl/synchronization/notification.h"
#include "client/cpp/status_details.h"
#include "tests/client/run_fixture.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const absl::Status kDown = absl::UnavailableError("connection refused");

class RunWithoutServerTest : public RunFixture {};

TEST_F(RunWithoutServerTest, RetriesTwiceByItself) {
  server.Stop();
  EXPECT_EQ(Play({kDown, kDown, kDown}).status(), kDown);
  EXPECT_THAT(clock->waits(),
              ElementsAre(absl::Milliseconds(100), absl::Milliseconds(200)));
  EXPECT_THAT(Reported(), IsEmpty());
}

TEST_F(RunWithoutServerTest, RetriesOnlyWhatLooksTemporary) {
  server.Stop();
  const struct {
    absl::Status error;
    int http_status;
    size_t attempts;
  } kCases[] = {
      {absl::DeadlineExceededError("slow"), 0, 3},
      {absl::ResourceExhaustedError("slow down"), 0, 3},
      {absl::UnknownError("slow down"), 429, 3},
      {absl::UnknownError("bad gateway"), 502, 3},
      {absl::UnknownError("whatever"), 0, 1},
      {absl::UnknownError("not found"), 404, 1},
      {absl::InvalidArgumentError("no"), 0, 1},
      {absl::PermissionDeniedError("no"), 0, 1},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.error.ToString());
    options.map_error = [&](const absl::Status& error) {
      v1::ErrorDetails details = DefaultErrorDetails(error);
      details.set_http_status(test.http_status);
      return details;
    };
    EXPECT_EQ(Play({test.error, test.error, test.error}).status(), test.error);
    EXPECT_EQ(attempts.size(), test.attempts);
  }
}

TEST_F(RunWithoutServerTest, NeverRepeatsWhatIsNotIdempotent) {
  server.Stop();
  const struct {
    v1::Idempotency option;
    v1::Idempotency context;
    size_t attempts;
  } kCases[] = {
      {v1::IDEMPOTENCY_NOT_IDEMPOTENT, v1::IDEMPOTENCY_UNSPECIFIED, 1},
      {v1::IDEMPOTENCY_NOT_IDEMPOTENT, v1::IDEMPOTENCY_IDEMPOTENT, 1},
      {v1::IDEMPOTENCY_UNSPECIFIED, v1::IDEMPOTENCY_NOT_IDEMPOTENT, 1},
      {v1::IDEMPOTENCY_UNSPECIFIED, v1::IDEMPOTENCY_IDEMPOTENT, 3},
      {v1::IDEMPOTENCY_IDEMPOTENT, v1::IDEMPOTENCY_NOT_IDEMPOTENT, 3},
  };
  for (const bool own_steps : {false, true}) {
    options.context.clear_caller_steps();
    if (own_steps) {
      options.context.add_caller_steps()->mutable_retry()->set_max_retries(2);
    }
    for (const auto& test : kCases) {
      SCOPED_TRACE(absl::StrCat(own_steps, " ", test.option, test.context));
      options.idempotency = test.option;
      options.context.set_idempotency(test.context);
      EXPECT_EQ(Play({kDown, kDown, kDown}).status(), kDown);
      EXPECT_EQ(attempts.size(), test.attempts);
    }
  }
}

TEST_F(RunWithoutServerTest, RefusedQuestionIsLikeNone) {
  server.orchestrator.HandleError_.Always(
      [](const v1::RecoveryContext&, v1::RecoveryResult&) {
        return RefusalStatus(grpc::StatusCode::INVALID_ARGUMENT, "too long",
                             "INVALID_FIELD", "node_name");
      });
  std::vector<std::string> reasons;
  options.on_ask_failed = [&](const absl::Status& status) {
    reasons.push_back(ErrorReason(status));
  };
  EXPECT_EQ(*Play({kDown, "fine"}), "fine");
  EXPECT_THAT(reasons, ElementsAre("INVALID_FIELD"));
  EXPECT_THAT(Reported(), IsEmpty());
}

TEST_F(RunWithoutServerTest, SlowServerIsNotWaitedFor) {
  absl::Notification release;
  server.orchestrator.HandleError_.Do(
      [&](const v1::RecoveryContext&, v1::RecoveryResult&) {
        release.WaitForNotification();
        return grpc::Status::OK;
      });
  options.ask_timeout = absl::Milliseconds(20);
  EXPECT_EQ(*Play({kDown, "fine"}), "fine");
  release.Notify();
  server.Stop();  // Before `release` goes away.
}

TEST_F(RunWithoutServerTest, FollowsTheLastLocalPlan) {
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t1" retry {}
    local_plan { max_retries: 3 base_delay { seconds: 4 } factor: 3
      max_delay { seconds: 10 } jitter: JITTER_NONE retry_budget_ratio: 0.2
      valid_for { seconds: 60 } })");
  EXPECT_EQ(*Play({kDown, "fine"}), "fine");
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_SUCCESS));
  server.Stop();
  EXPECT_EQ(Play({kDown, kDown, kDown, kDown}).status(), kDown);
  EXPECT_THAT(clock->waits(), ElementsAre(absl::Seconds(4), absl::Seconds(10),
                                          absl::Seconds(10)));
  // A plan of another target, or one that has ended, is not followed.
  clock->ForgetWaits();
  clock->Advance(absl::Seconds(60));
  EXPECT_FALSE(Play({kDown, kDown, kDown}).ok());
  EXPECT_THAT(clock->waits(), SizeIs(2));
}

TEST_F(RunWithoutServerTest, PlanThatForbidsRetriesIsObeyed) {
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_GIVE_UP recovery_token: "t1"
    local_plan { max_retries: 0 })");
  EXPECT_FALSE(Play({kDown}).ok());
  server.Stop();
  EXPECT_FALSE(Play({kDown}).ok());
  EXPECT_THAT(attempts, SizeIs(1));
}

TEST_F(RunWithoutServerTest, ServerLostHalfwayIsReportedWhenItIsBack) {
  server.orchestrator.HandleError_.Answer(
      "disposition: DISPOSITION_ACT recovery_token: 't1' retry {}");
  server.orchestrator.HandleError_.Fail(
      grpc::Status(grpc::StatusCode::UNAVAILABLE, "draining"));
  EXPECT_EQ(*Play({kDown, kDown, "fine"}), "fine");
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_SUCCESS));
}

TEST_F(RunWithoutServerTest, WaitsAsLongAsTheErrorAsks) {
  server.Stop();
  options.map_error = [](const absl::Status& error) {
    v1::ErrorDetails details = DefaultErrorDetails(error);
    details.mutable_retry_after()->set_seconds(7);
    return details;
  };
  EXPECT_EQ(*Play({kDown, "fine"}), "fine");
  EXPECT_THAT(clock->waits(), ElementsAre(absl::Seconds(7)));
}

TEST_F(RunWithoutServerTest, BudgetEndsLocalRetries) {
  server.Stop();
  options.idempotency = v1::IDEMPOTENCY_IDEMPOTENT;
  size_t retries = 0;
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(Play({kDown, kDown, kDown}).ok());
    retries += attempts.size() - 1;
  }
  EXPECT_GE(retries, 10u);  // What it starts with,
  EXPECT_LE(retries, 14u);  // and a fifth per first call.
}

TEST_F(RunWithoutServerTest, AsksNoMoreAfterThreeFailuresThenProbes) {
  server.orchestrator.HandleError_.Always(
      [](const v1::RecoveryContext&, v1::RecoveryResult&) {
        return grpc::Status(grpc::StatusCode::UNAVAILABLE, "down");
      });
  EXPECT_FALSE(Play({kDown, kDown, kDown}).ok());
  EXPECT_THAT(Asked(), SizeIs(3));
  EXPECT_FALSE(Play({kDown, kDown, kDown}).ok());
  EXPECT_THAT(Asked(), SizeIs(3));
  clock->Advance(AskBreaker::kBypass);
  EXPECT_FALSE(Play({kDown, kDown, kDown}).ok());
  EXPECT_THAT(Asked(), SizeIs(4));
}

// The caller's own plan stands in place of the local one (5.5).
class OwnStepsWithoutServerTest : public RunWithoutServerTest {
 protected:
  void Plan(const std::string& steps) {
    options.context.MergeFrom(FromText<v1::RecoveryContext>(steps));
  }
};

TEST_F(OwnStepsWithoutServerTest, StepsInTheirOrder) {
  server.Stop();
  Plan(R"(
    caller_steps { retry { max_retries: 1 base_delay { seconds: 4 }
                           jitter: JITTER_NONE } }
    caller_steps { alternative_path { alternatives {
        name: "mini" target: "openai/mini"
        parameters { key: "model" value: "gpt-mini" } } } }
    caller_steps { graceful_degradation { levels {
        name: "plain" disable_features: "tools" } } })");
  // What does not look temporary is recovered, too.
  const absl::Status broken = absl::InternalError("broken");
  EXPECT_EQ(*Play({broken, broken, kDown, "fine"}), "fine");
  EXPECT_THAT(clock->waits(), ElementsAre(absl::Seconds(4)));
  EXPECT_EQ(attempts[1].target, "openai/gpt-4");
  EXPECT_EQ(attempts[2].target, "openai/mini");
  EXPECT_EQ(attempts[2].model, "gpt-mini");
  EXPECT_TRUE(attempts[2].tools);
  EXPECT_FALSE(attempts[3].tools);
}

TEST_F(OwnStepsWithoutServerTest, EditsAndFallbackValue) {
  server.Stop();
  options.state = FromText<google::protobuf::Struct>(
      "fields { key: 'max_tokens' value { number_value: 900 } }");
  Plan(R"(
    caller_steps { graceful_degradation {
      levels { name: "short" edits { path: "max_tokens" cap: 100 } }
      fallback_value { string_value: "yesterday's" } } })");
  EXPECT_EQ(*Play({kDown, kDown}), "yesterday's");
  EXPECT_EQ(attempts[1].state.fields().at("max_tokens").number_value(), 100);
  EXPECT_TRUE(info.degraded);
}

TEST_F(OwnStepsWithoutServerTest, TimeoutsGrowWithinTheTimeThatIsLeft) {
  server.Stop();
  options.expected_call_time = absl::Seconds(10);
  options.time_budget = absl::Seconds(30);
  Plan(
      "caller_steps { retry { max_retries: 2 base_delay { seconds: 1 } "
      "backoff: "
      "BACKOFF_FIXED jitter: JITTER_NONE timeout_multiplier: 2 } }");
  EXPECT_EQ(*Play({kDown, kDown, "fine"}), "fine");
  EXPECT_EQ(attempts[1].timeout, absl::Seconds(20));
  EXPECT_EQ(attempts[2].timeout, absl::Seconds(28));
}

TEST_F(OwnStepsWithoutServerTest, EndsWithTheOperationsErrorAndItsCause) {
  server.Stop();
  std::vector<std::string> told;
  options.on_decision = [&](const v1::RecoveryResult& decision) {
    told.push_back(decision.error_message());
  };
  Plan("caller_steps { retry { max_retries: 1 } }");
  const absl::Status status =
      Play({kDown, absl::InternalError("broken")}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(status.message(), "broken");
  EXPECT_EQ(CauseOf(status), kDown);
  EXPECT_THAT(told, ElementsAre("", "gave up: retry: 1 retries used up"));
}

TEST_F(OwnStepsWithoutServerTest, RetriesArePaid) {
  server.Stop();
  Plan("caller_steps { retry { max_retries: 100 } }");
  // What a target starts with; this call's part does not make one more.
  std::vector<absl::StatusOr<std::string>> results(11, kDown);
  EXPECT_EQ(Play(results).status(), kDown);
  EXPECT_THAT(attempts, SizeIs(11));
  EXPECT_EQ(Play({kDown}).status(), kDown);
}

TEST_F(OwnStepsWithoutServerTest, WhatIsNotPaidLeavesTheNextStep) {
  server.Stop();
  Plan(R"(
    caller_steps { retry { max_retries: 100 } }
    caller_steps { alternative_path { alternatives { name: "b" } } })");
  std::vector<absl::StatusOr<std::string>> results(11, kDown);
  results.emplace_back("fine");
  EXPECT_EQ(*Play(results), "fine");
  EXPECT_EQ(attempts.back().target, "b");
}

TEST_F(OwnStepsWithoutServerTest, NeverForWhatIsNotIdempotent) {
  server.Stop();
  options.idempotency = v1::IDEMPOTENCY_NOT_IDEMPOTENT;
  Plan("caller_steps { retry {} } caller_steps { alternative_path {} }");
  EXPECT_EQ(Play({kDown}).status(), kDown);
}

TEST_F(OwnStepsWithoutServerTest, RemediationRunsFirstAndMayFail) {
  server.Stop();
  absl::Status result;
  int runs = 0;
  options.remediations["refresh"] = [&] {
    ++runs;
    return result;
  };
  Plan(
      "caller_steps { retry { max_retries: 1 remediation: 'refresh' } } "
      "caller_steps { alternative_path { alternatives { name: 'b' } } }");
  EXPECT_EQ(*Play({kDown, "fine"}), "fine");
  EXPECT_EQ(attempts[1].target, "openai/gpt-4");
  result = absl::InternalError("no key");
  EXPECT_EQ(*Play({kDown, "fine"}), "fine");
  EXPECT_EQ(attempts[1].target, "b");
  EXPECT_EQ(runs, 2);
}

TEST_F(OwnStepsWithoutServerTest, AnAnswerIsFollowedInTheirPlace) {
  server.orchestrator.HandleError_.Answer(
      "disposition: DISPOSITION_GIVE_UP recovery_token: 't1'");
  Plan("caller_steps { retry {} }");
  EXPECT_EQ(Play({kDown}).status(), kDown);
  EXPECT_THAT(Asked()[0].caller_steps(), SizeIs(1));
}

}  // namespace
}  // namespace recourse

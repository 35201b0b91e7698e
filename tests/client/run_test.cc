// Run with a server that answers: each disposition and action is obeyed.
#include "tests/client/run_fixture.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const absl::Status kDown = absl::UnavailableError("connection refused");

class RunTest : public RunFixture {};

TEST_F(RunTest, SuccessAtOnceAsksAndReportsNothing) {
  EXPECT_EQ(*Play({"fine"}), "fine");
  EXPECT_THAT(Asked(), IsEmpty());
  EXPECT_THAT(Reported(), IsEmpty());
}

TEST_F(RunTest, TypeOfTheAnswerIsDeduced) {
  const auto answer =
      recourse::Run(*client, options,
                    [](const Attempt&) -> absl::StatusOr<int> { return 42; });
  EXPECT_EQ(*answer, 42);
}

TEST_F(RunTest, TellsTheContext) {
  options.subject_field = "prompt";
  options.idempotency = v1::IDEMPOTENCY_IDEMPOTENT;
  options.time_budget = absl::Seconds(20);
  options.expected_call_time = absl::Seconds(2);
  options.state = FromText<google::protobuf::Struct>(
      R"(fields { key: "prompt" value { string_value: "hi" } })");
  options.remediations["refresh"] = [] { return absl::OkStatus(); };
  options.await_human = true;
  server.orchestrator.HandleError_.Answer(
      "disposition: DISPOSITION_GIVE_UP recovery_token: 't'");
  EXPECT_EQ(Play({kDown}).status(), kDown);
  ASSERT_THAT(Asked(), SizeIs(1));
  v1::RecoveryContext asked = Asked()[0];
  EXPECT_THAT(asked.request_id(), SizeIs(32));
  asked.clear_request_id();
  asked.mutable_calls()->clear_period();
  EXPECT_EQ(asked.DebugString(), FromText<v1::RecoveryContext>(R"(
    workflow_id: "w1" node_name: "n1" target: "openai/gpt-4"
    subject_field: "prompt"
    state { fields { key: "prompt" value { string_value: "hi" } } }
    error { message: "connection refused" grpc_code: "UNAVAILABLE" }
    caller { service: "billing" instance: "billing-1" }
    time_remaining { seconds: 20 } expected_call_time { seconds: 2 }
    idempotency: IDEMPOTENCY_IDEMPOTENT
    capabilities { alternatives: "*" degradations: "*"
                   remediations: "refresh" await_human: true }
    calls { calls: 1 failures: 1 })")
                                     .DebugString());
}

TEST_F(RunTest, RetriesWithDelayTimeoutAndTheNewToken) {
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t1"
    retry { delay { seconds: 1 nanos: 300000000 } timeout { seconds: 9 } })");
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t2"
    retry { delay { seconds: 2 } })");
  EXPECT_EQ(*Play({kDown, kDown, "fine"}), "fine");
  EXPECT_THAT(clock->waits(),
              ElementsAre(absl::Milliseconds(1300), absl::Seconds(2)));
  EXPECT_EQ(attempts[1].timeout, absl::Seconds(9));
  EXPECT_EQ(attempts[2].timeout, absl::InfiniteDuration());
  EXPECT_EQ(attempts[2].number, 3);
  ASSERT_THAT(Asked(), SizeIs(2));
  EXPECT_EQ(Asked()[0].recovery_token(), "");
  EXPECT_EQ(Asked()[1].recovery_token(), "t1");
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_SUCCESS));
  const auto report = Reports()[0];
  EXPECT_EQ(report.recovery_token(), "t2");
  EXPECT_EQ(report.duration().seconds(), 3);
}

TEST_F(RunTest, TakesTheAlternativeAndNamesItsTargetNext) {
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t1"
    alternative_path { alternative { name: "mini" target: "openai/mini"
      parameters { key: "model" value: "gpt-mini" } } })");
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t2"
    alternative_path { alternative { name: "local" } })");
  EXPECT_EQ(*Play({kDown, kDown, "fine"}), "fine");
  EXPECT_EQ(attempts[0].model, "gpt-4");
  EXPECT_EQ(attempts[1].target, "openai/mini");
  EXPECT_EQ(attempts[1].model, "gpt-mini");
  EXPECT_EQ(Asked()[1].target(), "openai/mini");
  EXPECT_EQ(attempts[2].target, "local");  // The name, where no target is.
}

TEST_F(RunTest, DegradesWithEditsAndFeatures) {
  options.state = FromText<google::protobuf::Struct>(
      R"(fields { key: "max_tokens" value { number_value: 4000 } })");
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t1"
    graceful_degradation { level_name: "a" disable_features: "tools"
      keep_ratio: 0.5
      edits { path: "max_tokens" cap: 1000 } })");
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t2"
    graceful_degradation { level_name: "b" disable_features: "stream"
      keep_ratio: 0.8
      edits { path: "max_tokens" cap: 10 }
      state { fields { key: "max_tokens" value { number_value: 10 } } } })");
  EXPECT_EQ(*Play({kDown, kDown, "fine"}), "fine");
  // Each is of what was sent before: together they are of the whole.
  EXPECT_EQ(attempts[0].keep_ratio, 1);
  EXPECT_DOUBLE_EQ(attempts[1].keep_ratio, 0.5);
  EXPECT_DOUBLE_EQ(attempts[2].keep_ratio, 0.4);
  EXPECT_TRUE(attempts[0].tools);
  EXPECT_FALSE(attempts[1].tools);
  EXPECT_TRUE(attempts[2].tools);
  EXPECT_THAT(attempts[2].disabled_features, ElementsAre("stream"));
  EXPECT_EQ(attempts[1].state.fields().at("max_tokens").number_value(), 1000);
  EXPECT_EQ(Asked()[1].state().fields().at("max_tokens").number_value(), 1000);
  EXPECT_EQ(attempts[2].state.fields().at("max_tokens").number_value(), 10);
  ASSERT_THAT(attempts[2].edits, SizeIs(1));
  EXPECT_EQ(attempts[2].edits[0].cap(), 10);
}

TEST_F(RunTest, CorrectsTheInput) {
  options.state = FromText<google::protobuf::Struct>(
      R"pb(fields {
             key: "code"
             value { string_value: "f()" }
           })pb");
  server.orchestrator.HandleError_.Answer(R"pb(
    disposition: DISPOSITION_ACT
    recovery_token: "t1"
    error_correction {
      subject_field: "code"
      corrected_text: "await f()"
      edits {
        path: "code"
        set { string_value: "await f()" }
      }
    })pb");
  EXPECT_EQ(*Play({absl::InvalidArgumentError("syntax"), "fine"}), "fine");
  EXPECT_EQ(attempts[1].state.fields().at("code").string_value(), "await f()");
}

TEST_F(RunTest, RemediatesBeforeTheRetry) {
  std::vector<std::string> order;
  options.remediations["refresh"] = [&] {
    order.push_back("refresh");
    return absl::OkStatus();
  };
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t1"
    retry { remediation: "refresh" })");
  EXPECT_EQ(*Play({absl::UnauthenticatedError("expired"), "fine"}), "fine");
  EXPECT_THAT(order, ElementsAre("refresh"));
}

TEST_F(RunTest, FailedOrUnknownRemediationAsksAgainWithoutRunning) {
  options.remediations["refresh"] = [] {
    return absl::InternalError("no luck");
  };
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t1"
    retry { remediation: "refresh" })");
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t2"
    retry { remediation: "never heard of" })");
  server.orchestrator.HandleError_.Answer(
      "disposition: DISPOSITION_GIVE_UP recovery_token: 't3'");
  EXPECT_EQ(Play({absl::UnauthenticatedError("expired")}).status().message(),
            "the remediation 'never heard of' is not declared");
  ASSERT_THAT(Asked(), SizeIs(3));
  EXPECT_EQ(Asked()[1].error().message(), "no luck");
  EXPECT_EQ(Asked()[2].recovery_token(), "t2");
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_FAILURE));
}

TEST_F(RunTest, StandInReplacesTheAnswer) {
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_RECOVERED recovery_token: "t1" degraded: true
    result { string_value: "from the cache" })");
  EXPECT_EQ(*Play({kDown}), "from the cache");
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_SUCCESS));
}

TEST_F(RunTest, StandInOfTheWrongKindEndsWithTheError) {
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_RECOVERED recovery_token: "t1"
    result { number_value: 7 })");
  EXPECT_EQ(Play({kDown}).status(), kDown);
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_ABANDONED));
}

TEST_F(RunTest, NoAnswerRunsAgainWhatTheCallerForbids) {
  const struct {
    v1::Idempotency option;
    v1::Idempotency context;
    bool not_executed;
    size_t attempts;
  } kCases[] = {
      {v1::IDEMPOTENCY_NOT_IDEMPOTENT, v1::IDEMPOTENCY_UNSPECIFIED, false, 1},
      {v1::IDEMPOTENCY_UNSPECIFIED, v1::IDEMPOTENCY_NOT_IDEMPOTENT, false, 1},
      {v1::IDEMPOTENCY_UNSPECIFIED, v1::IDEMPOTENCY_NOT_IDEMPOTENT, true, 2},
      {v1::IDEMPOTENCY_IDEMPOTENT, v1::IDEMPOTENCY_NOT_IDEMPOTENT, false, 2},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(absl::StrCat(test.option, " ", test.context));
    options.idempotency = test.option;
    options.context.set_idempotency(test.context);
    server.orchestrator.HandleError_.Answer(absl::StrCat(
        "disposition: DISPOSITION_ACT retry {} classification { not_executed: ",
        test.not_executed ? "true" : "false", " }"));
    Play({kDown, "fine"}).status().IgnoreError();
    EXPECT_EQ(attempts.size(), test.attempts);
  }
}

TEST_F(RunTest, EndingsReportOnce) {
  const struct {
    const char* answer;
    v1::Outcome reported;
  } kCases[] = {
      {"disposition: DISPOSITION_GIVE_UP", v1::OUTCOME_FAILURE},
      {"disposition: DISPOSITION_ESCALATED escalation { incident_id: 'i' }",
       v1::OUTCOME_FAILURE},
      // Not declared, so not awaited.
      {"disposition: DISPOSITION_WAIT_FOR_HUMAN escalation {}",
       v1::OUTCOME_FAILURE},
      // Of a newer server.
      {"disposition: DISPOSITION_ACT", v1::OUTCOME_ABANDONED},
      {"disposition: DISPOSITION_UNSPECIFIED", v1::OUTCOME_ABANDONED},
  };
  std::vector<v1::Outcome> expected;
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.answer);
    server.orchestrator.HandleError_.Answer(
        absl::StrCat(test.answer, " recovery_token: 't'"));
    expected.push_back(test.reported);
    EXPECT_EQ(Play({kDown}).status(), kDown);
    EXPECT_EQ(Reported(), expected);
  }
}

TEST_F(RunTest, FirstErrorIsTheCauseOfTheLast) {
  server.orchestrator.HandleError_.Answer(
      "disposition: DISPOSITION_ACT recovery_token: 't1' retry {}");
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_GIVE_UP recovery_token: "t2" decision_id: "d2")");
  const absl::Status status =
      Play({kDown, absl::InternalError("broken")}).status();
  EXPECT_EQ(status.message(), "broken");
  EXPECT_EQ(CauseOf(status), kDown);
  EXPECT_EQ(DecisionIdOf(status), "d2");
}

TEST_F(RunTest, DelayBeyondTheDeadlineAbandons) {
  options.time_budget = absl::Seconds(3);
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t1" retry { delay { seconds: 2 } })");
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t2" retry { delay { seconds: 2 } })");
  EXPECT_EQ(Play({kDown, kDown}).status(), kDown);
  EXPECT_THAT(clock->waits(), ElementsAre(absl::Seconds(2)));
  EXPECT_EQ(attempts[0].timeout, absl::Seconds(3));
  EXPECT_EQ(attempts[1].timeout, absl::Seconds(1));
  EXPECT_EQ(Asked()[1].time_remaining().seconds(), 1);
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_ABANDONED));
}

TEST_F(RunTest, NoTimeAtAllRunsNothing) {
  options.deadline = clock->Now();
  EXPECT_EQ(Play({}).status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(RunTest, StopBeforeTheFirstAttemptRunsNothing) {
  std::stop_source source;
  source.request_stop();
  options.stop = source.get_token();
  EXPECT_EQ(Play({}).status().code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(Reported(), IsEmpty());
}

TEST_F(RunTest, StopDuringTheWaitCancels) {
  std::stop_source source;
  options.stop = source.get_token();
  clock->OnWait([&](int) { source.request_stop(); });
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t1" retry { delay { seconds: 2 } })");
  const auto answer = Play({kDown});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(std::string(answer.status().message()),
              testing::HasSubstr("connection refused"));
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_CANCELLED));
}

TEST_F(RunTest, StopDuringTheQuestionCancelsIt) {
  std::stop_source source;
  options.stop = source.get_token();
  server.orchestrator.HandleError_.Do(
      [&](const v1::RecoveryContext&, v1::RecoveryResult&) {
        source.request_stop();
        return grpc::Status(grpc::StatusCode::UNAVAILABLE, "too late");
      });
  EXPECT_EQ(Play({kDown}).status().code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(Reported(), IsEmpty());
}

TEST_F(RunTest, ErrorMapperSaysWhatTheErrorIs) {
  options.map_error = [](const absl::Status& error) {
    v1::ErrorDetails details = DefaultErrorDetails(error);
    details.set_exception_type("openai.RateLimitError");
    details.set_http_status(429);
    return details;
  };
  server.orchestrator.HandleError_.Answer(
      "disposition: DISPOSITION_GIVE_UP recovery_token: 't'");
  EXPECT_FALSE(Play({kDown}).ok());
  EXPECT_EQ(Asked()[0].error().http_status(), 429);
  EXPECT_EQ(Asked()[0].error().exception_type(), "openai.RateLimitError");
}

// What validate raises is the attempt's error; no such value comes back.
TEST_F(RunTest, AValueThatIsRefusedIsAFailedAttempt) {
  const Substitutes<std::string> substitutes = {
      .validate = [](const std::string& value) {
        if (value == "none") return InvalidValueError("it is none");
        if (value == "stale") return absl::UnavailableError("stale");
        return absl::OkStatus();
      }};
  server.orchestrator.HandleError_.Answer(
      "disposition: DISPOSITION_ACT recovery_token: 't' retry {}");
  server.orchestrator.HandleError_.Answer(
      "disposition: DISPOSITION_ACT recovery_token: 't' retry {}");
  EXPECT_EQ(*Play({"none", "stale", "fine"}, substitutes), "fine");
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_SUCCESS));
  ASSERT_THAT(Asked(), SizeIs(2));
  EXPECT_EQ(Asked()[0].error().exception_type(), "recourse.InvalidValue");
  EXPECT_EQ(Asked()[0].error().message(), "InvalidValue: it is none");
  EXPECT_EQ(Asked()[0].error().grpc_code(), "");
  EXPECT_EQ(Asked()[0].calls().failures(), 0);  // The target did answer.
  EXPECT_EQ(Asked()[1].error().exception_type(), "");
  EXPECT_EQ(Asked()[1].error().grpc_code(), "UNAVAILABLE");

  server.orchestrator.HandleError_.Answer("disposition: DISPOSITION_GIVE_UP");
  const absl::Status status = Play({"none"}, substitutes).status();
  EXPECT_EQ(status.message(), "InvalidValue: it is none");
  EXPECT_EQ(Operation(*client, options)
                .Run([](const Attempt&)
                         -> absl::StatusOr<std::string> { return "none"; },
                     substitutes)
                .status()
                .message(),
            "InvalidValue: it is none");
}

TEST_F(RunTest, ExpiredTokenBeginsANewRecovery) {
  server.orchestrator.HandleError_.Answer(
      "disposition: DISPOSITION_ACT recovery_token: 'old' retry {}");
  server.orchestrator.HandleError_.Fail(
      RefusalStatus(grpc::StatusCode::INVALID_ARGUMENT, "token is too old",
                    "TOKEN_EXPIRED", "recovery_token"));
  server.orchestrator.HandleError_.Answer(
      "disposition: DISPOSITION_ACT recovery_token: 'new' retry {}");
  EXPECT_EQ(*Play({kDown, kDown, "fine"}), "fine");
  EXPECT_EQ(Asked()[1].recovery_token(), "old");
  EXPECT_EQ(Asked()[2].recovery_token(), "");
}

TEST_F(RunTest, ServerThatNeverEndsIsLeft) {
  options.remediations["refresh"] = [] { return absl::InternalError("no"); };
  server.orchestrator.HandleError_.Always(
      [](const v1::RecoveryContext&, v1::RecoveryResult& result) {
        result = FromText<v1::RecoveryResult>(R"(
          disposition: DISPOSITION_ACT recovery_token: "t"
          retry { remediation: "refresh" })");
        return grpc::Status::OK;
      });
  const absl::Status status = Play({kDown}).status();
  EXPECT_EQ(status.message(), "no");
  EXPECT_EQ(CauseOf(status), kDown);
  EXPECT_THAT(Asked(), SizeIs(Recovery::kMaxQuestions));
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_ABANDONED));
}

}  // namespace
}  // namespace recourse

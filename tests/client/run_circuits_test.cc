// Run while circuits are open, and what is counted for them.
#include <set>

#include "tests/client/run_fixture.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const absl::Status kDown = absl::UnavailableError("connection refused");
constexpr absl::Duration kPatience = absl::Seconds(30);

class RunCircuitsTest : public RunFixture {
 protected:
  void Open(const std::string& target, const std::string& more = "") {
    server.breakers.circuits.push_back(
        FromText<v1::Circuit>(absl::StrCat("target: '", target,
                                           "' state: CIRCUIT_STATE_OPEN "
                                           "open_remaining { seconds: 30 } ",
                                           more)));
  }
  void Connect() { ASSERT_TRUE(client->Connect(kPatience)); }
  // The circuit stood in the way, once.
  void ExpectAskedAboutTheCircuit() const {
    ASSERT_THAT(Asked(), SizeIs(1));
    EXPECT_TRUE(Asked()[0].circuit_open());
    EXPECT_FALSE(Asked()[0].has_error());
  }

  // From now on nothing is sent: what is counted stays to be looked at.
  test_mode::ScriptedLink& UseLink() {
    auto link = std::make_unique<test_mode::ScriptedLink>();
    test_mode::ScriptedLink& used = *link;
    client = Client::FromLink(std::move(link), Settings());
    return used;
  }
  // What went with questions, and what would be told next.
  v1::CallCounts Counted(const test_mode::ScriptedLink& link) {
    for (const v1::RecoveryContext& question : link.questions()) {
      if (told_.insert(question.request_id()).second) Add(question.calls());
    }
    for (const auto& told : client->shared().sites.TakeAll(clock->Now())) {
      Add(told.counts());
    }
    return counted_;
  }

 private:
  void Add(const v1::CallCounts& counts) {
    counted_.set_calls(counted_.calls() + counts.calls());
    counted_.set_failures(counted_.failures() + counts.failures());
    counted_.set_slow_calls(counted_.slow_calls() + counts.slow_calls());
  }

  v1::CallCounts counted_;
  std::set<std::string> told_;
};

TEST_F(RunCircuitsTest, OpenCircuitIsAskedAboutBeforeAnythingRuns) {
  Open("openai/gpt-4");
  Connect();
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t1" trial: true
    retry { delay { seconds: 2 } })");
  EXPECT_EQ(*Play({"fine"}), "fine");
  ExpectAskedAboutTheCircuit();
  EXPECT_THAT(clock->waits(), ElementsAre(absl::Seconds(2)));
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_SUCCESS));
}

TEST_F(RunCircuitsTest, NotIdempotentMayRunItsFirstTime) {
  Open("openai/gpt-4");
  Connect();
  options.idempotency = v1::IDEMPOTENCY_NOT_IDEMPOTENT;
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t1" trial: true retry {})");
  EXPECT_EQ(*Play({"fine"}), "fine");
  ExpectAskedAboutTheCircuit();
}

TEST_F(RunCircuitsTest, WhatNeverRanEndsWithAnErrorThatSaysSo) {
  Open("openai/gpt-4");
  Connect();
  server.orchestrator.HandleError_.Answer(
      "disposition: DISPOSITION_GIVE_UP recovery_token: 't1'");
  const absl::Status status = Play({}).status();
  EXPECT_TRUE(IsCircuitOpen(status)) << status;
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("30s"));
  EXPECT_FALSE(IsCircuitOpen(kDown));
}

TEST_F(RunCircuitsTest, StandInOfNoUseForWhatNeverRan) {
  Open("openai/gpt-4");
  Connect();
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_RECOVERED recovery_token: "t1"
    result { number_value: 7 })");
  EXPECT_TRUE(IsCircuitOpen(Play({}).status()));
}

TEST_F(RunCircuitsTest, ForcedOpenTellsAndUnforcedRuns) {
  Connect();
  client->site("openai/gpt-4");
  client->shared().sites.Tell(
      FromText<v1::Circuit>(
          "target: 'openai/gpt-4' state: CIRCUIT_STATE_FORCED_OPEN"),
      clock->Now());
  server.orchestrator.HandleError_.Do(
      [&](const v1::RecoveryContext&, v1::RecoveryResult& result) {
        client->shared().sites.Tell(
            FromText<v1::Circuit>(
                "target: 'openai/gpt-4' state: CIRCUIT_STATE_CLOSED"),
            clock->Now());
        result = FromText<v1::RecoveryResult>(R"(
          disposition: DISPOSITION_ACT retry { delay { seconds: 1 } })");
        return grpc::Status::OK;
      });
  EXPECT_EQ(*Play({"fine"}), "fine");
  ExpectAskedAboutTheCircuit();
}

TEST_F(RunCircuitsTest, UnansweredItWaitsAndLooksAgainThenEnds) {
  Open("openai/gpt-4");
  Connect();
  server.orchestrator.HandleError_.Always(
      [](const v1::RecoveryContext&, v1::RecoveryResult&) {
        return grpc::Status(grpc::StatusCode::INTERNAL, "down");
      });
  EXPECT_TRUE(IsCircuitOpen(Play({}).status()));
  EXPECT_THAT(clock->waits(),
              ElementsAre(absl::Milliseconds(100), absl::Milliseconds(200)));
  EXPECT_THAT(Asked(), SizeIs(3));
}

TEST_F(RunCircuitsTest, AlternativeWithoutWhatTheCallerDeclared) {
  v1::Alternative& declared = options.alternatives.emplace_back();
  declared.set_name("mini");
  declared.set_target("openai/mini");
  (*declared.mutable_parameters())["model"] = "gpt-mini";
  (*declared.mutable_parameters())["size"] = "small";
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT
    start_delay { seconds: 3 }
    alternative_path { alternative { name: "mini" target: "mini"
      parameters { key: "size" value: "tiny" } } })");
  EXPECT_EQ(*Play({kDown, "fine"}), "fine");
  EXPECT_THAT(clock->waits(), ElementsAre(absl::Seconds(3)));
  EXPECT_EQ(attempts[1].target, "openai/mini");
  EXPECT_EQ(attempts[1].model, "gpt-mini");
  EXPECT_THAT(Asked()[0].capabilities().alternatives(), ElementsAre("mini"));
}

TEST_F(RunCircuitsTest, CallsAreToldOnceWithTheAskOrAfterwards) {
  test_mode::ScriptedLink& link = UseLink();
  EXPECT_TRUE(Play({"fine"}).ok());
  EXPECT_TRUE(Play({"fine"}).ok());
  link.Answer(test_mode::RetryAfter(absl::Seconds(1)));
  EXPECT_TRUE(Play({kDown, "fine"}).ok());
  EXPECT_EQ(link.questions()[0].calls().calls(), 3);
  const v1::CallCounts counted = Counted(link);
  EXPECT_EQ(counted.calls(), 4);
  EXPECT_EQ(counted.failures(), 1);
}

TEST_F(RunCircuitsTest, SumsGoToTheServer) {
  Connect();
  const auto reports = [&] { return server.breakers.ReportCalls_.requests(); };
  // One that is late is dropped, not repeated.
  for (int i = 0; i < 100 && reports().empty(); ++i) {
    EXPECT_TRUE(Play({"fine"}).ok());
    ASSERT_TRUE(client->Flush(kPatience));
  }
  ASSERT_THAT(reports(), testing::Not(IsEmpty()));
  EXPECT_EQ(reports()[0].caller().instance(), "billing-1");
  EXPECT_EQ(reports()[0].targets(0).target(), "openai/gpt-4");
}

TEST_F(RunCircuitsTest, FailureSpeaksAgainstTheTargetAsTheAnswerSays) {
  const struct {
    absl::Status error;
    v1::FailureCategory category;
    int64_t failures;
  } kCases[] = {
      // What looks temporary has gone with the question.
      {kDown, v1::FAILURE_CATEGORY_PERMANENT, 1},
      {absl::InternalError("x"), v1::FAILURE_CATEGORY_CONNECTION, 1},
      {absl::InternalError("x"), v1::FAILURE_CATEGORY_TIMEOUT, 1},
      {absl::InternalError("x"), v1::FAILURE_CATEGORY_TRANSIENT, 1},
      {absl::InternalError("x"), v1::FAILURE_CATEGORY_PERMANENT, 0},
  };
  test_mode::ScriptedLink& link = UseLink();
  int64_t expected = 0;
  for (const auto& test : kCases) {
    SCOPED_TRACE(v1::FailureCategory_Name(test.category));
    v1::RecoveryResult answer = test_mode::GiveUp();
    answer.mutable_classification()->set_category(test.category);
    link.Answer(answer);
    EXPECT_FALSE(Play({test.error}).ok());
    expected += test.failures;
    EXPECT_EQ(Counted(link).failures(), expected);
  }
}

TEST_F(RunCircuitsTest, SlowCallsAreCounted) {
  const test_mode::ScriptedLink& link = UseLink();
  options.slow_call = absl::Seconds(2);
  call_time = absl::Seconds(2);
  EXPECT_TRUE(Play({"fine"}).ok());
  call_time = absl::Seconds(1);
  EXPECT_TRUE(Play({"fine"}).ok());
  const v1::CallCounts counted = Counted(link);
  EXPECT_EQ(counted.calls(), 2);
  EXPECT_EQ(counted.slow_calls(), 1);
}

TEST_F(RunCircuitsTest, CancelledAttemptsAreNotCountedAndNotAskedAbout) {
  const test_mode::ScriptedLink& link = UseLink();
  EXPECT_EQ(Play({absl::CancelledError("mine")}).status().message(), "mine");
  EXPECT_THAT(link.questions(), IsEmpty());
  EXPECT_EQ(Counted(link).calls(), 0);
}

TEST_F(RunCircuitsTest, WithoutCircuitsTheClientsOwnBreakerHolds) {
  server.breakers.is_kept = false;
  Connect();
  server.orchestrator.HandleError_.Always([](const v1::RecoveryContext&,
                                             v1::RecoveryResult& result) {
    result.set_disposition(v1::DISPOSITION_GIVE_UP);
    result.mutable_classification()->set_category(v1::FAILURE_CATEGORY_TIMEOUT);
    return grpc::Status::OK;
  });
  for (int i = 0; i < Sites::kOwnFailures; ++i) {
    EXPECT_EQ(Play({kDown}).status(), kDown);
  }
  EXPECT_TRUE(IsCircuitOpen(Play({}).status()));
  clock->Advance(Sites::kOwnOpen);
  EXPECT_TRUE(Play({"fine"}).ok());
  EXPECT_TRUE(Play({"fine"}).ok());
}

TEST_F(RunCircuitsTest, AnOperationKeepsItsTarget) {
  const test_mode::ScriptedLink& link = UseLink();
  const Operation operation(*client, options);
  const auto answer =
      operation.Run([](const Attempt& attempt) -> absl::StatusOr<std::string> {
        return std::string(attempt.target);
      });
  EXPECT_EQ(*answer, "openai/gpt-4");
  EXPECT_EQ(Counted(link).calls(), 1);
}

}  // namespace
}  // namespace recourse

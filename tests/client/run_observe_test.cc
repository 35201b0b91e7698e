// Run with Mode::kObserve: nothing is obeyed.
#include "tests/client/run_fixture.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const absl::Status kDown = absl::UnavailableError("connection refused");

class RunObserveTest : public RunFixture {
 protected:
  RunObserveTest() {
    options.mode = Mode::kObserve;
    options.on_disagreement = [this](const Disagreement& told) {
      disagreements.push_back(absl::StrCat(told.decided, " ", told.done));
    };
  }
  // Ends what is in flight.
  std::vector<v1::Outcome> OutcomesAtTheEnd() {
    client.reset();
    std::vector<v1::Outcome> outcomes;
    for (const auto& report : server.orchestrator.ReportOutcome_.requests()) {
      outcomes.push_back(report.outcome());
    }
    return outcomes;
  }
  void OwnRetry() {
    *options.context.add_caller_steps() = FromText<v1::Step>(
        "retry { max_retries: 1 base_delay { seconds: 4 } jitter: "
        "JITTER_NONE }");
  }

  std::vector<std::string> disagreements;
};

TEST_F(RunObserveTest, EndsAsBeforeAndTellsTheDifference) {
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT strategy_used: RECOVERY_STRATEGY_RETRY
    recovery_token: "t1" retry { delay { seconds: 1 } })");
  EXPECT_EQ(Play({kDown}).status(), kDown);
  EXPECT_THAT(OutcomesAtTheEnd(), ElementsAre(v1::OUTCOME_FAILURE));
  EXPECT_THAT(disagreements, ElementsAre("RETRY ENDED"));
  EXPECT_THAT(clock->waits(), IsEmpty());
}

TEST_F(RunObserveTest, OwnRetriesGoOnAndAgree) {
  OwnRetry();
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT strategy_used: RECOVERY_STRATEGY_RETRY
    recovery_token: "t1" retry { delay { seconds: 3 } })");
  EXPECT_EQ(*Play({kDown, "fine"}), "fine");
  EXPECT_THAT(clock->waits(), ElementsAre(absl::Seconds(4)));
  EXPECT_THAT(OutcomesAtTheEnd(), ElementsAre(v1::OUTCOME_SUCCESS));
  EXPECT_THAT(disagreements, IsEmpty());
}

TEST_F(RunObserveTest, OwnTimeoutsGoOn) {
  options.expected_call_time = absl::Seconds(10);
  *options.context.add_caller_steps() =
      FromText<v1::Step>("retry { max_retries: 1 timeout_multiplier: 3 }");
  EXPECT_EQ(*Play({kDown, "fine"}), "fine");
  EXPECT_EQ(attempts[0].timeout, absl::InfiniteDuration());
  EXPECT_EQ(attempts[1].timeout, absl::Seconds(30));
}

TEST_F(RunObserveTest, EachQuestionCarriesTheTokenBefore) {
  OwnRetry();
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_GIVE_UP recovery_token: "t1")");
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_GIVE_UP recovery_token: "t2")");
  EXPECT_EQ(Play({kDown, kDown}).status(), kDown);
  EXPECT_THAT(OutcomesAtTheEnd(), ElementsAre(v1::OUTCOME_FAILURE));
  ASSERT_THAT(Asked(), SizeIs(2));
  EXPECT_EQ(Asked()[1].recovery_token(), "t1");
  EXPECT_EQ(server.orchestrator.ReportOutcome_.requests()[0].recovery_token(),
            "t2");
  EXPECT_THAT(disagreements, ElementsAre("ENDED RAN_AGAIN"));
}

TEST_F(RunObserveTest, OpenCircuitsGateNothing) {
  client->site("openai/gpt-4");
  client->shared().sites.StreamBegins();
  client->shared().sites.Tell(
      FromText<v1::Circuit>("target: 'openai/gpt-4' state: CIRCUIT_STATE_OPEN"),
      clock->Now());
  EXPECT_EQ(*Play({"fine"}), "fine");
  EXPECT_THAT(Asked(), IsEmpty());
}

TEST_F(RunObserveTest, OtherStepsArePassedOver) {
  *options.context.add_caller_steps() = FromText<v1::Step>("escalation {}");
  OwnRetry();
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT strategy_used: RECOVERY_STRATEGY_RETRY
    recovery_token: "t1" retry { delay { seconds: 4 } })");
  EXPECT_EQ(*Play({kDown, "fine"}), "fine");
  EXPECT_THAT(clock->waits(), ElementsAre(absl::Seconds(4)));
}

}  // namespace
}  // namespace recourse

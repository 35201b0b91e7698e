// Run while a person decides.
#include "tests/client/run_fixture.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

const absl::Status kDenied = absl::PermissionDeniedError("not yours");

class RunHumanTest : public RunFixture {
 protected:
  RunHumanTest() {
    options.await_human = true;
    server.orchestrator.HandleError_.Answer(R"(
      disposition: DISPOSITION_WAIT_FOR_HUMAN recovery_token: "t1"
      escalation { incident_id: "i1" waiter_id: "r1" pause_workflow: true })");
  }
  void Resolve(const std::string& resolution) {
    server.incidents.AwaitIncident_.Answer(absl::StrCat(
        "recovery_token: 'resolved' resolution { ", resolution, " }"));
  }
};

TEST_F(RunHumanTest, PollsWithTheNewTokenUntilResolved) {
  server.incidents.AwaitIncident_.Answer("recovery_token: 't2'");
  server.incidents.AwaitIncident_.Fail(
      grpc::Status(grpc::StatusCode::UNAVAILABLE, "restarting"));
  Resolve("action: RESOLUTION_ACTION_RETRY");
  EXPECT_EQ(*Play({kDenied, "fine"}), "fine");
  const auto polls = server.incidents.AwaitIncident_.requests();
  ASSERT_THAT(polls, SizeIs(3));
  EXPECT_EQ(polls[0].incident_id(), "i1");
  EXPECT_EQ(polls[0].recovery_token(), "t1");
  EXPECT_EQ(polls[0].timeout().seconds(), 30);
  EXPECT_EQ(polls[1].recovery_token(), "t2");
  EXPECT_EQ(polls[2].recovery_token(), "t2");
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_SUCCESS));
  EXPECT_EQ(Reports()[0].recovery_token(), "resolved");
}

TEST_F(RunHumanTest, ResumeReplacesTheState) {
  Resolve(R"(action: RESOLUTION_ACTION_RESUME state {
    fields { key: "user" value { string_value: "root" } } })");
  EXPECT_EQ(*Play({kDenied, "fine"}), "fine");
  EXPECT_EQ(attempts[1].state.fields().at("user").string_value(), "root");
}

TEST_F(RunHumanTest, AbortEndsWithTheError) {
  Resolve("action: RESOLUTION_ACTION_ABORT note: 'no'");
  EXPECT_EQ(Play({kDenied}).status(), kDenied);
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_FAILURE));
}

TEST_F(RunHumanTest, SkipIsADistinctStatus) {
  Resolve("action: RESOLUTION_ACTION_SKIP note: 'not needed'");
  const auto answer = Play({kDenied});
  EXPECT_TRUE(recourse::IsSkipped(answer.status()));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(CauseOf(answer.status()), kDenied);
  EXPECT_FALSE(recourse::IsSkipped(absl::NotFoundError("no such file")));
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_FAILURE));
}

TEST_F(RunHumanTest, SkipMayHaveAnAnswer) {
  Resolve("action: RESOLUTION_ACTION_SKIP note: 'use none'");
  Substitutes<std::string> substitutes;
  substitutes.on_skip = [](const v1::Resolution& resolution) {
    return absl::StatusOr<std::string>("skipped: " + resolution.note());
  };
  EXPECT_EQ(*Play({kDenied}, substitutes), "skipped: use none");
}

TEST_F(RunHumanTest, RefusedPollAbandons) {
  server.incidents.AwaitIncident_.Fail(RefusalStatus(
      grpc::StatusCode::NOT_FOUND, "no such incident", "INCIDENT_NOT_FOUND"));
  EXPECT_EQ(Play({kDenied}).status(), kDenied);
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_ABANDONED));
}

TEST_F(RunHumanTest, OutOfTimeAbandons) {
  options.max_human_wait = absl::Seconds(40);
  server.incidents.AwaitIncident_.Always(
      [this](const v1::AwaitIncidentRequest& request,
             v1::AwaitIncidentResponse& response) {
        clock->Advance(absl::Seconds(request.timeout().seconds()));
        response.set_recovery_token("t2");
        return grpc::Status::OK;
      });
  EXPECT_EQ(Play({kDenied}).status(), kDenied);
  const auto polls = server.incidents.AwaitIncident_.requests();
  ASSERT_GE(polls.size(), 2u);
  EXPECT_EQ(polls[1].timeout().seconds(), 9);  // 40 s - 30 s - a pause.
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_ABANDONED));
}

TEST_F(RunHumanTest, StopEndsThePoll) {
  std::stop_source source;
  options.stop = source.get_token();
  server.incidents.AwaitIncident_.Do(
      [&](const v1::AwaitIncidentRequest&, v1::AwaitIncidentResponse&) {
        source.request_stop();
        return grpc::Status::OK;
      });
  EXPECT_EQ(Play({kDenied}).status().code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_CANCELLED));
}

}  // namespace
}  // namespace recourse

// RecoveredCall: somebody else's service, played by one of ours.
#include "client/cpp/grpc_call.h"

#include "grpcpp/create_channel.h"
#include "tests/client/run_fixture.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

using Stub = v1::ErrorRecoveryOrchestrator::StubInterface;

class GrpcCallTest : public RunFixture {
 protected:
  GrpcCallTest() { request.set_decision_id("d1"); }

  static std::unique_ptr<Stub> StubOf(const ScriptedServer& service) {
    return v1::ErrorRecoveryOrchestrator::NewStub(grpc::CreateChannel(
        service.address(), grpc::InsecureChannelCredentials()));
  }
  static void Succeed(ScriptedServer& service) {
    service.orchestrator.GetDecision_.Do(
        [](const auto&, v1::GetDecisionResponse& response) {
          response.mutable_decision()->set_decision_id("d1");
          return grpc::Status::OK;
        });
  }
  static void Fail(ScriptedServer& service) {
    service.orchestrator.GetDecision_.Fail(
        RefusalStatus(grpc::StatusCode::UNAVAILABLE, "busy", "BUSY"));
  }

  ScriptedServer first;
  v1::GetDecisionRequest request;
};

TEST_F(GrpcCallTest, RepeatsWhatFailed) {
  Fail(first);
  Succeed(first);
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT retry { delay { seconds: 1 } })");
  const Operation operation(*client, options);
  const auto stub = StubOf(first);
  std::vector<int> prepared;
  const auto answer =
      RecoveredCall(operation, *stub, &Stub::GetDecision, request,
                    [&](const Attempt& attempt, grpc::ClientContext&) {
                      prepared.push_back(attempt.number);
                    });
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->decision().decision_id(), "d1");
  EXPECT_THAT(prepared, ElementsAre(1, 2));
  EXPECT_THAT(clock->waits(), ElementsAre(absl::Seconds(1)));
  ASSERT_THAT(Asked(), SizeIs(1));
  EXPECT_EQ(Asked()[0].error().grpc_code(), "UNAVAILABLE");
}

TEST_F(GrpcCallTest, TakesTheStubOfTheAlternative) {
  ScriptedServer second;
  Fail(first);
  Succeed(second);
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT
    alternative_path { alternative { name: "second" } })");
  const auto stub = StubOf(first);
  const auto other = StubOf(second);
  const Operation operation(*client, options);
  const std::function<Stub&(const Attempt&)> stub_of =
      [&](const Attempt& attempt) -> Stub& {
    return attempt.target == "second" ? *other : *stub;
  };
  EXPECT_TRUE(
      RecoveredCall(operation, stub_of, &Stub::GetDecision, request).ok());
  EXPECT_THAT(second.orchestrator.GetDecision_.requests(), SizeIs(1));
}

TEST_F(GrpcCallTest, ResponseThatIsRefusedIsAFailedAttempt) {
  first.orchestrator.GetDecision_.Do(
      [](const auto&, v1::GetDecisionResponse&) { return grpc::Status::OK; });
  Succeed(first);
  server.orchestrator.HandleError_.Answer(
      "disposition: DISPOSITION_ACT retry {}");
  const auto stub = StubOf(first);
  const auto answer = RecoveredCall(
      Operation(*client, options), *stub, &Stub::GetDecision, request, {},
      {.validate = [](const v1::GetDecisionResponse& response) {
        return response.has_decision() ? absl::OkStatus()
                                       : absl::DataLossError("no decision");
      }});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->decision().decision_id(), "d1");
  ASSERT_THAT(Asked(), SizeIs(1));
  EXPECT_EQ(Asked()[0].error().grpc_code(), "DATA_LOSS");
}

TEST_F(GrpcCallTest, ErrorsKeepTheirDetails) {
  Fail(first);
  server.orchestrator.HandleError_.Answer("disposition: DISPOSITION_GIVE_UP");
  const auto stub = StubOf(first);
  const Operation operation(*client, options);
  const absl::Status status =
      RecoveredCall(operation, *stub, &Stub::GetDecision, request).status();
  EXPECT_EQ(status.message(), "busy");
  EXPECT_EQ(ErrorReason(status), "BUSY");
}

}  // namespace
}  // namespace recourse

// The loop over gRPC, as a caller in any language sees it.

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/e2e/server_fixture.h"

namespace recourse {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Property;

class RecoveryTest : public ServerTest {
 protected:
  void SetUp() override { Start(); }

  static double DelaySeconds(const v1::RecoveryResult& result) {
    return result.retry().delay().seconds() +
           result.retry().delay().nanos() * 1e-9;
  }
};

constexpr char kTimeout[] = "error: {message: 'TimeoutError: Read timeout'}";

TEST_F(RecoveryTest, RetriesCountUpAndTheLastSaysWhy) {
  v1::RecoveryResult result = Handle(kTimeout);
  ASSERT_EQ(result.strategy_used(), v1::RECOVERY_STRATEGY_RETRY);
  EXPECT_TRUE(result.success());
  EXPECT_GE(DelaySeconds(result), 0);
  EXPECT_LE(DelaySeconds(result), 1);
  EXPECT_GT(result.local_plan().max_retries(), 0);
  for (int attempt = 1; attempt <= 3; ++attempt) {
    EXPECT_EQ(result.retry().attempt(), attempt);
    result = Handle(kTimeout, result.recovery_token());
  }
  EXPECT_EQ(result.disposition(), v1::DISPOSITION_GIVE_UP);
  EXPECT_FALSE(result.success());
  EXPECT_THAT(result.trace(),
              Contains(Property(&v1::StepTrace::reason,
                                v1::TRACE_REASON_ATTEMPTS_EXHAUSTED)));
}

TEST_F(RecoveryTest, APatternOfOneClientDecidesTheNextErrorOfAnother) {
  const auto other_channel = grpc::CreateChannel(
      server_->address(), grpc::InsecureChannelCredentials());
  const auto other = v1::ErrorRecoveryOrchestrator::NewStub(other_channel);
  const auto context =
      Parse<v1::RecoveryContext>("error: {message: 'flux capacitor drained'}");
  for (int i = 0; i < 20; ++i) {
    const std::string id = "capacitor_" + std::to_string(i);
    const auto added =
        Add("{pattern_id: " + id +
            ", error_type: CUSTOM, priority: " + std::to_string(100 + i) +
            ", regex_pattern: flux capacitor, recovery_strategy: ESCALATION}");
    const auto result = Call(*other, &OrchestratorStub::HandleError, context);
    ASSERT_EQ(result.classification().pattern_id(), id);
    ASSERT_GE(result.registry_revision(), added.registry_revision());
  }
}

TEST_F(RecoveryTest, AShadowPatternIsCountedAndDecidesNothing) {
  const v1::RecoveryResult before = Handle(kTimeout);
  Add("{pattern_id: s, error_type: NETWORK, regex_pattern: Read timeout, "
      "priority: 1000, mode: SHADOW, recovery_strategy: ESCALATION}");
  const v1::RecoveryResult after = Handle(kTimeout);
  EXPECT_EQ(after.strategy_used(), before.strategy_used());
  EXPECT_EQ(after.classification().pattern_id(),
            before.classification().pattern_id());
  v1::GetErrorPatternRequest get;
  get.set_pattern_id("s");
  EXPECT_EQ(Call(*stub_, &OrchestratorStub::GetErrorPattern, get)
                .pattern()
                .match_count(),
            1);
}

TEST_F(RecoveryTest, CorrectionReturnsTextEditsAndDiff) {
  Add(R"({pattern_id: c, error_type: SYNTAX, regex_pattern: "'await' outside async function",
          steps: [{error_correction: {rewrites: [{description: add async,
            pattern: '(?m)^(\s*)def (run_\w+)\(', replacement: '\1async def \2('}]}}]})");
  const v1::RecoveryResult result = Handle(R"(
      {error: {exception_type: SyntaxError, message: "'await' outside async function"},
       state: {code: "def run_it():\n    await x()\n", lang: python},
       subject_field: code})");
  ASSERT_TRUE(result.has_error_correction());
  const v1::ErrorCorrectionAction& action = result.error_correction();
  EXPECT_EQ(action.corrected_text(), "async def run_it():\n    await x()\n");
  EXPECT_THAT(action.unified_diff(), HasSubstr("-def run_it():"));
  EXPECT_THAT(action.unified_diff(), HasSubstr("+async def run_it():"));
  ASSERT_EQ(action.edits_size(), 1);
  EXPECT_EQ(action.edits(0).path(), "code");
  EXPECT_EQ(action.state().fields().at("lang").string_value(), "python");
}

TEST_F(RecoveryTest, OutcomesMakeTheStatistics) {
  const v1::RecoveryResult result = Handle(kTimeout);
  v1::RecoveryOutcome outcome;
  outcome.set_recovery_token(result.recovery_token());
  outcome.set_outcome(v1::OUTCOME_SUCCESS);
  EXPECT_TRUE(
      Call(*stub_, &OrchestratorStub::ReportOutcome, outcome).recorded());
  EXPECT_FALSE(
      Call(*stub_, &OrchestratorStub::ReportOutcome, outcome).recorded());
  const auto statistics =
      Call(*stub_, &OrchestratorStub::GetStatistics, v1::GetStatisticsRequest())
          .statistics();
  EXPECT_EQ(statistics.total_attempts(), 1);
  EXPECT_EQ(statistics.succeeded(), 1);
  EXPECT_EQ(statistics.success_rate(), 1);
  EXPECT_EQ(statistics.duplicate_reports(), 1);
  v1::GetDecisionRequest get;
  get.set_decision_id(result.decision_id());
  EXPECT_EQ(
      Call(*stub_, &OrchestratorStub::GetDecision, get).decision().outcome(),
      v1::OUTCOME_SUCCESS);
}

TEST_F(RecoveryTest, AWatcherSeesAttemptAndSuccess) {
  grpc::ClientContext context;
  SetDeadline(context);
  const auto reader = stub_->WatchRecoveries(&context, {});
  v1::RecoveryEvent event;
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.kind(), v1::RecoveryEvent::KIND_WATCHING);
  const v1::RecoveryResult result = Handle(kTimeout);
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.kind(), v1::RecoveryEvent::KIND_ATTEMPT);
  EXPECT_EQ(event.decision().decision_id(), result.decision_id());
  v1::RecoveryOutcome outcome;
  outcome.set_recovery_token(result.recovery_token());
  outcome.set_outcome(v1::OUTCOME_SUCCESS);
  Call(*stub_, &OrchestratorStub::ReportOutcome, outcome);
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.kind(), v1::RecoveryEvent::KIND_SUCCESS);
  context.TryCancel();
}

TEST_F(RecoveryTest, StreamAnswersInOrderAndOneBadContextFailsAlone) {
  grpc::ClientContext context;
  SetDeadline(context);
  const auto stream = stub_->HandleErrorStream(&context);
  constexpr int kBatches = 50;
  for (int i = 0; i < kBatches; ++i) {
    v1::HandleErrorBatch batch;
    batch.set_batch_id(std::to_string(i));
    *batch.add_contexts() = Parse<v1::RecoveryContext>(kTimeout);
    batch.add_contexts();  // Empty: refused.
    *batch.add_contexts() =
        Parse<v1::RecoveryContext>("error: {http_status: 429}");
    ASSERT_TRUE(stream->Write(batch));
  }
  stream->WritesDone();
  v1::RecoveryResultBatch answer;
  for (int i = 0; i < kBatches; ++i) {
    ASSERT_TRUE(stream->Read(&answer));
    EXPECT_EQ(answer.batch_id(), std::to_string(i));
    ASSERT_EQ(answer.slots_size(), 3);
    EXPECT_TRUE(answer.slots(0).has_result());
    EXPECT_EQ(answer.slots(1).error().reason(), "EMPTY_ERROR");
    EXPECT_TRUE(answer.slots(2).has_result());
  }
  EXPECT_FALSE(stream->Read(&answer));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(RecoveryTest, EqualRequestIdsInOneBatchAreDecidedOnce) {
  Add("{pattern_id: e, error_type: CUSTOM, regex_pattern: escalate me, "
      "recovery_strategy: ESCALATION}");
  grpc::ClientContext context;
  SetDeadline(context);
  const auto stream = stub_->HandleErrorStream(&context);
  int64_t decided = 0;
  for (const char* message : {"Read timeout", "escalate me"}) {
    v1::HandleErrorBatch batch;
    for (int i = 0; i < 10; ++i) {
      v1::RecoveryContext& request = *batch.add_contexts();
      request.mutable_error()->set_message(message);
      request.set_request_id(absl::StrCat(message, i % 2));
    }
    ASSERT_TRUE(stream->Write(batch));
    v1::RecoveryResultBatch answer;
    ASSERT_TRUE(stream->Read(&answer));
    ASSERT_EQ(answer.slots_size(), 10);
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(answer.slots(i).has_result()) << i;
      EXPECT_EQ(answer.slots(i).result().decision_id(),
                answer.slots(i % 2).result().decision_id())
          << i;
    }
    decided += 2;
    const auto statistics = Call(*stub_, &OrchestratorStub::GetStatistics, {});
    EXPECT_EQ(statistics.statistics().total_attempts(), decided);
    EXPECT_EQ(statistics.statistics().duplicate_requests(), 4 * decided);
  }
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(RecoveryTest, AStreamKeepsItsOrderWhenIncidentsAreOpened) {
  Add("{pattern_id: e, error_type: CUSTOM, regex_pattern: escalate me, "
      "recovery_strategy: ESCALATION}");
  grpc::ClientContext context;
  SetDeadline(context);
  const auto stream = stub_->HandleErrorStream(&context);
  for (int i = 0; i < 20; ++i) {
    v1::HandleErrorBatch batch;
    batch.set_batch_id(std::to_string(i));
    *batch.add_contexts() = Parse<v1::RecoveryContext>(
        i % 2 == 0 ? "error: {message: escalate me}" : kTimeout);
    ASSERT_TRUE(stream->Write(batch));
  }
  stream->WritesDone();
  v1::RecoveryResultBatch answer;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(stream->Read(&answer));
    EXPECT_EQ(answer.batch_id(), std::to_string(i));
    EXPECT_EQ(answer.slots(0).result().has_escalation(), i % 2 == 0);
  }
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(RecoveryTest, APersonResolvesWhileTheWorkflowWaits) {
  Add("{pattern_id: w, error_type: CONTRACT, regex_pattern: contract broken, "
      "steps: [{escalation: {pause_workflow: true}}]}");
  const v1::RecoveryResult result = Handle(
      "{error: {message: contract broken}, workflow_id: wf-1, capabilities: "
      "{await_human: true}}");
  ASSERT_EQ(result.disposition(), v1::DISPOSITION_WAIT_FOR_HUMAN);
  v1::AwaitIncidentRequest await;
  await.set_incident_id(result.escalation().incident_id());
  await.set_recovery_token(result.recovery_token());
  await.mutable_timeout()->set_seconds(0);
  const auto not_yet =
      Call(*incidents_, &v1::Incidents::Stub::AwaitIncident, await);
  EXPECT_FALSE(not_yet.has_resolution());

  // The wait is open on its own connection when the resolution comes.
  await.set_recovery_token(not_yet.recovery_token());
  await.mutable_timeout()->set_seconds(20);
  grpc::ClientContext context;
  SetDeadline(context);
  grpc::CompletionQueue queue;
  const auto pending = incidents_->AsyncAwaitIncident(&context, await, &queue);
  v1::AwaitIncidentResponse response;
  grpc::Status status;
  pending->Finish(&response, &status, nullptr);

  v1::ResolveIncidentRequest resolve;
  resolve.set_incident_id(await.incident_id());
  resolve.set_waiter_id(result.escalation().waiter_id());
  resolve.set_action(v1::RESOLUTION_ACTION_RESUME);
  *resolve.mutable_state() =
      Parse<v1::RecoveryContext>("state: {contract: fixed}").state();
  resolve.set_note("fixed by hand");
  EXPECT_EQ(Call(*incidents_, &v1::Incidents::Stub::ResolveIncident, resolve)
                .resolved_waiters(),
            1);
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok));
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.resolution().action(), v1::RESOLUTION_ACTION_RESUME);
  EXPECT_EQ(
      response.resolution().state().fields().at("contract").string_value(),
      "fixed");
  EXPECT_FALSE(response.recovery_token().empty());
  queue.Shutdown();
}

TEST_F(RecoveryTest, MatchExplainsAndRecordsNothing) {
  v1::MatchErrorPatternRequest request;
  *request.mutable_context() = Parse<v1::RecoveryContext>(kTimeout);
  *request.add_candidate_patterns() = Parse<v1::ErrorPattern>(
      "{pattern_id: c, error_type: TIMEOUT, regex_pattern: 'Read \\w+', "
      "recovery_strategy: ESCALATION}");
  const auto response =
      Call(*stub_, &OrchestratorStub::MatchErrorPattern, request);
  ASSERT_GE(response.matches_size(), 1);
  EXPECT_EQ(response.matches(0).pattern_id(), "c");
  EXPECT_TRUE(response.matches(0).candidate());
  EXPECT_EQ(response.matches(0).matched_text(), "Read timeout");
  EXPECT_EQ(response.decision().strategy_used(),
            v1::RECOVERY_STRATEGY_ESCALATION);
  EXPECT_EQ(response.decision().recovery_token(), "");
  EXPECT_EQ(
      Call(*stub_, &OrchestratorStub::GetStatistics, v1::GetStatisticsRequest())
          .statistics()
          .total_attempts(),
      0);
}

}  // namespace
}  // namespace recourse

// Corrections may take long: Begin leaves them to Finish, which a worker runs.

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/orchestrator/orchestrator_fixture.h"

namespace recourse {
namespace {

using ::testing::Contains;

class CorrectionsTest : public OrchestratorTest {
 protected:
  // What a caller brings whose text has a flaw that its own step corrects.
  static std::string Context(const std::string& steps,
                             const std::string& more = "") {
    return absl::StrCat("{error: {message: odd}, caller_steps: [", steps,
                        "], state: {code: 'a b'}, subject_field: code", more,
                        "}");
  }

  static constexpr char kCorrection[] =
      "{error_correction: {rewrites: [{pattern: ' ', replacement: '_'}]}}";
};

TEST_F(CorrectionsTest, AreLeftToAWorkerWhereThereIsSomethingToCorrect) {
  Add("{pattern_id: e, error_type: NETWORK, regex_pattern: escalate, "
      "recovery_strategy: ESCALATION}");
  const std::string retry = "{retry: {max_retries: 1}}";
  const std::string correct = kCorrection;
  struct Row {
    std::string context;
    bool needs_worker;
    Strategy strategy;
  };
  const Row rows[] = {
      {Context(correct), true, Strategy::kErrorCorrection},
      {Context(retry + ", " + correct), false, Strategy::kRetry},
      // Found only by looking at the text; what follows is decided with it.
      {Context("{error_correction: {rewrites: [{pattern: x, replacement: y}]}},"
               " " +
               retry),
       true, Strategy::kRetry},
      {Context(correct, ", idempotency: NOT_IDEMPOTENT"), false,
       Strategy::kNone},
      {"{error: {message: odd}, caller_steps: [" + correct + "]}", false,
       Strategy::kNone},
      {"{error: {message: odd}, state: {code: 'a b'}, caller_steps: [" +
           correct + "]}",
       false, Strategy::kNone},
      {"{error: {message: escalate}}", true, Strategy::kEscalation},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.context);
    Orchestrator::Begun begun = Begin(Request(row.context));
    ASSERT_EQ(begun.status(), absl::OkStatus());
    EXPECT_EQ(Orchestrator::NeedsWorker(**begun), row.needs_worker);
    EXPECT_EQ(orchestrator_->Finish(*std::move(begun)).strategy, row.strategy);
  }
}

TEST_F(CorrectionsTest, AreReachedAfterAStepThatIsExhausted) {
  const std::string context =
      Context(absl::StrCat("{retry: {max_retries: 1}}, ", kCorrection));
  const Decision first = Handle(context);
  ASSERT_EQ(first.strategy, Strategy::kRetry);
  RecoveryRequest again = Request(context);
  again.recovery_token = first.recovery_token;
  Orchestrator::Begun begun = Begin(std::move(again));
  ASSERT_TRUE(Orchestrator::NeedsWorker(**begun));
  const Decision second = orchestrator_->Finish(*std::move(begun));
  const auto& action = std::get<CorrectionAction>(*second.action);
  EXPECT_EQ(action.corrected_text, "a_b");
  EXPECT_THAT(Reasons(second), Contains(TraceReason::kAttemptsExhausted));
}

TEST_F(CorrectionsTest, TheWaitForAWorkerIsTheCallersTime) {
  const std::string context =
      Context(kCorrection, ", time_remaining: 5s, expected_call_time: 1s");
  for (const int waited : {4, 5}) {
    Orchestrator::Begun begun = Begin(Request(context));
    now_ += absl::Seconds(waited);
    const Decision decision = orchestrator_->Finish(*std::move(begun));
    EXPECT_EQ(decision.disposition,
              waited == 4 ? Disposition::kAct : Disposition::kGiveUp);
    EXPECT_EQ(decision.decide_duration, absl::Seconds(waited));
    EXPECT_EQ(decision.time, now_);
  }
}

TEST_F(CorrectionsTest, SoIsTheTimeBeforeItIsBegun) {
  for (const int waited : {8, 9}) {
    RecoveryRequest request = Request(
        "{error: {message: odd}, caller_steps: [{retry: {max_retries: 1, "
        "base_delay: 1s, jitter: NONE}}], "
        "time_remaining: 10s, expected_call_time: 1s}");
    request.receive_time = now_;
    now_ += absl::Seconds(waited);
    const Decision decision = orchestrator_->Finish(*Begin(std::move(request)));
    EXPECT_EQ(decision.disposition,
              waited == 8 ? Disposition::kAct : Disposition::kGiveUp);
    EXPECT_EQ(decision.decide_duration, absl::Seconds(waited));
  }
}

TEST_F(CorrectionsTest, EqualRequestsShareOne) {
  const std::string context = Context(kCorrection, ", request_id: r1");
  Orchestrator::Begun first = Begin(Request(context));
  const auto second = BeginLater(context);
  ASSERT_FALSE(second->has_value());
  const Decision decision = orchestrator_->Finish(*std::move(first));
  ASSERT_TRUE(second->has_value());
  EXPECT_FALSE(Orchestrator::NeedsWorker(****second)) << "nothing is left";
  EXPECT_EQ(orchestrator_->Finish(**std::move(*second)).decision_id,
            decision.decision_id);
}

TEST_F(CorrectionsTest, OneThatIsDroppedLeavesItsEqualToDecide) {
  const std::string context = Context(kCorrection, ", request_id: r1");
  Orchestrator::Begun first = Begin(Request(context));
  const auto second = BeginLater(context);
  (*first).reset();
  ASSERT_TRUE(second->has_value());
  EXPECT_TRUE(Orchestrator::NeedsWorker(****second));
  EXPECT_EQ(orchestrator_->Finish(**std::move(*second)).strategy,
            Strategy::kErrorCorrection);
}

TEST_F(CorrectionsTest, AreExplainedAtOnce) {
  const auto explained =
      orchestrator_->Explain(Request(Context(kCorrection)), {}, 10);
  ASSERT_EQ(explained.status(), absl::OkStatus());
  EXPECT_EQ(explained->decision.strategy, Strategy::kErrorCorrection);
}

}  // namespace
}  // namespace recourse

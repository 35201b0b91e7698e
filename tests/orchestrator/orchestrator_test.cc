// The stages together, on a store in memory and a clock that the test turns.

#include "server/orchestrator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/wire/errors.h"
#include "server/wire/pattern.h"
#include "server/wire/yaml.h"
#include "tests/orchestrator/orchestrator_fixture.h"

namespace recourse {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kTimeout[] = "error: {message: 'TimeoutError: Read timeout'}";

// The text of the trace's entry with this reason; empty: there is none.
std::string TextOf(TraceReason reason, const Decision& decision) {
  for (const StepTrace& entry : decision.trace) {
    if (entry.reason == reason) return entry.text;
  }
  return "";
}

TEST_F(OrchestratorTest, WhatATextNamesIsAHintAndNoKey) {
  constexpr char kNamed[] =
      "error: {message: 'Get \"https://joe:pa55word@api.example.com/v1?key=k3y"
      "\": connection refused'}";
  const Decision hinted = Handle(kNamed);
  const std::string text = TextOf(TraceReason::kTargetHint, hinted);
  EXPECT_THAT(text, HasSubstr("api.example.com;"));
  EXPECT_THAT(text, HasSubstr("target"));
  for (const char* secret : {"joe", "pa55word", "k3y"}) {
    EXPECT_THAT(text, ::testing::Not(HasSubstr(secret)));
  }
  // Nothing is kept under it.
  const absl::StatusOr<Progress> progress =
      orchestrator_->OpenToken(hinted.recovery_token);
  ASSERT_EQ(progress.status(), absl::OkStatus());
  EXPECT_EQ(progress->target, "");
  EXPECT_EQ(progress->grant.target, "");
  EXPECT_EQ(decisions_.Find(hinted.decision_id)->failure.target, "");

  const Decision named = Handle(std::string(kNamed) + "\ntarget: api/v1");
  EXPECT_EQ(TextOf(TraceReason::kTargetHint, named), "");
  EXPECT_EQ(TextOf(TraceReason::kTargetHint, Handle(kTimeout)), "");
}

TEST_F(OrchestratorTest, ADegradedRunIsToldHowMuchToKeep) {
  Add(R"yaml(
pattern_id: too_long
error_type: VALIDATION
regex_pattern: 'maximum context length'
steps:
- graceful_degradation:
    levels: [{name: shorter}, {name: shortest}]
)yaml");
  constexpr char kTooLong[] =
      "error: {message: 'maximum context length is 1000 tokens. However, your "
      "messages resulted in 2000 tokens'}";
  std::string token;
  for (int level = 1; level <= 2; ++level) {
    const Decision decision = Handle(kTooLong, token);
    ASSERT_TRUE(decision.classification.size_limit.has_value());
    EXPECT_EQ(decision.classification.size_limit->limit, 1000);
    EXPECT_EQ(decision.classification.size_limit->actual, 2000);
    const auto& action = std::get<DegradationAction>(*decision.action);
    EXPECT_EQ(action.level, level);
    EXPECT_DOUBLE_EQ(action.keep_ratio, 0.475);
    token = decision.recovery_token;
  }
  const auto explained = orchestrator_->Explain(Request(kTooLong), {}, 10);
  ASSERT_EQ(explained.status(), absl::OkStatus());
  EXPECT_EQ(explained->decision.classification.size_limit->unit, "tokens");

  const Decision unknown =
      Handle("error: {message: 'over the maximum context length'}");
  EXPECT_EQ(std::get<DegradationAction>(*unknown.action).keep_ratio, 0);
}

TEST_F(OrchestratorTest, ThreeRetriesThenTheReasonIsSaid) {
  std::string token;
  for (int attempt = 1; attempt <= 3; ++attempt) {
    const Decision decision = Handle(kTimeout, token);
    ASSERT_EQ(decision.strategy, Strategy::kRetry);
    EXPECT_EQ(decision.disposition, Disposition::kAct);
    const auto& retry = std::get<RetryAction>(*decision.action);
    EXPECT_EQ(retry.attempt, attempt);
    EXPECT_EQ(retry.max_attempts, 3);
    EXPECT_LE(retry.delay, absl::Seconds(1 << (attempt - 1)));
    EXPECT_GE(retry.delay, absl::ZeroDuration());
    token = decision.recovery_token;
    now_ += absl::Seconds(5);
  }
  const Decision last = Handle(kTimeout, token);
  EXPECT_EQ(last.disposition, Disposition::kGiveUp);
  EXPECT_EQ(last.strategy, Strategy::kNone);
  EXPECT_THAT(Reasons(last), Contains(TraceReason::kAttemptsExhausted));
  EXPECT_FALSE(last.error_message.empty());
}

TEST_F(OrchestratorTest, WhatCannotBeCorrectedIsToldSo) {
  constexpr char kKey[] =
      "error: {message: 'duplicate key value violates unique constraint', "
      "code: '23505'}\n";
  const struct {
    const char* more;
    const char* message;
  } kRows[] = {
      {"",
       "gave up: the error does not pass by itself, and there is nothing to "
       "correct: no text was sent"},
      {"subject_field: code\nstate: {other: x}",
       "gave up: error_correction: subject_field names no text in state"},
      {"subject_field: code\nstate: {code: x}",
       "gave up: error_correction: no built-in correction fits the error"},
  };
  for (const auto& row : kRows) {
    const Decision decision = Handle(absl::StrCat(kKey, row.more));
    ASSERT_EQ(decision.classification.category, Category::kPermanent);
    EXPECT_EQ(decision.error_message, row.message) << row.more;
  }
}

TEST_F(OrchestratorTest, APlanThatOnlyCorrectsSaysWhatItLacks) {
  Add(R"yaml(
pattern_id: quotes
error_type: SYNTAX
category: PERMANENT
regex_pattern: 'wrong quotes'
steps:
- error_correction: {rewrites: [{pattern: "'", replacement: '"'}]}
)yaml");
  EXPECT_EQ(Handle("error: {message: wrong quotes}").error_message,
            "gave up: error_correction: no text to correct was sent "
            "(subject_field)");
}

TEST_F(OrchestratorTest, TheTraceSaysWhatDecidedOrThatNothingDid) {
  const struct {
    const char* context;
    const char* text;
  } kRows[] = {
      {"error: {message: 'zork the blarg'}",
       "no code and no words that tell what it is"},
      {"error: {http_status: 503}", "http_status 503"},
  };
  for (const auto& row : kRows) {
    EXPECT_THAT(TextOf(TraceReason::kClassified, Handle(row.context)),
                HasSubstr(row.text))
        << row.context;
  }
}

TEST_F(OrchestratorTest, AUsersPatternBeatsCallerStepsBeatDefaults) {
  const std::string context = absl::StrCat(
      kTimeout,
      "\ncaller_steps: [{alternative_path: {alternatives: [{name: b}]}}]");
  EXPECT_EQ(Handle(context).strategy, Strategy::kAlternativePath);
  Add("{pattern_id: p, error_type: TIMEOUT, regex_pattern: Read timeout, "
      "recovery_strategy: ESCALATION}");
  EXPECT_EQ(Handle(context).strategy, Strategy::kEscalation);
}

TEST_F(OrchestratorTest, ANewErrorSwitchesThePlanAndTotalsGoAlong) {
  Add("{pattern_id: a, error_type: NETWORK, regex_pattern: aaa, steps: "
      "[{alternative_path: {alternatives: [{name: x}, {name: y}]}}]}");
  Add("{pattern_id: b, error_type: NETWORK, regex_pattern: bbb, steps: "
      "[{alternative_path: {alternatives: [{name: x}, {name: z}]}}]}");
  const auto name = [](const Decision& decision) {
    return std::get<AlternativeAction>(*decision.action).alternative.name;
  };
  const Decision first = Handle("error: {message: aaa}");
  EXPECT_EQ(name(first), "x");
  const Decision second = Handle("error: {message: bbb}", first.recovery_token);
  EXPECT_EQ(name(second), "z") << "x was tried under the other plan";
  EXPECT_THAT(Reasons(second), Contains(TraceReason::kPlanSwitched));
  const Decision third = Handle("error: {message: aaa}", second.recovery_token);
  EXPECT_EQ(name(third), "y");
  EXPECT_EQ(third.recovery_id, first.recovery_id);
}

TEST_F(OrchestratorTest, EveryRecoveryEndsAtItsTotal) {
  Add("{pattern_id: p, error_type: NETWORK, regex_pattern: again, steps: "
      "[{retry: {max_retries: 100, backoff: NONE}}]}");
  std::string token;
  for (int i = 0; i < 10; ++i) {
    const Decision decision = Handle("error: {message: again}", token);
    ASSERT_EQ(decision.strategy, Strategy::kRetry) << i;
    token = decision.recovery_token;
  }
  const Decision last = Handle("error: {message: again}", token);
  EXPECT_EQ(last.disposition, Disposition::kGiveUp);
  EXPECT_THAT(Reasons(last), Contains(TraceReason::kTotalAttemptsExhausted));
}

TEST_F(OrchestratorTest, WhatIsNotIdempotentRunsAgainOnlyWhenNothingWasDone) {
  const Decision maybe_done = Handle(
      "{error: {message: 'TimeoutError: Read timeout'}, idempotency: "
      "NOT_IDEMPOTENT}");
  EXPECT_EQ(maybe_done.disposition, Disposition::kGiveUp);
  EXPECT_THAT(Reasons(maybe_done), Contains(TraceReason::kNotIdempotent));
  const Decision never_sent = Handle(
      "{error: {message: 'connect ECONNREFUSED 127.0.0.1:5432'}, idempotency: "
      "NOT_IDEMPOTENT}");
  EXPECT_EQ(never_sent.strategy, Strategy::kRetry);
  const Decision not_said = Handle(kTimeout);
  EXPECT_THAT(Reasons(not_said), Contains(TraceReason::kAssumedIdempotent));
}

TEST_F(OrchestratorTest, ADelayThatDoesNotFitExhaustsTheStep) {
  Add("{pattern_id: p, error_type: NETWORK, regex_pattern: slow, steps: "
      "[{retry: {base_delay: 30s, jitter: NONE}}, {graceful_degradation: "
      "{fallback_value: old}}]}");
  const Decision decision = Handle(
      "{error: {message: slow}, time_remaining: 10s, expected_call_time: 1s}");
  EXPECT_EQ(decision.disposition, Disposition::kRecovered);
  EXPECT_THAT(Reasons(decision), Contains(TraceReason::kTimeTooShort));
}

TEST_F(OrchestratorTest, TheSameRequestIdGetsTheSameAnswerOnce) {
  const std::string context = absl::StrCat(kTimeout, "\nrequest_id: r1");
  const Decision first = Handle(context);
  now_ += absl::Seconds(1);
  const Decision again = Handle(context);
  EXPECT_EQ(again.decision_id, first.decision_id);
  EXPECT_EQ(again.recovery_token, first.recovery_token);
  const auto report = statistics_.Report(v1::STATISTICS_WINDOW_ALL, now_);
  EXPECT_EQ(report.total_attempts(), 1);
  EXPECT_EQ(report.duplicate_requests(), 1);
  now_ += RequestMemo::kLifetime;
  EXPECT_NE(Handle(context).decision_id, first.decision_id);
}

TEST_F(OrchestratorTest, EqualRequestsAtOnceShareOneDecision) {
  Add("{pattern_id: e, error_type: NETWORK, regex_pattern: escalate, "
      "recovery_strategy: ESCALATION}");
  for (const std::string error : {"Read timeout", "escalate"}) {
    const std::string context = absl::StrCat("{error: {message: ", error,
                                             "}, request_id: ", error, "}");
    const auto before = statistics_.Report(v1::STATISTICS_WINDOW_ALL, now_);
    Orchestrator::Begun first = Begin(Request(context));
    const auto second = BeginLater(context);
    const auto third = BeginLater(context);
    ASSERT_FALSE(second->has_value() || third->has_value()) << error;
    const Decision decision = orchestrator_->Finish(*std::move(first));
    for (const auto& later : {second, third}) {
      ASSERT_TRUE(later->has_value()) << error;
      ASSERT_EQ((*later)->status(), absl::OkStatus());
      EXPECT_FALSE(Orchestrator::NeedsWorker(****later)) << "nothing is left";
      EXPECT_EQ(orchestrator_->Finish(**std::move(*later)).recovery_token,
                decision.recovery_token);
    }
    const auto after = statistics_.Report(v1::STATISTICS_WINDOW_ALL, now_);
    EXPECT_EQ(after.total_attempts(), before.total_attempts() + 1);
    EXPECT_EQ(after.duplicate_requests(), before.duplicate_requests() + 2);
  }
  EXPECT_EQ(incidents_->open_count(), 1);
}

TEST_F(OrchestratorTest, AFirstThatIsDroppedLeavesItsEqualToDecide) {
  const std::string context = absl::StrCat(kTimeout, "\nrequest_id: r1");
  Orchestrator::Begun first = Begin(Request(context));
  const auto second = BeginLater(context);
  const auto third = BeginLater(context);
  (*first).reset();  // Its caller is gone.
  ASSERT_TRUE(second->has_value());
  ASSERT_FALSE(third->has_value()) << "it follows the second now";
  const Decision decision = orchestrator_->Finish(**std::move(*second));
  EXPECT_EQ(decision.strategy, Strategy::kRetry);
  ASSERT_TRUE(third->has_value());
  EXPECT_EQ(orchestrator_->Finish(**std::move(*third)).decision_id,
            decision.decision_id);
  const auto report = statistics_.Report(v1::STATISTICS_WINDOW_ALL, now_);
  EXPECT_EQ(report.total_attempts(), 1);
  EXPECT_EQ(report.duplicate_requests(), 1);
}

TEST_F(OrchestratorTest, AShadowPatternIsCountedAndDecidesNothing) {
  Add("{pattern_id: s, error_type: NETWORK, regex_pattern: Read timeout, "
      "priority: 1000, mode: SHADOW, recovery_strategy: ESCALATION}");
  const Decision decision = Handle(kTimeout);
  EXPECT_EQ(decision.strategy, Strategy::kRetry);
  EXPECT_EQ(decision.classification.pattern_id, "");
  EXPECT_EQ(catalog_->Get("s")->match_count(), 1);
}

TEST_F(OrchestratorTest, APausedWorkflowWaitsOnlyIfItCan) {
  Add("{pattern_id: p, error_type: CONTRACT, regex_pattern: contract, steps: "
      "[{escalation: {pause_workflow: true, assignee: team}}]}");
  const Decision cannot = Handle("error: {message: contract}");
  EXPECT_EQ(cannot.disposition, Disposition::kEscalated);
  EXPECT_THAT(cannot.error_message, HasSubstr("inc_"));
  const Decision can =
      Handle("{error: {message: contract}, capabilities: {await_human: true}}");
  EXPECT_EQ(can.disposition, Disposition::kWaitForHuman);
  const auto& escalation = std::get<EscalationAction>(*can.action);
  EXPECT_TRUE(escalation.joined);
  EXPECT_EQ(escalation.waiter_id, can.recovery_id);
  const auto incident = incidents_->Get(escalation.incident_id);
  ASSERT_EQ(incident.status(), absl::OkStatus());
  EXPECT_EQ(incident->occurrence_count(), 2);
  EXPECT_EQ(incident->assignee(), "team");
  EXPECT_EQ(incident->waiting_count(), 1);
}

TEST_F(OrchestratorTest, AFullDeskIsNotTakenForTheStoresFailure) {
  Add("{pattern_id: p, error_type: CONTRACT, regex_pattern: contract, steps: "
      "[{escalation: {pause_workflow: true}}]}");
  const std::string context =
      "{error: {message: contract}, capabilities: {await_human: true}}";
  const Decision first = Handle(context);
  ASSERT_EQ(first.disposition, Disposition::kWaitForHuman);
  const std::string id = std::get<EscalationAction>(*first.action).incident_id;
  for (size_t i = 1; i < IncidentDesk::kMaxWaitersPerIncident;) {
    StoreTransaction more;
    while (i < IncidentDesk::kMaxWaitersPerIncident &&
           more.ops.size() < kMaxStoreTransactionOps) {
      more.ops.push_back(
          {.key = absl::StrCat("incident_waiters/", id, "/w", i++),
           .value = ""});
    }
    ASSERT_EQ(store_->Commit(more).status(), absl::OkStatus());
  }
  OpenDesk();  // It reads them.
  Build(&statistics_);
  const Decision refused = Handle(context);
  EXPECT_EQ(refused.disposition, Disposition::kGiveUp);
  EXPECT_THAT(Reasons(refused), Contains(TraceReason::kIncidentsFull));
  EXPECT_THAT(refused.error_message, HasSubstr("too many workflows wait"));
}

TEST_F(OrchestratorTest, ARepeatWithAnOldTokenDoesNotUndoAResolution) {
  Add("{pattern_id: p, error_type: CONTRACT, regex_pattern: contract, steps: "
      "[{retry: {max_retries: 1}}, {escalation: {pause_workflow: true}}]}");
  const std::string context =
      "{error: {message: contract}, capabilities: {await_human: true}}";
  const std::string old_token = Handle(context).recovery_token;
  const Decision escalated = Handle(context, old_token);
  ASSERT_EQ(escalated.disposition, Disposition::kWaitForHuman);
  const std::string id =
      std::get<EscalationAction>(*escalated.action).incident_id;
  v1::ResolveIncidentRequest resolve;
  resolve.set_incident_id(id);
  resolve.set_waiter_id(escalated.recovery_id);
  resolve.set_action(v1::RESOLUTION_ACTION_SKIP);
  ASSERT_EQ(incidents_->Resolve(resolve, now_).status(), absl::OkStatus());

  EXPECT_EQ(Handle(context, old_token).disposition, Disposition::kWaitForHuman);
  EXPECT_EQ(incidents_->Get(id)->waiting_count(), 0);
  EXPECT_EQ(incidents_->Get(id)->waiters(0).resolution().action(),
            v1::RESOLUTION_ACTION_SKIP);
  // What fails after the resolution waits anew.
  Handle(context, escalated.recovery_token);
  EXPECT_EQ(incidents_->Get(id)->waiting_count(), 1);
}

TEST_F(OrchestratorTest, ReportsAreBookedOnceAndShownInTheDecision) {
  const Decision decision = Handle(kTimeout);
  EXPECT_EQ(*orchestrator_->Report(decision.recovery_token, Outcome::kSuccess,
                                   std::nullopt),
            true);
  EXPECT_EQ(*orchestrator_->Report(decision.recovery_token, Outcome::kFailure,
                                   std::nullopt),
            false);
  EXPECT_EQ(decisions_.Find(decision.decision_id)->outcome, Outcome::kSuccess);
  const auto refused =
      orchestrator_->Report("nonsense", Outcome::kSuccess, std::nullopt);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(refused.status()), reason::kTokenMalformed);
  EXPECT_EQ(FieldOf(refused.status()), "recovery_token");
}

TEST_F(OrchestratorTest, ASecondReportIsDroppedWithOrWithoutStatistics) {
  for (Statistics* statistics :
       {&statistics_, static_cast<Statistics*>(nullptr)}) {
    Build(statistics);
    const Decision first = Handle(kTimeout);
    const auto report = [&] {
      return *orchestrator_->Report(first.recovery_token, Outcome::kFailure,
                                    std::nullopt);
    };
    EXPECT_TRUE(report());
    EXPECT_FALSE(report());
    now_ += RecentIds::kLifetime - absl::Seconds(1);
    EXPECT_FALSE(report());
    now_ += absl::Seconds(1);
    EXPECT_TRUE(report());
  }
  const auto report = statistics_.Report(v1::STATISTICS_WINDOW_ALL, now_);
  EXPECT_EQ(report.failed(), 2);
  EXPECT_EQ(report.duplicate_reports(), 2);
}

TEST_F(OrchestratorTest, ARecoveryThatGoesOnAfterItsReportIsNotCountedTwice) {
  const Decision first = Handle(kTimeout);
  ASSERT_TRUE(*orchestrator_->Report(first.recovery_token, Outcome::kFailure,
                                     std::nullopt));
  Handle(kTimeout, first.recovery_token);
  const auto report = statistics_.Report(v1::STATISTICS_WINDOW_ALL, now_);
  EXPECT_EQ(report.total_attempts(), 2);
  EXPECT_EQ(report.failed(), 1);
  EXPECT_EQ(report.pending(), 0);
}

TEST_F(OrchestratorTest, TokensAgeAndForgeriesAreTold) {
  const std::string token = Handle(kTimeout).recovery_token;
  std::string forged = token;
  forged[token.size() / 2] = forged[token.size() / 2] == 'A' ? 'B' : 'A';
  RecoveryRequest request = Request(kTimeout);
  request.recovery_token = forged;
  EXPECT_EQ(ReasonOf(Begin(request).status()), reason::kTokenForged);
  now_ += kTokenLifetime + absl::Seconds(1);
  request.recovery_token = token;
  EXPECT_EQ(ReasonOf(Begin(request).status()), reason::kTokenExpired);
}

TEST_F(OrchestratorTest, ARegistryThatIsBehindRefuses) {
  RecoveryRequest request = Request(kTimeout);
  request.min_registry_revision = 1'000'000;
  const absl::Status status = Begin(request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), reason::kRegistryBehind);
}

TEST_F(OrchestratorTest, ExplainTriesCandidatesAndRecordsNothing) {
  v1::ErrorPattern message;
  ASSERT_TRUE(ParseYaml("p",
                        "{pattern_id: c, error_type: TIMEOUT, regex_pattern: "
                        "Read, recovery_strategy: ESCALATION}",
                        message)
                  .ok());
  const auto explanation = orchestrator_->Explain(
      Request(kTimeout), {*ParsePattern(message, Origin::kUser)}, 10);
  ASSERT_EQ(explanation.status(), absl::OkStatus());
  EXPECT_THAT(explanation->matches, SizeIs(1));
  EXPECT_THAT(explanation->why, HasSubstr("only active pattern"));
  EXPECT_EQ(explanation->decision.strategy, Strategy::kEscalation);
  EXPECT_EQ(explanation->decision.recovery_token, "");
  EXPECT_EQ(incidents_->open_count(), 0);
  EXPECT_EQ(
      statistics_.Report(v1::STATISTICS_WINDOW_ALL, now_).total_attempts(), 0);
  EXPECT_EQ(Handle(kTimeout).strategy, Strategy::kRetry);
}

TEST_F(OrchestratorTest, NothingSecretIsKept) {
  const Decision decision = Handle(
      "{error: {message: 'TimeoutError: Authorization: Bearer "
      "abcdef0123456789abcdef'}, node_name: 'postgres://u:hunter22@db/x'}");
  const SharedDecisionEntry entry = decisions_.Find(decision.decision_id);
  ASSERT_NE(entry, nullptr);
  EXPECT_THAT(entry->failure.message,
              ::testing::Not(HasSubstr("abcdef0123456789")));
  EXPECT_THAT(entry->failure.node_name, ::testing::Not(HasSubstr("hunter22")));
  EXPECT_EQ(entry->decision.recovery_token, "");
}

}  // namespace
}  // namespace recourse

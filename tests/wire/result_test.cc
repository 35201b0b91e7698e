#include "server/wire/result.h"

#include <string>

#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/wire/text_proto.h"

namespace recourse {
namespace {

using google::protobuf::util::MessageDifferencer;

template <typename Message>
void ExpectEqual(const Message& got, const std::string& want) {
  EXPECT_TRUE(MessageDifferencer::Equals(got, FromText<Message>(want)))
      << got.DebugString();
}

JsonValue Text(const std::string& text) {
  JsonValue value;
  value.set_string_value(text);
  return value;
}

Decision Base(Disposition disposition, Strategy strategy,
              std::optional<Action> action) {
  Decision decision;
  decision.disposition = disposition;
  decision.strategy = strategy;
  decision.action = std::move(action);
  return decision;
}

// What every result has beside its action.
const std::string kUnknown =
    "classification { error_type: ERROR_TYPE_UNKNOWN category: "
    "FAILURE_CATEGORY_UNKNOWN severity: SEVERITY_MEDIUM recommended_strategy: "
    "RECOVERY_STRATEGY_NONE } ";

TEST(ResultTest, SuccessFollowsTheDisposition) {
  struct Row {
    Disposition disposition;
    bool success;
  };
  for (const Row& row :
       {Row{Disposition::kAct, true}, Row{Disposition::kRecovered, true},
        Row{Disposition::kWaitForHuman, true},
        Row{Disposition::kEscalated, false},
        Row{Disposition::kGiveUp, false}}) {
    Decision decision;
    decision.disposition = row.disposition;
    const v1::RecoveryResult result = ToMessage(decision);
    EXPECT_EQ(result.success(), row.success);
    EXPECT_EQ(static_cast<int>(result.disposition()),
              static_cast<int>(row.disposition));
  }
}

TEST(ResultTest, WholeDecision) {
  Decision decision = Base(Disposition::kGiveUp, Strategy::kNone, std::nullopt);
  decision.decision_id = "d";
  decision.recovery_token = "t";
  decision.registry_revision = 9;
  decision.error_message = "because";
  decision.decide_duration = absl::Microseconds(1500);
  decision.trace = {{2, Strategy::kRetry, TraceReason::kBudgetExhausted, "x"}};
  decision.classification = {.error_type = ErrorType::kTimeout,
                             .category = Category::kTimeout,
                             .severity = Severity::kHigh,
                             .retryable = true,
                             .not_executed = true,
                             .confidence = 0.5,
                             .recommended_strategy = Strategy::kRetry,
                             .suggested_action = "wait",
                             .pattern_id = "p",
                             .evidence = "",
                             .retry_after = std::nullopt};
  ExpectEqual(ToMessage(decision), R"pb(
    disposition: DISPOSITION_GIVE_UP
    strategy_used: RECOVERY_STRATEGY_NONE
    classification {
      error_type: ERROR_TYPE_TIMEOUT
      category: FAILURE_CATEGORY_TIMEOUT
      severity: SEVERITY_HIGH
      retryable: true
      not_executed: true
      confidence: 0.5
      recommended_strategy: RECOVERY_STRATEGY_RETRY
      suggested_action: 'wait'
      pattern_id: 'p'
    }
    decision_id: 'd'
    recovery_token: 't'
    registry_revision: 9
    trace {
      step: 2
      strategy: RECOVERY_STRATEGY_RETRY
      reason: TRACE_REASON_BUDGET_EXHAUSTED
      text: 'x'
    }
    error_message: 'because'
    duration_ms: 1.5)pb");
}

TEST(ResultTest, SizeLimit) {
  Classification classification;
  EXPECT_FALSE(ToMessage(classification).has_size_limit());
  classification.size_limit = SizeLimit{1, 2, "tokens"};
  ExpectEqual(ToMessage(classification).size_limit(),
              "limit: 1 actual: 2 unit: 'tokens'");
}

TEST(ResultTest, HeldBack) {
  Decision decision;
  EXPECT_FALSE(ToMessage(decision).has_start_delay());
  decision.start_delay = absl::Seconds(2);
  decision.recheck = decision.trial = true;
  const v1::RecoveryResult message = ToMessage(decision);
  EXPECT_EQ(message.start_delay().seconds(), 2);
  EXPECT_TRUE(message.recheck());
  EXPECT_TRUE(message.trial());
}

TEST(ResultTest, Retry) {
  const RetryAction action{absl::Milliseconds(1300), 2, 5, absl::Seconds(4),
                           "refresh"};
  ExpectEqual(ToMessage(Base(Disposition::kAct, Strategy::kRetry, action)),
              kUnknown + R"pb(
    disposition: DISPOSITION_ACT
    success: true
    strategy_used: RECOVERY_STRATEGY_RETRY
    retry {
      delay { seconds: 1 nanos: 300000000 }
      attempt: 2
      max_attempts: 5
      timeout { seconds: 4 }
      remediation: 'refresh'
    })pb");
  const RetryAction plain{absl::ZeroDuration(), 1, 1, std::nullopt, ""};
  EXPECT_FALSE(ToMessage(Base(Disposition::kAct, Strategy::kRetry, plain))
                   .retry()
                   .has_timeout());
}

TEST(ResultTest, Alternative) {
  const AlternativeAction action{{"a", "t", {{"k", "v"}}, 0.5, 0.25}, {"b"}};
  ExpectEqual(
      ToMessage(Base(Disposition::kAct, Strategy::kAlternativePath, action)),
      kUnknown + R"pb(
        disposition: DISPOSITION_ACT
        success: true
        strategy_used: RECOVERY_STRATEGY_ALTERNATIVE_PATH
        alternative_path {
          alternative {
            name: 'a'
            target: 't'
            cost: 0.5
            quality: 0.25
            parameters { key: 'k' value: 'v' }
          }
          remaining: 'b'
        })pb");
}

DegradationAction Degradation() {
  DegradationAction action;
  action.level_name = "l";
  action.level = 1;
  action.level_count = 2;
  action.disable_features = {"f"};
  action.edits = {{"a", SetEdit{Text("x")}},
                  {"b", CapEdit{2}},
                  {"c", TruncateEdit{3}},
                  {"d", RemoveEdit{}}};
  action.state.emplace();
  (*action.state->mutable_fields())["a"] = Text("x");
  action.keep_ratio = 0.5;
  return action;
}

TEST(ResultTest, Degradation) {
  ExpectEqual(ToMessage(Base(Disposition::kAct, Strategy::kGracefulDegradation,
                             Degradation())),
              kUnknown + R"pb(
    disposition: DISPOSITION_ACT
    success: true
    strategy_used: RECOVERY_STRATEGY_GRACEFUL_DEGRADATION
    graceful_degradation {
      level_name: 'l'
      level: 1
      level_count: 2
      disable_features: 'f'
      edits {
        path: 'a'
        set { string_value: 'x' }
      }
      edits { path: 'b' cap: 2 }
      edits { path: 'c' truncate: 3 }
      edits { path: 'd' remove: true }
      state {
        fields {
          key: 'a'
          value { string_value: 'x' }
        }
      }
      keep_ratio: 0.5
    })pb");
}

TEST(ResultTest, FallbackIsAResultAndNoAction) {
  const FallbackAction action{Text("x")};
  ExpectEqual(ToMessage(Base(Disposition::kRecovered,
                             Strategy::kGracefulDegradation, action)),
              kUnknown + R"pb(
    disposition: DISPOSITION_RECOVERED
    success: true
    strategy_used: RECOVERY_STRATEGY_GRACEFUL_DEGRADATION
    result { string_value: 'x' }
    degraded: true)pb");
}

CorrectionAction Correction() {
  CorrectionAction action;
  action.subject_field = "s";
  action.corrected_text = "new";
  action.edits = {{"s", SetEdit{Text("new")}}};
  (*action.state.mutable_fields())["s"] = Text("new");
  action.unified_diff = "-old\n+new\n";
  action.applied = {"fixed"};
  return action;
}

TEST(ResultTest, Correction) {
  ExpectEqual(ToMessage(Base(Disposition::kAct, Strategy::kErrorCorrection,
                             Correction())),
              kUnknown + R"pb(
    disposition: DISPOSITION_ACT
    success: true
    strategy_used: RECOVERY_STRATEGY_ERROR_CORRECTION
    error_correction {
      subject_field: 's'
      corrected_text: 'new'
      applied: 'fixed'
      unified_diff: '-old\n+new\n'
      edits {
        path: 's'
        set { string_value: 'new' }
      }
      state {
        fields {
          key: 's'
          value { string_value: 'new' }
        }
      }
    })pb");
}

TEST(ResultTest, Escalation) {
  EscalationAction action;
  action.priority = Severity::kHigh;
  action.assignee = "me";
  action.channels = {"slack"};
  action.pause_workflow = true;
  action.incident_id = "i";
  action.waiter_id = "w";
  action.joined = true;
  action.pending = true;
  ExpectEqual(ToMessage(Base(Disposition::kWaitForHuman, Strategy::kEscalation,
                             action)),
              kUnknown + R"pb(
    disposition: DISPOSITION_WAIT_FOR_HUMAN
    success: true
    strategy_used: RECOVERY_STRATEGY_ESCALATION
    escalation {
      incident_id: 'i'
      waiter_id: 'w'
      pause_workflow: true
      priority: SEVERITY_HIGH
      assignee: 'me'
      channels: 'slack'
      joined: true
      pending: true
    })pb");
}

TEST(ResultTest, RecordsShowNoPayload) {
  DecisionEntry entry;
  entry.outcome = Outcome::kSuccess;
  entry.failure.ns = "n";
  entry.failure.workflow_id = "w";
  entry.failure.node_name = "node";
  entry.failure.target = "t";
  entry.failure.caller_service = "s";
  entry.failure.caller_instance = "i";
  entry.failure.message = "m";
  entry.failure.grpc_code = "UNAVAILABLE";
  entry.failure.http_status = 503;
  entry.decision =
      Base(Disposition::kAct, Strategy::kErrorCorrection, Correction());
  entry.decision.recovery_token = "secret";
  entry.decision.recovery_id = "r";
  entry.decision.time = absl::FromUnixMillis(1500);
  ExpectEqual(
      ToMessage(entry),
      R"pb(
            recovery_id: 'r'
            decide_time { seconds: 1 nanos: 500000000 }
            namespace: 'n'
            workflow_id: 'w'
            node_name: 'node'
            target: 't'
            caller { service: 's' instance: 'i' }
            error { message: 'm' http_status: 503 grpc_code: 'UNAVAILABLE' }
            outcome: OUTCOME_SUCCESS
            result {)pb" +
          kUnknown + R"pb(
      disposition: DISPOSITION_ACT success: true
      strategy_used: RECOVERY_STRATEGY_ERROR_CORRECTION
      error_correction { subject_field: 's' applied: 'fixed' } })pb");

  entry.decision.action = Degradation();
  const auto degraded = ToMessage(entry).result().graceful_degradation();
  EXPECT_EQ(degraded.edits_size(), 0);
  EXPECT_FALSE(degraded.has_state());
  EXPECT_EQ(degraded.level_name(), "l");
  entry.decision.action = FallbackAction{Text("secret")};
  EXPECT_FALSE(ToMessage(entry).result().has_result());
}

TEST(ResultTest, Events) {
  Event event;
  event.kind = EventKind::kPatternsChanged;
  event.time = absl::FromUnixSeconds(5);
  event.registry_revision = 8;
  ExpectEqual(ToMessage(event, 3), R"pb(
    kind: KIND_PATTERNS_CHANGED
    event_time { seconds: 5 }
    missed: 3
    registry_revision: 8)pb");
  auto entry = std::make_shared<DecisionEntry>();
  entry->decision.decision_id = "d";
  event = {.kind = EventKind::kAttempt,
           .time = absl::FromUnixSeconds(5),
           .decision = entry,
           .incident_id = "",
           .registry_revision = 0};
  EXPECT_EQ(ToMessage(event, 0).decision().decision_id(), "d");
  // The kinds are the same numbers.
  EXPECT_EQ(static_cast<int>(EventKind::kWatching),
            v1::RecoveryEvent::KIND_WATCHING);
  EXPECT_EQ(static_cast<int>(EventKind::kIncidentResolved),
            v1::RecoveryEvent::KIND_INCIDENT_RESOLVED);
}

v1::LocalPlan LocalPlanOf(bool is_retryable, std::vector<Step> steps) {
  Decision decision;
  decision.classification.retryable = is_retryable;
  decision.plan_steps =
      std::make_shared<const std::vector<Step>>(std::move(steps));
  decision.local_min_retries_per_second = 2.5;
  return ToLocalPlan(decision);
}

TEST(ResultTest, LocalPlans) {
  RetryStep remedied;
  remedied.remediation = "refresh";
  RetryStep retry;
  retry.max_retries = 5;
  retry.jitter = Jitter::kRange;
  ExpectEqual(LocalPlanOf(true, {EscalationStep(), remedied, retry}),
              "max_retries: 5 base_delay { seconds: 1 } factor: 2 max_delay { "
              "seconds: 60 } jitter: JITTER_EQUAL retry_budget_ratio: 0.1 "
              "valid_for { seconds: 300 } min_retries_per_second: 2.5");
  const std::string none = "valid_for { seconds: 300 }";
  ExpectEqual(LocalPlanOf(true, {remedied}), none);
  ExpectEqual(LocalPlanOf(true, {}), none);
  ExpectEqual(LocalPlanOf(false, {retry}), none);
  retry.backoff = Backoff::kNone;
  const v1::LocalPlan plan = LocalPlanOf(true, {retry});
  EXPECT_EQ(plan.base_delay().seconds(), 0);
  EXPECT_EQ(plan.factor(), 1);
}

}  // namespace
}  // namespace recourse

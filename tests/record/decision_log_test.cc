#include "server/record/decision_log.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace recourse {
namespace {

SharedDecisionEntry Entry(const std::string& id, int64_t revision = 0) {
  auto entry = std::make_shared<DecisionEntry>();
  entry->decision.decision_id = id;
  entry->decision.registry_revision = revision;
  return entry;
}

TEST(DecisionLogTest, KeepsTheLast) {
  DecisionLog log(3);
  EXPECT_EQ(log.Find("a"), nullptr);
  for (const char* id : {"a", "b", "c", "d"}) log.Append(Entry(id));
  EXPECT_EQ(log.Find("a"), nullptr);
  for (const char* id : {"b", "c", "d"}) {
    ASSERT_NE(log.Find(id), nullptr) << id;
    EXPECT_EQ(log.Find(id)->decision.decision_id, id);
  }
  for (int i = 0; i < 100; ++i) log.Append(Entry(absl::StrCat("n", i)));
  EXPECT_EQ(log.Find("n96"), nullptr);
  EXPECT_NE(log.Find("n97"), nullptr);
}

TEST(DecisionLogTest, CapacityZeroKeepsNone) {
  DecisionLog log(0);
  log.Append(Entry("a"));
  log.SetOutcome("a", Outcome::kSuccess);
  EXPECT_EQ(log.Find("a"), nullptr);
}

TEST(DecisionLogTest, AnIdSeenTwiceIsTheLatestUntilThatGoes) {
  DecisionLog log(2);
  log.Append(Entry("a", 1));
  log.Append(Entry("a", 2));
  EXPECT_EQ(log.Find("a")->decision.registry_revision, 2);
  log.Append(Entry("b"));  // Takes the place of the first.
  ASSERT_NE(log.Find("a"), nullptr);
  EXPECT_EQ(log.Find("a")->decision.registry_revision, 2);
  log.Append(Entry("c"));
  EXPECT_EQ(log.Find("a"), nullptr);
}

TEST(DecisionLogTest, AnOutcomeMarksTheEntryButNotThoseHandedOut) {
  DecisionLog log(2);
  log.Append(Entry("a", 7));
  const SharedDecisionEntry before = log.Find("a");
  log.SetOutcome("a", Outcome::kFailure);
  log.SetOutcome("unknown", Outcome::kFailure);
  EXPECT_EQ(before->outcome, Outcome::kUnspecified);
  EXPECT_EQ(log.Find("a")->outcome, Outcome::kFailure);
  EXPECT_EQ(log.Find("a")->decision.registry_revision, 7);
}

Decision Full() {
  Decision decision;
  decision.decision_id = "d";
  decision.recovery_id = "r";
  decision.time = absl::FromUnixSeconds(9);
  decision.disposition = Disposition::kAct;
  decision.strategy = Strategy::kErrorCorrection;
  decision.classification.pattern_id = "p";
  decision.trace = {{0, Strategy::kRetry, TraceReason::kChosen, "t"}};
  decision.error_message = "m";
  decision.recovery_token = "token";
  decision.registry_revision = 4;
  decision.decide_duration = absl::Microseconds(5);
  return decision;
}

JsonObject State() {
  JsonObject state;
  (*state.mutable_fields())["prompt"].set_string_value("secret");
  return state;
}

TEST(WithoutPayloadTest, KeepsWhatExplainsTheDecision) {
  const Decision kept = WithoutPayload(Full());
  EXPECT_EQ(kept.decision_id, "d");
  EXPECT_EQ(kept.recovery_id, "r");
  EXPECT_EQ(kept.time, absl::FromUnixSeconds(9));
  EXPECT_EQ(kept.disposition, Disposition::kAct);
  EXPECT_EQ(kept.strategy, Strategy::kErrorCorrection);
  EXPECT_FALSE(kept.action.has_value());
  EXPECT_EQ(kept.classification.pattern_id, "p");
  ASSERT_EQ(kept.trace.size(), 1u);
  EXPECT_EQ(kept.trace[0].text, "t");
  EXPECT_EQ(kept.error_message, "m");
  EXPECT_EQ(kept.recovery_token, "");
  EXPECT_EQ(kept.registry_revision, 4);
  EXPECT_EQ(kept.decide_duration, absl::Microseconds(5));
}

TEST(WithoutPayloadTest, DropsStatesEditsTextsAndValues) {
  Decision decision = Full();
  decision.action = DegradationAction{
      "small", 1, 2, {"images"}, {StateEdit{"path", RemoveEdit()}}, State()};
  const auto degraded =
      std::get<DegradationAction>(*WithoutPayload(decision).action);
  EXPECT_EQ(degraded.level_name, "small");
  EXPECT_EQ(degraded.level_count, 2);
  EXPECT_EQ(degraded.disable_features, std::vector<std::string>{"images"});
  EXPECT_TRUE(degraded.edits.empty());
  EXPECT_FALSE(degraded.state.has_value());

  decision.action =
      CorrectionAction{"prompt", "text", {StateEdit{"prompt", RemoveEdit()}},
                       State(),  "diff", {"close the brace"}};
  const auto corrected =
      std::get<CorrectionAction>(*WithoutPayload(decision).action);
  EXPECT_EQ(corrected.subject_field, "prompt");
  EXPECT_EQ(corrected.applied, std::vector<std::string>{"close the brace"});
  EXPECT_EQ(corrected.corrected_text, "");
  EXPECT_EQ(corrected.unified_diff, "");
  EXPECT_TRUE(corrected.edits.empty());
  EXPECT_EQ(corrected.state.fields_size(), 0);

  FallbackAction fallback;
  fallback.value.set_string_value("secret");
  decision.action = fallback;
  EXPECT_EQ(std::get<FallbackAction>(*WithoutPayload(decision).action)
                .value.kind_case(),
            JsonValue::KIND_NOT_SET);
}

TEST(WithoutPayloadTest, OtherActionsStay) {
  Decision decision = Full();
  decision.action =
      RetryAction{absl::Seconds(2), 1, 3, std::nullopt, "refetch"};
  EXPECT_EQ(std::get<RetryAction>(*WithoutPayload(decision).action).remediation,
            "refetch");
  AlternativeAction alternative;
  alternative.alternative.name = "b";
  decision.action = alternative;
  EXPECT_EQ(std::get<AlternativeAction>(*WithoutPayload(decision).action)
                .alternative.name,
            "b");
  EscalationAction escalation;
  escalation.incident_id = "i";
  decision.action = escalation;
  EXPECT_EQ(
      std::get<EscalationAction>(*WithoutPayload(decision).action).incident_id,
      "i");
}

}  // namespace
}  // namespace recourse

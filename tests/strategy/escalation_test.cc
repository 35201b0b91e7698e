#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/strategy/situation.h"

namespace recourse {
namespace {

using ::testing::ElementsAre;

TEST(EscalationTest, CarriesWhatTheStepSays) {
  EscalationStep step;
  step.channels = {"slack", "log"};
  step.assignee = "ml-platform";
  step.priority = Severity::kCritical;
  step.include_context = true;
  step.include_state_keys = {"order_id"};
  const auto action = ActionIn<EscalationAction>(Situation().Ask(step));
  EXPECT_THAT(action.channels, ElementsAre("slack", "log"));
  EXPECT_EQ(action.assignee, "ml-platform");
  EXPECT_EQ(action.priority, Severity::kCritical);
  EXPECT_TRUE(action.include_context);
  EXPECT_THAT(action.include_state_keys, ElementsAre("order_id"));
  EXPECT_FALSE(action.pause_workflow);
}

TEST(EscalationTest, PriorityIsTheErrorsUnlessTheStepSays) {
  Situation situation;
  situation.classification.severity = Severity::kHigh;
  const auto priority = [&](const EscalationStep& step) {
    return ActionIn<EscalationAction>(situation.Ask(step)).priority;
  };
  EXPECT_EQ(priority({}), Severity::kHigh);
  EXPECT_EQ(priority({.priority = Severity::kLow}), Severity::kLow);
  situation.classification.severity = Severity::kUnspecified;
  EXPECT_EQ(priority({}), Severity::kMedium);
}

TEST(EscalationTest, PausesOnlyWhereWaitingMakesSense) {
  const struct {
    bool asked, can_wait;
    std::optional<TraceReason> refused;
    bool pauses;
  } kRows[] = {
      {true, true, std::nullopt, true},
      {true, false, std::nullopt, false},
      {false, true, std::nullopt, false},
      {true, true, TraceReason::kNotIdempotent, true},  // People may know.
      {true, true, TraceReason::kTotalAttemptsExhausted, false},
      {true, true, TraceReason::kMaxElapsed, false},
  };
  for (const auto& row : kRows) {
    EscalationStep step;
    step.pause_workflow = row.asked;
    Situation situation;
    situation.failure.capabilities.declared = true;
    situation.failure.capabilities.await_human = row.can_wait;
    situation.rerun_refused = row.refused;
    EXPECT_EQ(ActionIn<EscalationAction>(situation.Ask(step)).pause_workflow,
              row.pauses);
  }
}

TEST(EscalationTest, EndsWhenPeoplesRetriesFailAgainAndAgain) {
  Situation situation;
  for (; situation.granted < 3; ++situation.granted) {
    ActionIn<EscalationAction>(situation.Ask(EscalationStep()));
  }
  EXPECT_EQ(ReasonIn(situation.Ask(EscalationStep())),
            TraceReason::kAttemptsExhausted);
}

}  // namespace
}  // namespace recourse

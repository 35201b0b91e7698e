#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/model/stable_hash.h"
#include "tests/strategy/situation.h"

namespace recourse {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Alternative Make(const std::string& name, double cost = 0, double quality = 0) {
  return {name, "target/" + name, {{"model", name}}, cost, quality};
}

AlternativePathStep ThreeModels() {
  AlternativePathStep step;
  step.alternatives = {Make("large", 3, 0.9), Make("small", 1, 0.5),
                       Make("medium", 1, 0.9)};
  return step;
}

TEST(AlternativePathTest, GoesAroundOpenCircuits) {
  Situation situation;
  const std::function<bool(absl::string_view)> large_is_open =
      [](absl::string_view target) { return target == "target/large"; };
  situation.is_open = &large_is_open;
  const auto action = ActionIn<AlternativeAction>(situation.Ask(ThreeModels()));
  EXPECT_EQ(action.alternative.name, "small");
  EXPECT_THAT(action.remaining, ElementsAre("medium"));

  const std::function<bool(absl::string_view)> all_are_open =
      [](absl::string_view) { return true; };
  situation.is_open = &all_are_open;
  EXPECT_EQ(ReasonIn(situation.Ask(ThreeModels())), TraceReason::kBreakerOpen);
}

// The order in which a step gives its alternatives, asked again and again.
std::vector<std::string> Walk(const AlternativePathStep& step,
                              Situation situation,
                              TraceReason* last = nullptr) {
  std::vector<std::string> names;
  Cursor cursor;
  while (names.size() < 1000) {
    situation.granted = cursor.granted;
    const StepAnswer answer = situation.Ask(step);
    if (const auto* action = std::get_if<Action>(&answer)) {
      names.push_back(std::get<AlternativeAction>(*action).alternative.name);
      Advance(*action, situation.progress, cursor);
      continue;
    }
    if (last != nullptr) *last = std::get<Exhausted>(answer).reason;
    break;
  }
  return names;
}

TEST(AlternativePathTest, OrdersAndExhausts) {
  AlternativePathStep step = ThreeModels();
  TraceReason last = TraceReason::kUnspecified;
  EXPECT_THAT(Walk(step, {}, &last), ElementsAre("large", "small", "medium"));
  EXPECT_EQ(last, TraceReason::kNoAlternativeLeft);
  step.order_by = AlternativeOrder::kPreference;
  EXPECT_THAT(Walk(step, {}), ElementsAre("large", "small", "medium"));
  step.order_by = AlternativeOrder::kCost;  // Equal ones as listed.
  EXPECT_THAT(Walk(step, {}), ElementsAre("small", "medium", "large"));
  step.order_by = AlternativeOrder::kQuality;
  EXPECT_THAT(Walk(step, {}), ElementsAre("large", "medium", "small"));
}

TEST(AlternativePathTest, GivesTheWholeAlternativeAndWhatIsLeft) {
  AlternativePathStep step = ThreeModels();
  step.order_by = AlternativeOrder::kCost;
  const auto action = ActionIn<AlternativeAction>(Situation().Ask(step));
  EXPECT_EQ(action.alternative.name, "small");
  EXPECT_EQ(action.alternative.target, "target/small");
  EXPECT_EQ(action.alternative.parameters.at("model"), "small");
  EXPECT_THAT(action.remaining, ElementsAre("medium", "large"));
}

TEST(AlternativePathTest, SkipsWhatIsExcludedTriedOrFailedItself) {
  AlternativePathStep step = ThreeModels();
  step.exclude = {"large"};
  EXPECT_THAT(Walk(step, {}), ElementsAre("small", "medium"));
  Situation situation;
  situation.failure.target = "target/small";
  EXPECT_THAT(Walk(step, situation), ElementsAre("medium"));
  // Tried under another plan of the same recovery.
  situation.progress.alternatives_tried = {StableHash("medium")};
  TraceReason last = TraceReason::kUnspecified;
  EXPECT_THAT(Walk(step, situation, &last), IsEmpty());
  EXPECT_EQ(last, TraceReason::kNoAlternativeLeft);
}

TEST(AlternativePathTest, TakesOnlyWhatTheCallerCan) {
  Situation situation;
  situation.failure.capabilities.declared = true;
  TraceReason last = TraceReason::kUnspecified;
  EXPECT_THAT(Walk(ThreeModels(), situation, &last), IsEmpty());
  EXPECT_EQ(last, TraceReason::kCapabilityMissing);
  situation.failure.capabilities.alternatives = {"medium"};
  EXPECT_THAT(Walk(ThreeModels(), situation, &last), ElementsAre("medium"));
  EXPECT_EQ(last, TraceReason::kCapabilityMissing);  // Two others were listed.
  situation.failure.capabilities.alternatives = {"*"};
  EXPECT_THAT(Walk(ThreeModels(), situation, &last),
              ElementsAre("large", "small", "medium"));
  EXPECT_EQ(last, TraceReason::kNoAlternativeLeft);
}

TEST(AlternativePathTest, WithoutAListTheCallersOwn) {
  AlternativePathStep step;
  step.exclude = {"slow"};
  Situation situation;
  TraceReason last = TraceReason::kUnspecified;
  EXPECT_THAT(Walk(step, situation, &last), IsEmpty());
  EXPECT_EQ(last, TraceReason::kNoAlternativeLeft);
  situation.failure.capabilities.declared = true;
  situation.failure.capabilities.alternatives = {"*", "here", "slow", "b",
                                                 "a", "b",    ""};
  situation.failure.target = "here";
  EXPECT_THAT(Walk(step, situation, &last), ElementsAre("b", "a"));
  EXPECT_EQ(last, TraceReason::kNoAlternativeLeft);
  const auto action = ActionIn<AlternativeAction>(situation.Ask(step));
  EXPECT_EQ(action.alternative.target, "b");
}

TEST(AlternativePathTest, MoreThanCanBeRememberedStillEnds) {
  Situation situation;
  situation.failure.capabilities.declared = true;
  for (int i = 0; i < 64; ++i) {
    situation.failure.capabilities.alternatives.push_back(std::to_string(i));
  }
  const auto walked = Walk(AlternativePathStep(), situation);
  EXPECT_EQ(walked.size(), kMaxTriedAlternatives);
}

TEST(AlternativePathTest, RefusedRerun) {
  Situation situation;
  situation.rerun_refused = TraceReason::kNotIdempotent;
  EXPECT_EQ(ReasonIn(situation.Ask(ThreeModels())),
            TraceReason::kNotIdempotent);
}

}  // namespace
}  // namespace recourse

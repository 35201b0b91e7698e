#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/strategy/situation.h"

namespace recourse {
namespace {

using ::testing::ElementsAre;

GracefulDegradationStep ThreeLevels() {
  GracefulDegradationStep step;
  step.levels = {
      {"no_streaming", {"streaming"}, {}},
      {"short",
       {"tools", "images"},
       {{"options.max_tokens", CapEdit{256}}, {"prompt", TruncateEdit{4}}}},
      {"bare", {}, {{"options", RemoveEdit{}}}},
  };
  return step;
}

TEST(GracefulDegradationTest, GoesDownLevelByLevel) {
  Situation situation;
  Cursor cursor;
  std::vector<std::string> names;
  for (int level = 1; level <= 3; ++level) {
    const StepAnswer answer = situation.Ask(ThreeLevels());
    const auto action = ActionIn<DegradationAction>(answer);
    names.push_back(action.level_name);
    EXPECT_EQ(action.level, level);
    EXPECT_EQ(action.level_count, 3);
    Advance(std::get<Action>(answer), situation.progress, cursor);
    EXPECT_EQ(situation.progress.degradation_level, level);
    situation.granted = cursor.granted;
  }
  EXPECT_THAT(names, ElementsAre("no_streaming", "short", "bare"));
  EXPECT_EQ(ReasonIn(situation.Ask(ThreeLevels())), TraceReason::kNoLevelLeft);
}

TEST(GracefulDegradationTest, EditsTheStateThatWasSent) {
  Situation situation;
  situation.progress.degradation_level = 1;
  auto action = ActionIn<DegradationAction>(situation.Ask(ThreeLevels()));
  EXPECT_EQ(action.edits.size(), 2u);
  EXPECT_THAT(action.disable_features, ElementsAre("tools", "images"));
  EXPECT_FALSE(action.state.has_value());  // None was sent.

  situation.SetState(
      R"({"prompt": "tell me", "options": {"max_tokens": 4096, "n": 1}})");
  action = ActionIn<DegradationAction>(situation.Ask(ThreeLevels()));
  ASSERT_TRUE(action.state.has_value());
  const JsonObject edited =
      Json(R"({"prompt": "tell", "options": {"max_tokens": 256, "n": 1}})");
  EXPECT_TRUE(Same(*action.state, edited)) << ToText(*action.state);
}

// With a margin of 5 %.
TEST(GracefulDegradationTest, SaysHowMuchWouldBeAccepted) {
  const struct {
    std::optional<SizeLimit> size;
    double keep_ratio;
  } kRows[] = {
      {SizeLimit{1000, 2000, "tokens"}, 0.475},
      {SizeLimit{128'000, 130'512, "tokens"}, 0.95 * 128'000 / 130'512},
      {SizeLimit{1, INT64_MAX, "bytes"}, 0.95 / 9223372036854775807.0},
      {SizeLimit{1000, 0, "tokens"}, 0},
      {SizeLimit{0, 2000, "tokens"}, 0},
      {SizeLimit{2000, 2000, "tokens"}, 0},
      {SizeLimit{2000, 1000, "tokens"}, 0},
      {std::nullopt, 0},
  };
  for (const auto& row : kRows) {
    Situation situation;
    situation.classification.size_limit = row.size;
    for (int level = 0; level < 3; ++level) {
      situation.progress.degradation_level = level;
      EXPECT_DOUBLE_EQ(
          ActionIn<DegradationAction>(situation.Ask(ThreeLevels())).keep_ratio,
          row.keep_ratio);
    }
  }
}

TEST(GracefulDegradationTest, SkipsLevelsTheCallerCannotRun) {
  const struct {
    std::vector<std::string> declared;
    std::string level;  // Empty: CAPABILITY_MISSING.
  } kRows[] = {
      {{"*"}, "no_streaming"},        {{"short"}, "short"},
      {{"tools", "images"}, "short"}, {{"tools"}, ""},
      {{"bare", "short"}, "short"},   {{}, ""},
  };
  for (const auto& row : kRows) {
    Situation situation;
    situation.failure.capabilities.declared = true;
    situation.failure.capabilities.degradations = row.declared;
    const StepAnswer answer = situation.Ask(ThreeLevels());
    if (row.level.empty()) {
      EXPECT_EQ(ReasonIn(answer), TraceReason::kCapabilityMissing);
    } else {
      EXPECT_EQ(ActionIn<DegradationAction>(answer).level_name, row.level);
    }
  }
}

TEST(GracefulDegradationTest, LevelsThatTheCallerDeclares) {
  const struct {
    std::vector<std::string> declared;
    std::vector<std::vector<std::string>> without;  // Of each level.
  } kRows[] = {
      {{"images", "tools"}, {{"images"}, {"images", "tools"}}},
      {{"*", "images", "", "images"}, {{"images"}}},
      {{"*"}, {}},
      {{}, {}},
  };
  for (const auto& row : kRows) {
    Situation situation;
    situation.failure.capabilities.declared = true;
    situation.failure.capabilities.degradations = row.declared;
    Cursor cursor;
    for (const std::vector<std::string>& without : row.without) {
      const StepAnswer answer = situation.Ask(GracefulDegradationStep());
      const auto action = ActionIn<DegradationAction>(answer);
      EXPECT_EQ(action.disable_features, without);
      EXPECT_EQ(action.level_name, without.back());
      EXPECT_EQ(action.level_count, static_cast<int>(row.without.size()));
      Advance(std::get<Action>(answer), situation.progress, cursor);
    }
    EXPECT_EQ(ReasonIn(situation.Ask(GracefulDegradationStep())),
              TraceReason::kNoLevelLeft);
  }
}

TEST(GracefulDegradationTest, FallbackValueAfterTheLevels) {
  GracefulDegradationStep step = ThreeLevels();
  step.fallback_value = JsonString("no answer today");
  Situation situation;
  situation.progress.degradation_level = 3;
  EXPECT_EQ(ActionIn<FallbackAction>(situation.Ask(step)).value.string_value(),
            "no answer today");
  // Or when none of them can be run.
  situation.progress.degradation_level = 0;
  situation.failure.capabilities.declared = true;
  ActionIn<FallbackAction>(situation.Ask(step));
}

TEST(GracefulDegradationTest, RefusedRerunLeavesTheFallbackValue) {
  GracefulDegradationStep step = ThreeLevels();
  Situation situation;
  situation.rerun_refused = TraceReason::kNotIdempotent;
  EXPECT_EQ(ReasonIn(situation.Ask(step)), TraceReason::kNotIdempotent);
  step.fallback_value = JsonNumber(0);
  ActionIn<FallbackAction>(situation.Ask(step));
}

TEST(GracefulDegradationTest, FallbackValueIsNotGivenForEver) {
  GracefulDegradationStep step;
  EXPECT_EQ(ReasonIn(Situation().Ask(step)), TraceReason::kNoLevelLeft);
  step.fallback_value = JsonNumber(0);
  Situation situation;
  ActionIn<FallbackAction>(situation.Ask(step));
  situation.granted = 1;
  EXPECT_EQ(ReasonIn(situation.Ask(step)), TraceReason::kNoLevelLeft);
}

// Levels used under another plan count: nobody goes back up.
TEST(GracefulDegradationTest, MoreLevelsUsedThanTheStepHas) {
  Situation situation;
  situation.progress.degradation_level = 9;
  EXPECT_EQ(ReasonIn(situation.Ask(ThreeLevels())), TraceReason::kNoLevelLeft);
}

}  // namespace
}  // namespace recourse

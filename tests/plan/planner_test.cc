#include "server/plan/planner.h"

#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/model/stable_hash.h"

namespace recourse {
namespace {

SharedPattern MakePattern(const std::string& id, Origin origin,
                          std::vector<Step> steps) {
  Pattern pattern;
  pattern.id = id;
  pattern.origin = origin;
  pattern.steps_hash = steps.size() + 100;
  pattern.steps = std::move(steps);
  return std::make_shared<const Pattern>(std::move(pattern));
}

TEST(ChoosePlanTest, Precedence) {
  const SharedPattern user =
      MakePattern("u", Origin::kUser, {RetryStep(), EscalationStep()});
  const SharedPattern library =
      MakePattern("l", Origin::kLibrary, {RetryStep()});
  const struct {
    SharedPattern winner;
    bool caller_steps;
    PlanSource source;
    const char* key;
    size_t step_count;
  } kRows[] = {
      {user, true, PlanSource::kUserPattern, "pattern:u", 2},
      {user, false, PlanSource::kUserPattern, "pattern:u", 2},
      {library, true, PlanSource::kCallerSteps, "caller", 3},
      {library, false, PlanSource::kLibraryPattern, "pattern:l", 1},
      {nullptr, true, PlanSource::kCallerSteps, "caller", 3},
      {nullptr, false, PlanSource::kCategoryDefault, "category:CONCURRENCY", 1},
  };
  const DefaultPlans defaults = BuiltInDefaultPlans();
  Classification classification;
  classification.category = Category::kConcurrency;
  classification.retryable = true;
  for (const auto& row : kRows) {
    Failure failure;
    if (row.caller_steps) {
      failure.caller_steps = {RetryStep(), RetryStep(), RetryStep()};
      failure.caller_steps_hash = 7;
    }
    const Plan plan = ChoosePlan(failure, classification, row.winner, defaults);
    EXPECT_EQ(plan.source, row.source) << row.key;
    EXPECT_EQ(plan.key, row.key);
    ASSERT_NE(plan.steps, nullptr);
    EXPECT_EQ(plan.steps->size(), row.step_count) << row.key;
  }
}

TEST(ChoosePlanTest, PatternWithoutStepsHasTheCategorysPlan) {
  const DefaultPlans defaults = BuiltInDefaultPlans();
  Classification classification;
  classification.category = Category::kRateLimit;
  classification.retryable = true;
  const DefaultPlan& expected =
      defaults[static_cast<size_t>(Category::kRateLimit)];
  for (const Origin origin : {Origin::kUser, Origin::kLibrary}) {
    const Plan plan = ChoosePlan(Failure(), classification,
                                 MakePattern("p", origin, {}), defaults);
    EXPECT_EQ(plan.key, "pattern:p");
    EXPECT_EQ(plan.steps, expected.steps);
    EXPECT_EQ(plan.steps_hash, expected.steps_hash);
  }
}

// A spent quota is not waited for, slots that become free are.
TEST(ChoosePlanTest, TheDefaultPlanRetriesWhatIsWorthIt) {
  const struct {
    Category category;
    bool retryable, never;
    const char* key;
    std::vector<Strategy> strategies;
  } kRows[] = {
      {Category::kRateLimit,
       true,
       false,
       "category:RATE_LIMIT",
       {Strategy::kRetry, Strategy::kAlternativePath}},
      {Category::kRateLimit,
       false,
       false,
       "category:RATE_LIMIT:not_retryable",
       {Strategy::kAlternativePath, Strategy::kEscalation}},
      // The retry step tells that it was the server's wish.
      {Category::kRateLimit,
       false,
       true,
       "category:RATE_LIMIT",
       {Strategy::kRetry, Strategy::kAlternativePath}},
      {Category::kIntegrity,
       false,
       false,
       "category:INTEGRITY",
       {Strategy::kRetry, Strategy::kEscalation}},
      {Category::kIntegrity,
       true,
       false,
       "category:INTEGRITY:retryable",
       {Strategy::kRetry, Strategy::kRetry, Strategy::kEscalation}},
      {Category::kUnknown, false, false, "category:UNKNOWN", {}},
  };
  DefaultPlans defaults = BuiltInDefaultPlans();
  for (const auto& row : kRows) {
    Classification classification;
    classification.category = row.category;
    classification.retryable = row.retryable;
    if (row.never) classification.retry_after = RetryAfter{.never = true};
    const Plan plan = ChoosePlan(Failure(), classification, nullptr, defaults);
    EXPECT_EQ(plan.key, row.key);
    std::vector<Strategy> strategies;
    for (const Step& step : *plan.steps) strategies.push_back(StrategyOf(step));
    EXPECT_EQ(strategies, row.strategies) << row.key;
  }
  // Two plans of one pattern have two keys, and whose own pattern it is has the
  // category's plan.
  Pattern own;
  own.id = "p";
  Pattern built_in = own;
  built_in.yields = true;
  Classification vain;
  vain.category = Category::kRateLimit;
  const auto plan_of = [&](const Pattern& pattern) {
    return ChoosePlan(Failure(), vain, std::make_shared<const Pattern>(pattern),
                      defaults);
  };
  EXPECT_EQ(plan_of(built_in).key, "pattern:p:not_retryable");
  EXPECT_EQ(plan_of(built_in).steps->size(), 2u);
  EXPECT_EQ(plan_of(own).key, "pattern:p");
  EXPECT_EQ(plan_of(own).steps,
            defaults[static_cast<size_t>(Category::kRateLimit)].steps);
  // A plan that somebody wrote is obeyed.
  DefaultPlan& written = defaults[static_cast<size_t>(Category::kRateLimit)];
  written.otherwise = nullptr;
  Classification classification;
  classification.category = Category::kRateLimit;
  EXPECT_EQ(ChoosePlan(Failure(), classification, nullptr, defaults).steps,
            written.steps);
}

TEST(ChoosePlanTest, EveryCategoryHasAPlan) {
  const DefaultPlans defaults = BuiltInDefaultPlans();
  for (size_t i = 0; i < kCategoryCount; ++i) {
    Classification classification;
    classification.category = static_cast<Category>(i);
    classification.retryable = IsRetryable(classification.category);
    const Plan plan = ChoosePlan(Failure(), classification, nullptr, defaults);
    ASSERT_NE(plan.steps, nullptr);
    EXPECT_EQ(plan.key,
              absl::StrCat("category:", Name(classification.category)));
  }
}

TEST(ChoosePlanTest, PlanOutlivesWhatItWasChosenFrom) {
  Plan from_pattern, from_caller;
  {
    const DefaultPlans defaults = BuiltInDefaultPlans();
    Failure failure;
    failure.caller_steps = {EscalationStep{.assignee = "somebody"}};
    const SharedPattern pattern = MakePattern(
        "p", Origin::kUser, {EscalationStep{.assignee = "anybody"}});
    from_pattern = ChoosePlan(failure, {}, pattern, defaults);
    from_caller = ChoosePlan(failure, {}, nullptr, defaults);
  }
  EXPECT_EQ(std::get<EscalationStep>(from_pattern.steps->at(0)).assignee,
            "anybody");
  EXPECT_EQ(std::get<EscalationStep>(from_caller.steps->at(0)).assignee,
            "somebody");
}

Plan NamedPlan(const std::string& key, uint64_t steps_hash) {
  Plan plan;
  plan.key = key;
  plan.steps_hash = steps_hash;
  plan.steps = std::make_shared<const std::vector<Step>>();
  return plan;
}

TEST(EnterPlanTest, StartsContinuesSwitchesAndComesBack) {
  Progress progress;
  std::vector<StepTrace> trace;
  Cursor& first = EnterPlan(NamedPlan("a", 1), progress, trace);
  EXPECT_EQ(first, (Cursor{StableHash("a"), 1, 0, 0}));
  EXPECT_TRUE(trace.empty());  // Nothing to switch from.
  first.step = 2;
  first.granted = 3;

  EXPECT_EQ(EnterPlan(NamedPlan("a", 1), progress, trace),
            (Cursor{StableHash("a"), 1, 2, 3}));
  EXPECT_TRUE(trace.empty());

  EXPECT_EQ(EnterPlan(NamedPlan("b", 1), progress, trace),
            (Cursor{StableHash("b"), 1, 0, 0}));
  ASSERT_EQ(trace.size(), 1u);
  EXPECT_EQ(trace[0].reason, TraceReason::kPlanSwitched);
  EXPECT_EQ(trace[0].step, -1);

  EXPECT_EQ(EnterPlan(NamedPlan("a", 1), progress, trace),
            (Cursor{StableHash("a"), 1, 2, 3}));
  EXPECT_EQ(trace.size(), 2u);
  EXPECT_EQ(progress.cursors.size(), 2u);
  EXPECT_EQ(progress.cursors.back().plan, StableHash("a"));
}

TEST(EnterPlanTest, EditedStepsStartAgainAndTotalsKeepCounting) {
  Progress progress;
  progress.total_attempts = 6;
  progress.alternatives_tried = {5};
  progress.degradation_level = 2;
  progress.last_delay = absl::Seconds(9);
  progress.cursors = {{StableHash("a"), 1, 2, 3}};
  Progress expected = progress;
  expected.cursors = {{StableHash("a"), 2, 0, 0}};
  std::vector<StepTrace> trace;
  EnterPlan(NamedPlan("a", 2), progress, trace);
  EXPECT_EQ(progress, expected);
  ASSERT_EQ(trace.size(), 1u);
  EXPECT_EQ(trace[0].reason, TraceReason::kPlanSwitched);
}

TEST(EnterPlanTest, ForgetsTheLeastRecent) {
  Progress progress;
  std::vector<StepTrace> trace;
  for (int i = 0; i < 8; ++i) {
    EnterPlan(NamedPlan(std::to_string(i), 1), progress, trace).granted = 1;
  }
  EnterPlan(NamedPlan("0", 1), progress, trace);  // Now "1" is the oldest.
  EXPECT_EQ(EnterPlan(NamedPlan("new", 1), progress, trace).granted, 0);
  EXPECT_EQ(progress.cursors.size(), kMaxCursors);
  EXPECT_EQ(EnterPlan(NamedPlan("0", 1), progress, trace).granted, 1);
  EXPECT_EQ(EnterPlan(NamedPlan("1", 1), progress, trace).granted, 0);
}

// The cursor against a plain walk over everything that ever happened.
TEST(EnterPlanTest, AgreesWithAListWalk) {
  struct Event {
    std::string key;
    uint64_t hash;
  };
  std::mt19937_64 gen(11);
  for (int round = 0; round < 200; ++round) {
    Progress progress;
    std::vector<Event> history;
    std::map<std::string, uint64_t> hashes;
    const int plans = 1 + static_cast<int>(gen() % 8);  // None is forgotten.
    for (int i = 0; i < 100; ++i) {
      const std::string key = absl::StrCat("plan", gen() % plans);
      if (gen() % 10 == 0) ++hashes[key];
      std::vector<StepTrace> trace;
      Cursor& cursor = EnterPlan(NamedPlan(key, hashes[key]), progress, trace);
      // Answers since the steps were last edited, two a step.
      int answers = 0;
      bool edited = false;
      for (const Event& event : history) {
        if (event.key != key) continue;
        edited = event.hash != hashes[key];
        answers = edited ? 0 : answers + 1;
      }
      ASSERT_EQ(cursor.step, answers / 2);
      ASSERT_EQ(cursor.granted, answers % 2);
      const bool switched = !history.empty() && history.back().key != key;
      ASSERT_EQ(trace.size(), (switched ? 1u : 0u) + (edited ? 1u : 0u));
      if (++cursor.granted == 2) {
        ++cursor.step;
        cursor.granted = 0;
      }
      history.push_back({key, hashes[key]});
    }
  }
}

}  // namespace
}  // namespace recourse

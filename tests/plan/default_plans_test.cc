#include <set>

#include "gtest/gtest.h"
#include "server/plan/planner.h"

namespace recourse {
namespace {

using absl::Milliseconds;
using absl::Seconds;

const DefaultPlan& Of(const DefaultPlans& plans, Category category) {
  return plans[static_cast<size_t>(category)];
}

std::vector<Strategy> StrategiesOf(const DefaultPlan& plan) {
  std::vector<Strategy> strategies;
  for (const Step& step : *plan.steps) strategies.push_back(StrategyOf(step));
  return strategies;
}

TEST(BuiltInDefaultPlansTest, StepsOfEachCategory) {
  const auto kRetry = Strategy::kRetry;
  const auto kAlternative = Strategy::kAlternativePath;
  const auto kEscalation = Strategy::kEscalation;
  const struct {
    Category category;
    std::vector<Strategy> strategies;
  } kRows[] = {
      {Category::kTransient, {kRetry, kAlternative}},
      {Category::kConnection, {kRetry, kAlternative}},
      {Category::kTimeout, {kRetry, kAlternative}},
      {Category::kRateLimit, {kRetry, kAlternative}},
      {Category::kConcurrency, {kRetry}},
      {Category::kIntegrity, {kRetry, kEscalation}},
      {Category::kAuthentication, {kRetry, kEscalation}},
      {Category::kResource,
       {kRetry, Strategy::kGracefulDegradation, kEscalation}},
      {Category::kPermanent, {Strategy::kErrorCorrection}},
      {Category::kUnknown, {}},
      {Category::kUnspecified, {}},
  };
  ASSERT_EQ(std::size(kRows), kCategoryCount);
  const DefaultPlans plans = BuiltInDefaultPlans();
  for (const auto& row : kRows) {
    EXPECT_EQ(StrategiesOf(Of(plans, row.category)), row.strategies)
        << Name(row.category);
  }
}

TEST(BuiltInDefaultPlansTest, OtherwiseWithoutOrWithAPlainRetry) {
  const DefaultPlans plans = BuiltInDefaultPlans();
  for (size_t i = 0; i < kCategoryCount; ++i) {
    const auto category = static_cast<Category>(i);
    const DefaultPlan* const otherwise = plans[i].otherwise.get();
    const bool says_something =
        category != Category::kUnknown && category != Category::kUnspecified;
    ASSERT_EQ(otherwise != nullptr, says_something) << Name(category);
    if (!says_something) continue;
    EXPECT_NE(otherwise->steps_hash, plans[i].steps_hash) << Name(category);
    const auto* retry = std::get_if<RetryStep>(&otherwise->steps->front());
    const bool retries = retry != nullptr && retry->remediation.empty();
    EXPECT_EQ(retries, !IsRetryable(category)) << Name(category);
  }
}

TEST(BuiltInDefaultPlansTest, Retries) {
  const struct {
    Category category;
    int max_retries;
    Backoff backoff;
    absl::Duration base_delay, max_delay;
    Jitter jitter;
    const char* remediation;
  } kRows[] = {
      {Category::kTransient, 3, Backoff::kExponential, Seconds(1), Seconds(60),
       Jitter::kFull, ""},
      {Category::kConnection, 3, Backoff::kExponential, Seconds(1), Seconds(60),
       Jitter::kFull, ""},
      {Category::kTimeout, 3, Backoff::kExponential, Seconds(1), Seconds(60),
       Jitter::kFull, ""},
      {Category::kRateLimit, 5, Backoff::kExponential, Seconds(1), Seconds(60),
       Jitter::kEqual, ""},
      {Category::kConcurrency, 5, Backoff::kExponential, Milliseconds(50),
       Seconds(1), Jitter::kFull, ""},
      {Category::kIntegrity, 1, Backoff::kNone, Seconds(1), Seconds(60),
       Jitter::kFull, "refetch"},
      {Category::kAuthentication, 1, Backoff::kNone, Seconds(1), Seconds(60),
       Jitter::kFull, "refresh_credentials"},
      {Category::kResource, 1, Backoff::kNone, Seconds(1), Seconds(60),
       Jitter::kFull, "free_resources"},
  };
  const DefaultPlans plans = BuiltInDefaultPlans();
  for (const auto& row : kRows) {
    const auto& step =
        std::get<RetryStep>(Of(plans, row.category).steps->front());
    EXPECT_EQ(step.max_retries, row.max_retries) << Name(row.category);
    EXPECT_EQ(step.backoff, row.backoff) << Name(row.category);
    EXPECT_EQ(step.base_delay, row.base_delay) << Name(row.category);
    EXPECT_EQ(step.max_delay, row.max_delay) << Name(row.category);
    EXPECT_EQ(step.jitter, row.jitter) << Name(row.category);
    EXPECT_EQ(step.remediation, row.remediation) << Name(row.category);
    EXPECT_EQ(step.factor, 2) << Name(row.category);
    EXPECT_EQ(step.timeout_multiplier, 1) << Name(row.category);
    EXPECT_EQ(step.max_retry_after, absl::Minutes(10)) << Name(row.category);
  }
}

TEST(BuiltInDefaultPlansTest, EscalatesToTheLogWithoutWaiting) {
  const DefaultPlans plans = BuiltInDefaultPlans();
  for (const Category category :
       {Category::kIntegrity, Category::kResource, Category::kAuthentication}) {
    const auto& step =
        std::get<EscalationStep>(Of(plans, category).steps->back());
    EXPECT_TRUE(step.channels.empty());
    EXPECT_FALSE(step.pause_workflow);
  }
}

// Tokens in the field hold these hashes: equal steps, equal hash, for ever.
TEST(BuiltInDefaultPlansTest, HashesAreThoseOfTheSteps) {
  const DefaultPlans plans = BuiltInDefaultPlans();
  const DefaultPlans again = BuiltInDefaultPlans();
  std::set<uint64_t> hashes;
  for (size_t i = 0; i < kCategoryCount; ++i) {
    EXPECT_EQ(plans[i].steps_hash, again[i].steps_hash);
    hashes.insert(plans[i].steps_hash);
  }
  // Three share one plan, and two have none.
  EXPECT_EQ(hashes.size(), kCategoryCount - 3);
  EXPECT_EQ(Of(plans, Category::kTransient).steps_hash,
            Of(plans, Category::kTimeout).steps_hash);
  EXPECT_EQ(Of(plans, Category::kTransient).steps_hash, 8043672147927940020u);
}

}  // namespace
}  // namespace recourse

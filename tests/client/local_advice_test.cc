#include "client/cpp/local_advice.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/client/scripted_server.h"

namespace recourse {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);

TEST(LocalAdvice, PlansEndAndBelongToTheirTarget) {
  LocalAdvice advice;
  advice.Learn(
      "a", FromText<v1::LocalPlan>("max_retries: 7 valid_for { seconds: 9 }"),
      kNow);
  EXPECT_EQ(advice.PlanFor("a", kNow).max_retries(), 7);
  EXPECT_EQ(advice.PlanFor("b", kNow).max_retries(), 2);
  EXPECT_EQ(advice.PlanFor("a", kNow + absl::Seconds(9)).max_retries(), 2);
}

TEST(LocalAdvice, PlanWithoutEndHoldsTheDefaultTime) {
  LocalAdvice advice;
  advice.Learn("a", FromText<v1::LocalPlan>("max_retries: 7"), kNow);
  const absl::Time end = kNow + LocalAdvice::kDefaultValidity;
  EXPECT_EQ(advice.PlanFor("a", end - absl::Seconds(1)).max_retries(), 7);
  EXPECT_EQ(advice.PlanFor("a", end).max_retries(), 2);
}

TEST(LocalAdvice, ForgetsTheSoonestToEndWhenFull) {
  LocalAdvice advice;
  for (size_t i = 0; i <= LocalAdvice::kMaxTargets; ++i) {
    v1::LocalPlan plan = FromText<v1::LocalPlan>("max_retries: 7");
    plan.mutable_valid_for()->set_seconds(100 + i);
    advice.Learn(absl::StrCat("t", i), plan, kNow);
  }
  EXPECT_EQ(advice.PlanFor("t0", kNow).max_retries(), 2);
  EXPECT_EQ(advice.PlanFor("t1", kNow).max_retries(), 7);
}

TEST(LocalAdvice, FirstCallsRefillTheBudget) {
  LocalAdvice advice;
  advice.Learn("a", FromText<v1::LocalPlan>("retry_budget_ratio: 0.5"), kNow);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(advice.TakeRetry("a")) << i;
  EXPECT_FALSE(advice.TakeRetry("a"));
  advice.CountFirstCall("a");
  EXPECT_FALSE(advice.TakeRetry("a"));
  advice.CountFirstCall("a");
  EXPECT_TRUE(advice.TakeRetry("a"));
  EXPECT_TRUE(advice.TakeRetry("b"));
}

TEST(LocalAdvice, WithoutPlanFiveFirstCallsPayForOneRetry) {
  LocalAdvice advice;
  while (advice.TakeRetry("a")) {
  }
  for (int i = 0; i < 4; ++i) advice.CountFirstCall("a");
  EXPECT_FALSE(advice.TakeRetry("a"));
  // A fifth of a call is no binary fraction: six are surely enough.
  for (int i = 0; i < 2; ++i) advice.CountFirstCall("a");
  EXPECT_TRUE(advice.TakeRetry("a"));
}

TEST(LocalAdvice, OneProbePerBypassAndSuccessEndsIt) {
  LocalAdvice advice;
  for (int i = 0; i < LocalAdvice::kFailuresToBypass; ++i) {
    EXPECT_TRUE(advice.MayAsk(kNow));
    advice.AskFailed(kNow);
  }
  EXPECT_FALSE(advice.MayAsk(kNow));
  const absl::Time later = kNow + LocalAdvice::kBypass;
  EXPECT_TRUE(advice.MayAsk(later));
  EXPECT_FALSE(advice.MayAsk(later));
  advice.AskSucceeded();
  EXPECT_TRUE(advice.MayAsk(later));
}

}  // namespace
}  // namespace recourse

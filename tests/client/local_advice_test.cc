#include "client/cpp/local_advice.h"

#include "absl/strings/str_cat.h"
#include "client/cpp/ask_breaker.h"
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
  EXPECT_EQ(advice.PlanFor("a", kNow)->max_retries(), 7);
  EXPECT_FALSE(advice.PlanFor("b", kNow).has_value());
  EXPECT_FALSE(advice.PlanFor("a", kNow + absl::Seconds(9)).has_value());
}

TEST(LocalAdvice, PlanWithoutEndHoldsTheDefaultTime) {
  LocalAdvice advice;
  advice.Learn("a", FromText<v1::LocalPlan>("max_retries: 7"), kNow);
  const absl::Time end = kNow + LocalAdvice::kDefaultValidity;
  EXPECT_TRUE(advice.PlanFor("a", end - absl::Seconds(1)).has_value());
  EXPECT_FALSE(advice.PlanFor("a", end).has_value());
}

TEST(LocalAdvice, WhatAPlanLeavesOutIsTheDefaults) {
  LocalAdvice advice;
  advice.Learn("a", FromText<v1::LocalPlan>("max_retries: 7"), kNow);
  const v1::LocalPlan plan = *advice.PlanFor("a", kNow);
  EXPECT_EQ(plan.factor(), 2);
  EXPECT_EQ(plan.max_delay().seconds(), 2);
}

TEST(LocalAdvice, ForgetsTheSoonestToEndWhenFull) {
  LocalAdvice advice;
  for (size_t i = 0; i <= LocalAdvice::kMaxTargets; ++i) {
    v1::LocalPlan plan = FromText<v1::LocalPlan>("max_retries: 7");
    plan.mutable_valid_for()->set_seconds(static_cast<int64_t>(100 + i));
    advice.Learn(absl::StrCat("t", i), plan, kNow);
  }
  EXPECT_FALSE(advice.PlanFor("t0", kNow).has_value());
  EXPECT_TRUE(advice.PlanFor("t1", kNow).has_value());
}

TEST(LocalAdvice, CallsRefillTheBudget) {
  LocalAdvice advice;
  advice.Learn("a", FromText<v1::LocalPlan>("retry_budget_ratio: 0.5"), kNow);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(advice.TakeRetry("a")) << i;
  EXPECT_FALSE(advice.TakeRetry("a"));
  advice.AddCalls("a", 1);
  EXPECT_FALSE(advice.TakeRetry("a"));
  advice.AddCalls("a", 1);
  EXPECT_TRUE(advice.TakeRetry("a"));
  EXPECT_TRUE(advice.TakeRetry("b"));
  advice.AddCalls("b", 1'000'000);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(advice.TakeRetry("b")) << i;
  EXPECT_FALSE(advice.TakeRetry("b"));
}

TEST(AskBreaker, OneProbePerBypassAndAnAnswerEndsIt) {
  AskBreaker breaker;
  for (int i = 0; i < AskBreaker::kFailuresToBypass; ++i) {
    EXPECT_TRUE(breaker.Begin(kNow));
    breaker.End(AskBreaker::Fate::kFailed, kNow);
  }
  EXPECT_FALSE(breaker.Begin(kNow));
  const absl::Time later = kNow + AskBreaker::kBypass;
  EXPECT_TRUE(breaker.Begin(later));
  EXPECT_FALSE(breaker.Begin(later));
  breaker.End(AskBreaker::Fate::kCancelled, later);
  EXPECT_TRUE(breaker.Begin(later));  // The next one probes.
  breaker.End(AskBreaker::Fate::kAnswered, later);
  EXPECT_TRUE(breaker.Begin(later));
  EXPECT_TRUE(breaker.Begin(later));
}

TEST(AskBreaker, WordOfTheServerLetsAProbeGoAtOnce) {
  AskBreaker breaker;
  for (int i = 0; i < AskBreaker::kFailuresToBypass; ++i) {
    EXPECT_TRUE(breaker.Begin(kNow));
    breaker.End(AskBreaker::Fate::kFailed, kNow);
  }
  breaker.Alive();
  EXPECT_TRUE(breaker.Begin(kNow));
  EXPECT_FALSE(breaker.Begin(kNow));
}

TEST(AskBreaker, NeverMoreThanSoManyAtOnce) {
  AskBreaker breaker;
  for (int i = 0; i < AskBreaker::kMaxInFlight; ++i) {
    EXPECT_TRUE(breaker.Begin(kNow));
  }
  EXPECT_FALSE(breaker.Begin(kNow));
  breaker.End(AskBreaker::Fate::kAnswered, kNow);
  EXPECT_TRUE(breaker.Begin(kNow));
}

}  // namespace
}  // namespace recourse

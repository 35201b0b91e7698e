#include "client/cpp/sites.h"

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/scripted_server.h"

namespace recourse {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);

v1::Circuit Circuit(const std::string& text) {
  return FromText<v1::Circuit>("target: 'svc' " + text);
}

TEST(Sites, CountsOfManyThreadsAreToldOnce) {
  Sites sites;
  Site& site = sites.Find("svc");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) site.CountCall();
    });
  }
  for (std::thread& thread : threads) thread.join();
  sites.CountFailure(site, {.against_target = true, .slow = true}, kNow);
  sites.CountFailure(site, {}, kNow);
  const auto told = sites.TakeAll(kNow);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].target(), "svc");
  EXPECT_EQ(told[0].counts().calls(), 4002);
  EXPECT_EQ(told[0].counts().failures(), 1);
  EXPECT_EQ(told[0].counts().slow_calls(), 1);
  EXPECT_TRUE(sites.TakeAll(kNow).empty());
}

TEST(Sites, WhatAnAskCarriesIsNotToldAgain) {
  Sites sites;
  Site& site = sites.Find("svc");
  site.CountCall();
  EXPECT_EQ(sites.Take(site, kNow)->counts().calls(), 1);
  EXPECT_FALSE(sites.Take(site, kNow).has_value());
  EXPECT_TRUE(sites.TakeAll(kNow).empty());
  EXPECT_EQ(sites.NewFirstCalls(site), 1);  // The budget has its own account.
  EXPECT_EQ(sites.NewFirstCalls(site), 0);
}

TEST(Sites, RepeatedCallsDoNotFillTheBudget) {
  Sites sites;
  Site& site = sites.Find("svc");
  sites.CountFailure(site, {.against_target = true}, kNow);
  sites.CountFailure(site, {.repeated = true}, kNow);
  sites.CountSuccess(site, {.repeated = true}, kNow);
  EXPECT_EQ(sites.NewFirstCalls(site), 1);
  EXPECT_EQ(sites.Take(site, kNow)->counts().calls(), 3);
}

TEST(Sites, PeriodIsTheTimeSinceTheLastReport) {
  Sites sites;
  Site& site = sites.Find("svc");
  site.CountCall();
  EXPECT_EQ(sites.TakeAll(kNow)[0].counts().period().seconds(), 1);
  site.CountCall();
  EXPECT_EQ(
      sites.TakeAll(kNow + absl::Seconds(7))[0].counts().period().seconds(), 7);
  site.CountCall();
  EXPECT_EQ(sites.TakeAll(kNow + absl::Hours(1))[0].counts().period().seconds(),
            300);
}

TEST(Sites, BeyondTheLimitNothingIsCounted) {
  Sites sites;
  for (size_t i = 0; i < Sites::kMaxTargets; ++i) {
    sites.Find(absl::StrCat("t", i)).CountCall();
  }
  Site& further = sites.Find("one too many");
  further.CountCall();
  sites.CountFailure(further, {.against_target = true}, kNow);
  EXPECT_EQ(&further, &sites.Find(""));
  EXPECT_EQ(sites.TakeAll(kNow).size(), Sites::kMaxTargets);
  EXPECT_EQ(&sites.Find("t7"), &sites.Find("t7"));
}

// The server would refuse the sums of all targets for it.
TEST(Sites, TargetsThatTheServerRefusesAreNotCounted) {
  const struct {
    size_t bytes;
    bool counted;
  } kCases[] = {{1, true}, {256, true}, {257, false}, {100'000, false}};
  for (const auto& test : kCases) {
    Sites sites;
    Site& site = sites.Find(std::string(test.bytes, 'x'));
    site.CountCall();
    sites.CountFailure(site, {.against_target = true}, kNow);
    EXPECT_EQ(sites.TakeAll(kNow).size(), test.counted ? 1u : 0u) << test.bytes;
  }
}

TEST(Sites, StatesThatGate) {
  const struct {
    const char* state;
    bool gates;
  } kCases[] = {
      {"CIRCUIT_STATE_CLOSED", false},
      {"CIRCUIT_STATE_OPEN", true},
      {"CIRCUIT_STATE_HALF_OPEN", true},
      {"CIRCUIT_STATE_FORCED_OPEN", true},
      {"CIRCUIT_STATE_DISABLED", false},
      {"CIRCUIT_STATE_SHADOW", false},
      {"CIRCUIT_STATE_FORCED_CLOSED", false},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.state);
    for (const char* whose : {"", "caller { service: 'me' }"}) {
      Sites sites;
      sites.StreamBegins();
      Site& site = sites.Find("svc");
      sites.Tell(Circuit(absl::StrCat("state: ", test.state, " ", whose)),
                 kNow);
      EXPECT_EQ(site.special(), test.gates);
      EXPECT_EQ(sites.Gates(site, kNow), test.gates);
      sites.Tell(Circuit(absl::StrCat("state: CIRCUIT_STATE_CLOSED ", whose)),
                 kNow);
      EXPECT_FALSE(site.special());
    }
  }
}

TEST(Sites, CircuitToldBeforeTheTargetIsKnown) {
  Sites sites;
  sites.StreamBegins();
  sites.Tell(Circuit("state: CIRCUIT_STATE_OPEN"), kNow);
  EXPECT_TRUE(sites.Gates(sites.Find("svc"), kNow));
  EXPECT_FALSE(sites.Gates(sites.Find("other"), kNow));
}

TEST(Sites, WithoutAStreamAnOpenCircuitIsBelievedForItsTime) {
  Sites sites;
  sites.StreamBegins();
  Site& site = sites.Find("svc");
  sites.Tell(
      Circuit("state: CIRCUIT_STATE_OPEN open_remaining { seconds: 30 }"),
      kNow);
  const absl::Time later = kNow + absl::Seconds(31);
  EXPECT_TRUE(sites.Gates(site, later));  // The stream would say otherwise.
  EXPECT_EQ(sites.OpenRemaining(site, kNow), absl::Seconds(30));
  sites.StreamEnds();
  EXPECT_TRUE(sites.Gates(site, kNow));
  EXPECT_FALSE(sites.Gates(site, later));
  EXPECT_EQ(sites.OpenRemaining(site, later), absl::ZeroDuration());
}

TEST(Sites, ANewStreamForgetsWhatItDoesNotTell) {
  Sites sites;
  sites.StreamBegins();
  Site& site = sites.Find("svc");
  sites.Tell(Circuit("state: CIRCUIT_STATE_OPEN"), kNow);
  sites.StreamEnds();
  sites.StreamBegins();
  EXPECT_FALSE(sites.Gates(site, kNow));
}

TEST(Sites, OwnBreakerHoldsOnlyWhereTheServerKeepsNone) {
  Sites sites;
  Site& site = sites.Find("svc");
  for (int i = 0; i < 10; ++i)
    sites.CountFailure(site, {.against_target = true}, kNow);
  EXPECT_FALSE(sites.Gates(site, kNow));
  sites.HoldAlone(kNow);
  for (int i = 1; i < Sites::kOwnFailures; ++i) {
    sites.CountFailure(site, {.against_target = true}, kNow);
  }
  EXPECT_FALSE(sites.Gates(site, kNow));
  EXPECT_TRUE(site.special());
  sites.CountFailure(site, {.against_target = true}, kNow);
  EXPECT_TRUE(sites.Gates(site, kNow));
  EXPECT_EQ(sites.OpenRemaining(site, kNow), Sites::kOwnOpen);
}

TEST(Sites, OwnBreakerClosesByTwoTrialsAndReopensByOneFailure) {
  Sites sites;
  Site& site = sites.Find("svc");
  sites.HoldAlone(kNow);
  for (int i = 0; i < Sites::kOwnFailures; ++i) {
    sites.CountFailure(site, {.against_target = true}, kNow);
  }
  absl::Time now = kNow + Sites::kOwnOpen;
  EXPECT_FALSE(sites.Gates(site, now));  // A trial.
  sites.CountFailure(site, {.against_target = true}, now);
  EXPECT_TRUE(sites.Gates(site, now));
  now += Sites::kOwnOpen;
  for (int i = 0; i < Sites::kOwnSuccesses; ++i) {
    EXPECT_TRUE(site.special());
    EXPECT_FALSE(sites.Gates(site, now));
    sites.CountSuccess(site, {}, now);
  }
  EXPECT_FALSE(site.special());
}

TEST(Sites, ASuccessBreaksTheRowAndTheEndOfHoldingForgetsIt) {
  Sites sites;
  Site& site = sites.Find("svc");
  sites.HoldAlone(kNow);
  sites.CountFailure(site, {.against_target = true}, kNow);
  sites.CountSuccess(site, {}, kNow);
  EXPECT_FALSE(site.special());
  sites.CountFailure(site, {.against_target = true}, kNow);
  sites.CountSuccess(site, {}, kNow + Sites::kOwnHolds);
  EXPECT_FALSE(site.special());
}

}  // namespace
}  // namespace recourse

// Circuits of a target: when they open, how they close.
#include <algorithm>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tests/guard/guard_fixture.h"

namespace recourse {
namespace {

using BreakerTest = GuardFixture;

// CB15 (a): one of ten callers fails always.
TEST_F(BreakerTest, OneBadCallerOfTenOpensItsOwnCircuitAlone) {
  for (int second = 0; second < 30; ++second) {
    for (int i = 0; i < 9; ++i) Tell(Instance(i), 10, 0);
    Tell(Instance(9), 10, 10);
    Pass(absl::Seconds(1));
    EXPECT_EQ(SharedState(), CircuitState::kClosed);
  }
  const auto own = OwnCircuit(Instance(9));
  ASSERT_TRUE(own);
  EXPECT_EQ(own->state, CircuitState::kOpen);
  EXPECT_TRUE(guard.IsOpen(Instance(9), now));
  for (int i = 0; i < 9; ++i) {
    EXPECT_FALSE(guard.IsOpen(Instance(i), now));
    EXPECT_TRUE(Runs(FirstCall(Instance(i))));
  }
}

// The same where the bad one makes most of the calls.
TEST_F(BreakerTest, OneBadCallerWithMostOfTheCallsCutsOffNobodyElse) {
  settings.breaker.consecutive_failures = 0;
  settings.breaker.failure_rate = 0.5;
  for (int second = 0; second < 30; ++second) {
    for (int i = 0; i < 9; ++i) Tell(Instance(i), 10, 0);
    Tell(Instance(9), 1000, 900);
    Pass(absl::Seconds(1));
    EXPECT_EQ(SharedState(), CircuitState::kClosed) << second;
  }
}

// CB15 (b): a quorum reports 60 % of failures.
TEST_F(BreakerTest, QuorumOpensForAllWithinOneReport) {
  settings.breaker.consecutive_failures = 0;
  for (int i = 0; i < 10; ++i) Tell(Instance(i), 1, 0);
  for (int i = 0; i < 10; ++i) {
    if (Shared().failing_callers < 3) {
      EXPECT_EQ(SharedState(), CircuitState::kClosed) << i;
    }
    Tell(Instance(i), 10, 6);
  }
  EXPECT_EQ(SharedState(), CircuitState::kOpen);
  EXPECT_TRUE(guard.IsOpen(Instance(7), now)) << "also who told nothing";
  ASSERT_FALSE(changes.empty());
  EXPECT_TRUE(changes.back().shared);
  EXPECT_EQ(changes.back().state, CircuitState::kOpen);
}

// CB6, of one caller's own circuit: rates of at least 5 calls in 20 s.
class Cb6Test : public GuardFixture {
 protected:
  void SetUp() override {
    settings.breaker.consecutive_failures = 0;
    settings.breaker.failure_rate = 0.5;
    settings.breaker.slow_call_rate = 0.5;
    settings.breaker.min_calls = 5;
    settings.breaker.window = absl::Seconds(20);
    settings.breaker.caller_open_duration = absl::Seconds(5);
    settings.breaker.half_open_permits = 4;
  }

  // Calls one by one: F failed, S did not, L took too long.
  void Calls(absl::string_view calls) {
    for (const char call : calls) {
      Tell(Instance(0), 1, call == 'F', call == 'L');
    }
  }
  CircuitState State() {
    const auto own = OwnCircuit(Instance(0));
    return own ? own->state : CircuitState::kClosed;
  }
};

TEST_F(Cb6Test, OpensAtTheRate) {
  const struct {
    const char* calls;
    CircuitState state;
  } kRows[] = {
      {"FFSS", CircuitState::kClosed},    // Too few.
      {"SSFFF", CircuitState::kOpen},     // 60 %.
      {"SSSFF", CircuitState::kClosed},   // 40 %.
      {"SSSFFF", CircuitState::kOpen},    // 50 %.
      {"SSLLL", CircuitState::kOpen},     // 60 % slow.
      {"SSSLL", CircuitState::kClosed},   // 40 % slow.
      {"SSFLFL", CircuitState::kClosed},  // A third each.
      {"FFFSS", CircuitState::kClosed},   // The last call is no bad news.
      {"FFFSSF", CircuitState::kOpen},
  };
  for (const auto& row : kRows) {
    guard.Reset("default", kTarget, now);
    Calls(row.calls);
    EXPECT_EQ(State(), row.state) << row.calls;
  }
}

TEST_F(Cb6Test, OldCallsLeaveTheRate) {
  Calls("FF");
  Pass(absl::Seconds(19));
  Calls("SSS");
  Pass(absl::Seconds(2));
  Calls("SF");
  EXPECT_EQ(State(), CircuitState::kClosed) << "1 of 5";
  Calls("FF");
  EXPECT_EQ(State(), CircuitState::kClosed) << "3 of 7";
  Calls("F");
  EXPECT_EQ(State(), CircuitState::kOpen) << "4 of 8";
}

TEST_F(Cb6Test, RefusesThenTriesThenFreesPlaces) {
  Calls("SSFFF");
  const auto ask = [this] {
    AdmitRequest request = Request(Instance(0));
    request.first_call = true;
    request.time_remaining = absl::Seconds(1);
    return guard.Admit(request, now);
  };
  Pass(absl::Seconds(3));
  EXPECT_EQ(ReasonOf(ask()), TraceReason::kBreakerOpen);
  EXPECT_EQ(State(), CircuitState::kOpen);
  Pass(absl::Seconds(3));
  std::vector<Grant> trials;
  for (int i = 0; i < 4; ++i) {
    const AdmitAnswer answer = ask();
    ASSERT_TRUE(Runs(answer)) << i;
    trials.push_back(std::get<Admitted>(answer).grant);
  }
  EXPECT_EQ(State(), CircuitState::kHalfOpen);
  EXPECT_FALSE(Runs(ask()));
  guard.Release("default", trials[0], now);
  EXPECT_TRUE(Runs(ask()));
  EXPECT_FALSE(Runs(ask()));
}

TEST_F(BreakerTest, OneKnownCallerNeverOpensTheSharedCircuit) {
  Tell(Instance(0), 1000, 1000);
  EXPECT_EQ(SharedState(), CircuitState::kClosed);
  ASSERT_TRUE(OwnCircuit(Instance(0)));
}

// CB15 (c): the lease of a trial whose owner died ends, and another is granted.
TEST_F(BreakerTest, DeadTrialIsReplaced) {
  OpenShared();
  Pass(absl::Seconds(6));
  EXPECT_TRUE(Runs(FirstCall(Instance(0))));
  EXPECT_FALSE(Runs(FirstCall(Instance(1)))) << "one trial at a time";
  Pass(absl::Milliseconds(5000));
  EXPECT_FALSE(Runs(FirstCall(Instance(1)))) << "lease: 100 ms and 5 s";
  Pass(absl::Milliseconds(200));
  EXPECT_TRUE(Runs(FirstCall(Instance(1))));
}

// CB15 (d).
TEST_F(BreakerTest, LateOutcomesAreCountedAndChangeNothing) {
  OpenShared();
  Pass(absl::Seconds(6));
  const Grant trial = MustAdmit(Request(Instance(0)));
  ASSERT_NE(trial.stamp.permit, 0u);
  Pass(absl::Minutes(1));
  const int64_t epoch = Shared().epoch;
  guard.Settle("default", trial.stamp, RunOutcome::kFailure, now);
  EXPECT_EQ(SharedState(), CircuitState::kHalfOpen);
  EXPECT_EQ(Shared().epoch, epoch);
  EXPECT_EQ(Shared().late_outcomes, 1);
  // A run granted before it opened.
  GrantStamp old = trial.stamp;
  old.permit = 0;
  old.epoch = 0;
  guard.Settle("default", old, RunOutcome::kSuccess, now);
  EXPECT_EQ(Shared().late_outcomes, 2);
}

// CB15 (e): 1, 1, 2, 4, 8, ... at a time, and CLOSED at the rate of before.
TEST_F(BreakerTest, WavesDouble) {
  OpenShared(10);
  Pass(absl::Seconds(6));
  std::vector<int> sizes;
  for (int step = 0; step < 200 && SharedState() != CircuitState::kClosed;
       ++step) {
    std::vector<GrantStamp> running;
    const int size = Shared().wave_size;
    for (int i = 0; i < 100; ++i) {
      const AdmitAnswer answer = FirstCall(Instance(i % 10));
      if (Runs(answer)) {
        running.push_back(std::get<Admitted>(answer).grant.stamp);
        EXPECT_LE(std::get<Admitted>(answer).grant.delay, absl::Seconds(1));
      }
      EXPECT_LE(Shared().permits_out, size);
    }
    sizes.push_back(static_cast<int>(running.size()));
    Pass(absl::Seconds(1));
    for (const GrantStamp& stamp : running) {
      guard.Settle("default", stamp, RunOutcome::kSuccess, now);
    }
  }
  // 100 calls a second before: 20 in a wave of 200 ms.
  EXPECT_THAT(sizes, ::testing::ElementsAre(1, 1, 2, 4, 8, 16, 20));
  EXPECT_EQ(SharedState(), CircuitState::kClosed);
}

// CB15 (f).
TEST_F(BreakerTest, RestartKeepsOpenWithTheTimeThatRemained) {
  OpenShared();
  Pass(absl::Seconds(2));
  const std::vector<CircuitSnapshot> kept = guard.Snapshot(now);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].open_remaining, absl::Seconds(3));
  Guard restarted(
      [this](absl::string_view, absl::string_view) { return policy(); });
  const absl::Time other_clock = now + absl::Hours(10);
  restarted.Restore(kept, other_clock);
  EXPECT_TRUE(restarted.IsOpen(Instance(0), other_clock));
  EXPECT_EQ(restarted.Snapshot(other_clock), kept);
  const auto circuits =
      restarted.Circuits("default", kTarget, other_clock + absl::Seconds(3));
  EXPECT_EQ(circuits.at(0).state, CircuitState::kHalfOpen);
}

TEST_F(BreakerTest, OpenTimeGrowsUpToItsMaximum) {
  OpenShared();
  std::vector<double> seconds;
  for (int i = 0; i < 8; ++i) {
    seconds.push_back(absl::ToDoubleSeconds(Shared().open_remaining));
    Pass(absl::Seconds(31));
    const Grant trial = MustAdmit(Request(Instance(0)));
    guard.Settle("default", trial.stamp, RunOutcome::kFailure, now);
  }
  const std::vector<double> expected = {5, 7.5, 10, 10, 10, 10, 10, 10};
  EXPECT_THAT(seconds,
              ::testing::Pointwise(::testing::DoubleNear(1e-3), expected));
}

// A trial that its own deadline cuts off would tell of a target that is down.
TEST_F(BreakerTest, TrialAheadGoesToWhoHasTimeToSpare) {
  OpenShared();
  const auto trial = [&](absl::Duration time_remaining) {
    AdmitRequest request = Request(Instance(0));
    request.expected_call_time = absl::Milliseconds(100);
    request.time_remaining = time_remaining;
    const AdmitAnswer answer = guard.Admit(request, now);
    const auto* admitted = std::get_if<Admitted>(&answer);
    return admitted != nullptr && admitted->grant.stamp.permit != 0;
  };
  EXPECT_FALSE(trial(absl::Milliseconds(5'150)));
  EXPECT_TRUE(trial(absl::Milliseconds(5'350)));
}

TEST_F(BreakerTest, CancelledTrialGivesItsPermitBack) {
  OpenShared();
  Pass(absl::Seconds(6));
  const Grant trial = MustAdmit(Request(Instance(0)));
  EXPECT_FALSE(Runs(FirstCall(Instance(1))));
  guard.Settle("default", trial.stamp, RunOutcome::kNeutral, now);
  EXPECT_EQ(SharedState(), CircuitState::kHalfOpen);
  EXPECT_TRUE(Runs(FirstCall(Instance(1))));
}

TEST_F(BreakerTest, OpenRefusesWhoCannotWaitAndSchedulesWhoCan) {
  OpenShared();
  AdmitRequest request = Request(Instance(0));
  request.time_remaining = absl::Seconds(4);
  const AdmitAnswer refused = guard.Admit(request, now);
  EXPECT_EQ(ReasonOf(refused), TraceReason::kBreakerOpen);
  EXPECT_THAT(std::get<NotAdmitted>(refused).text,
              ::testing::HasSubstr("ask again in 5.0 s"));

  request.time_remaining = absl::Seconds(30);
  const Grant canary = MustAdmit(request);
  EXPECT_FALSE(canary.recheck);
  EXPECT_NE(canary.stamp.permit, 0u);
  EXPECT_GE(canary.delay, absl::Seconds(5));
  for (int i = 0; i < 50; ++i) {
    request.seed = static_cast<uint64_t>(i) * 7919;
    const Grant later = MustAdmit(request);
    EXPECT_TRUE(later.recheck) << "one canary alone";
    EXPECT_FALSE(later.stamp.budgeted);
    EXPECT_GT(later.delay, canary.delay);
    EXPECT_LE(later.delay, absl::Milliseconds(29'900));
  }
}

TEST_F(BreakerTest, WhatAPersonSetDecides) {
  constexpr CircuitState kNothing = CircuitState::kUnspecified;
  const struct {
    CircuitState set;
    bool opened;  // By what callers told.
    bool runs;
    bool budgeted;
  } kRows[] = {{kNothing, false, true, true},
               {kNothing, true, false, false},
               {CircuitState::kForcedOpen, false, false, false},
               {CircuitState::kForcedOpen, true, false, false},
               {CircuitState::kForcedClosed, false, true, true},
               {CircuitState::kForcedClosed, true, true, true},
               {CircuitState::kShadow, false, true, true},
               {CircuitState::kShadow, true, true, true},
               {CircuitState::kDisabled, false, true, false},
               {CircuitState::kDisabled, true, true, false}};
  for (const auto& row : kRows) {
    SCOPED_TRACE(absl::StrCat(static_cast<int>(row.set), " ", row.opened));
    guard.Reset("default", kTarget, now);
    if (row.opened) OpenShared();
    std::optional<CircuitOverride> set;
    if (row.set != kNothing) {
      set = {row.set, "me", "because", now + absl::Minutes(1)};
    }
    guard.Override("default", kTarget, set, now);
    AdmitRequest request = Request(Instance(0));
    request.time_remaining = absl::Milliseconds(200);
    const AdmitAnswer answer = guard.Admit(request, now);
    EXPECT_EQ(Runs(answer), row.runs);
    const auto* admitted = std::get_if<Admitted>(&answer);
    EXPECT_EQ(admitted != nullptr && admitted->grant.stamp.budgeted,
              row.budgeted);
    Pass(absl::Minutes(10));
    EXPECT_TRUE(Runs(guard.Admit(request, now))) << "until it expires";
  }
}

}  // namespace
}  // namespace recourse

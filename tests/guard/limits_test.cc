// Budgets, holds and pacing, through the guard.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/guard/guard_fixture.h"

namespace recourse {
namespace {

using LimitsTest = GuardFixture;

// BU10: 100 clients with a call a second each; every call fails, and asks.
TEST_F(LimitsTest, SharedBudgetHoldsRetriesToItsRatio) {
  settings.retry_budget.min_retries_per_second = 0.3;
  settings.breaker.failure_rate = 1;
  settings.breaker.consecutive_failures = 0;
  settings.breaker.min_quorum = 1000;
  int retries = 0;
  for (int tick = 0; tick < 200; ++tick) {
    if (tick == 100) retries = 0;
    for (int i = 0; i < 10; ++i) {
      const CallSite site = Instance((tick * 10 + i) % 100);
      Tell(site, 1, 1);
      const AdmitAnswer answer = guard.Admit(Request(site), now);
      if (Runs(answer)) {
        ++retries;
        Tell(site, 1, 1);  // The retry, among the calls told.
        guard.Settle(site.ns, std::get<Admitted>(answer).grant.stamp,
                     RunOutcome::kFailure, now);
      } else {
        EXPECT_EQ(ReasonOf(answer), TraceReason::kBudgetExhausted);
        EXPECT_THAT(std::get<NotAdmitted>(answer).text,
                    ::testing::HasSubstr(std::string(kTarget)));
      }
    }
    Pass(absl::Milliseconds(100));
  }
  EXPECT_LE(retries, 200 + 3);
  EXPECT_GE(retries, 150);
}

// BU10: 100 clients with a call a second each, all of which fail for a minute.
TEST_F(LimitsTest, ABudgetIsWholeAWindowAfterAnOutage) {
  settings.retry_budget.min_retries_per_second = 0.3;
  settings.breaker.failure_rate = 1;
  settings.breaker.consecutive_failures = 0;
  settings.breaker.min_quorum = 1000;
  // Calls of a second, and the retries that are granted for those that fail.
  const auto second = [this](bool fails) {
    int retries = 0;
    for (int i = 0; i < 100; ++i) {
      Tell(Instance(i), 1, fails);
      if (!fails) continue;
      const AdmitAnswer answer = guard.Admit(Request(Instance(i)), now);
      if (!Runs(answer)) continue;
      ++retries;
      Tell(Instance(i), 1, 1);
      guard.Settle("default", std::get<Admitted>(answer).grant.stamp,
                   RunOutcome::kFailure, now);
    }
    Pass(absl::Seconds(1));
    return retries;
  };
  for (int i = 0; i < 10; ++i) second(false);
  int retries = 0;
  for (int i = 0; i < 60; ++i) retries += second(true);
  // Never more than a fifth of the calls, from the window before on.
  EXPECT_LE(retries, 0.2 * 100 * (60 + 10) + 3);
  EXPECT_GE(retries, 0.2 * 100 * 50);
  EXPECT_GE(Shared().budget->used, 100);

  for (int i = 0; i < 10; ++i) second(false);
  EXPECT_EQ(Shared().budget->used, 0);
  int granted = 0;
  while (Runs(guard.Admit(Request(Instance(granted % 100)), now))) ++granted;
  EXPECT_NEAR(granted, 0.2 * 100 * 10 + 3, 20);
}

TEST_F(LimitsTest, UnknownVolumeMeansTheFloorAlone) {
  settings.breaker.consecutive_failures = 0;
  settings.retry_budget.min_retries_per_second = 1;
  int granted = 0;
  for (int i = 0; i < 50; ++i) {
    Fail(Instance(0));
    const AdmitAnswer answer = guard.Admit(Request(Instance(0)), now);
    if (!Runs(answer)) continue;
    ++granted;
    const auto& notes = std::get<Admitted>(answer).notes;
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_EQ(notes[0].first, TraceReason::kVolumeUnknown);
  }
  EXPECT_EQ(granted, 10);
}

TEST_F(LimitsTest, ReleasedReservationsComeBack) {
  settings.retry_budget.min_retries_per_second = 0.1;
  const Grant grant = MustAdmit(Request(Instance(0)));
  EXPECT_EQ(ReasonOf(guard.Admit(Request(Instance(0)), now)),
            TraceReason::kBudgetExhausted);
  guard.Release("default", grant, now);
  const Grant again = MustAdmit(Request(Instance(0)));
  guard.Settle("default", again.stamp, RunOutcome::kUnused, now);
  MustAdmit(Request(Instance(0)));
  Pass(absl::Seconds(11));
  MustAdmit(Request(Instance(0)));
}

// RA4: one caller was told to wait 30 s; another asks a second later.
TEST_F(LimitsTest, RetryAfterHoldsForTheOthers) {
  ErrorEvidence limited;
  limited.retry_after = absl::Seconds(30);
  guard.ObserveError(Instance(0), limited, now);
  Pass(absl::Seconds(1));
  AdmitRequest request = Request(Instance(1));
  const Grant held = MustAdmit(request);
  EXPECT_GE(held.delay, absl::Seconds(29));
  EXPECT_LE(held.delay, absl::Seconds(29 * 1.1));
  // Its own time is short: it is not told to wait past its last chance.
  request.time_remaining = absl::Seconds(10);
  EXPECT_EQ(MustAdmit(request).delay, absl::Milliseconds(9'900));
  // Another quota is free.
  request = Request(Instance(1));
  request.site.quota_scope = "other-key";
  EXPECT_EQ(MustAdmit(request).delay, absl::ZeroDuration());
  // The first success of the scope ends it.
  guard.Settle("default", held.stamp, RunOutcome::kSuccess, now);
  EXPECT_EQ(MustAdmit(Request(Instance(2))).delay, absl::ZeroDuration());
}

TEST_F(LimitsTest, HostileRetryAfterHoldsNobody) {
  ErrorEvidence hostile;
  hostile.retry_after = absl::Hours(24 * 3652);
  guard.ObserveError(Instance(0), hostile, now);
  EXPECT_EQ(MustAdmit(Request(Instance(1))).delay, absl::ZeroDuration());
  // One that is believed is cut to max_hold.
  hostile.retry_after = absl::Minutes(9);
  guard.ObserveError(Instance(0), hostile, now);
  const Grant held = MustAdmit(Request(Instance(1)));
  EXPECT_GE(held.delay, absl::Minutes(5));
  EXPECT_LE(held.delay, absl::Minutes(5) + absl::Seconds(5));
}

TEST_F(LimitsTest, RetriesArePaced) {
  settings.pacing.max_retry_rate = 10;
  settings.retry_budget.min_retries_per_second = 1000;
  std::vector<absl::Duration> delays;
  for (int i = 0; i < 50; ++i) {
    delays.push_back(MustAdmit(Request(Instance(i % 5))).delay);
  }
  std::sort(delays.begin(), delays.end());
  for (size_t i = 1; i < delays.size(); ++i) {
    EXPECT_GE(delays[i] - delays[i - 1], absl::Milliseconds(99));
  }
  EXPECT_LE(delays.back(), absl::Seconds(5.1));
}

TEST_F(LimitsTest, NaiveCallersThatDropTheirTokenAreCapped) {
  settings.retry_budget.min_retries_per_second = 1000;
  int granted = 0;
  for (int i = 0; i < 100; ++i) {
    AdmitRequest request = Request(Instance(0));
    request.tokenless_key = 12345;
    const AdmitAnswer answer = guard.Admit(request, now);
    granted += Runs(answer);
    if (!Runs(answer)) {
      EXPECT_EQ(ReasonOf(answer), TraceReason::kTokenDropped);
    }
  }
  EXPECT_NEAR(granted, 10, 1);
  Pass(absl::Minutes(2));
  AdmitRequest request = Request(Instance(0));
  request.tokenless_key = 12345;
  MustAdmit(request);
}

}  // namespace
}  // namespace recourse

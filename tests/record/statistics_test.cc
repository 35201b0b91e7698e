// Every field of RecoveryStatistics in small scenarios.
#include "server/record/statistics.h"

#include <functional>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/record/recent_ids.h"
#include "tests/record/statistics_fixture.h"

namespace recourse {
namespace {

constexpr auto kAll = v1::STATISTICS_WINDOW_ALL;
constexpr auto kMinute = v1::STATISTICS_WINDOW_ONE_MINUTE;
constexpr auto kHour = v1::STATISTICS_WINDOW_ONE_HOUR;

using Counts = google::protobuf::RepeatedPtrField<v1::NamedCount>;

std::string Show(const Counts& counts) {
  std::string text;
  for (const v1::NamedCount& count : counts) {
    absl::StrAppend(&text, text.empty() ? "" : " ", count.name(), "=",
                    count.count());
  }
  return text;
}

v1::StrategyStatistics Of(const v1::RecoveryStatistics& report,
                          Strategy strategy) {
  for (const v1::StrategyStatistics& entry : report.strategies()) {
    if (entry.strategy() == static_cast<v1::RecoveryStrategy>(strategy)) {
      return entry;
    }
  }
  ADD_FAILURE() << "no entry for " << Name(strategy);
  return {};
}

void Report(Statistics& statistics, const Progress& progress, Outcome outcome,
            absl::Time now) {
  statistics.RecordOutcome(progress, outcome, std::nullopt, now);
}

TEST(StatisticsTest, NothingIsKnownAtFirst) {
  const Statistics statistics(kNoon);
  const auto report = statistics.Report(kAll, kNoon + absl::Seconds(1));
  EXPECT_EQ(report.window(), kAll);
  EXPECT_EQ(report.start_time().seconds(), absl::ToUnixSeconds(kNoon));
  EXPECT_EQ(report.end_time().seconds(), absl::ToUnixSeconds(kNoon) + 1);
  EXPECT_EQ(report.total_attempts(), 0);
  EXPECT_EQ(report.success_rate(), 0);
  EXPECT_EQ(report.coverage(), 0);
  EXPECT_EQ(report.average_retries(), 0);
  EXPECT_EQ(report.recovery_time().p99_ms(), 0);
  EXPECT_EQ(report.strategies_size(), 7);
  EXPECT_EQ(report.patterns_size(), 0);
  EXPECT_EQ(
      statistics.Report(v1::STATISTICS_WINDOW_UNSPECIFIED, kNoon).window(),
      kAll);
}

TEST(StatisticsTest, OneRetryThatSucceeds) {
  Statistics statistics(kNoon);
  Decision decision = MakeDecision(Strategy::kRetry, "refused");
  decision.trace = {{-1, Strategy::kUnspecified, TraceReason::kClassified, ""},
                    {0, Strategy::kRetry, TraceReason::kChosen, ""}};
  statistics.RecordDecision({decision, nullptr, kNoon});
  const auto before = statistics.Report(kAll, kNoon);
  EXPECT_EQ(before.pending(), 1);
  EXPECT_EQ(before.coverage(), 0);

  Report(statistics, MakeProgress("r", Strategy::kRetry, kNoon, kNoon),
         Outcome::kSuccess, kNoon + absl::Milliseconds(1500));
  const auto report = statistics.Report(kAll, kNoon + absl::Seconds(2));
  EXPECT_EQ(report.total_attempts(), 1);
  EXPECT_EQ(report.recoveries(), 1);
  EXPECT_EQ(report.succeeded(), 1);
  EXPECT_EQ(report.failed(), 0);
  EXPECT_EQ(report.pending(), 0);
  EXPECT_EQ(report.unreported(), 0);
  EXPECT_EQ(report.success_rate(), 1);
  EXPECT_EQ(report.failure_rate(), 0);
  EXPECT_EQ(report.coverage(), 1);
  EXPECT_DOUBLE_EQ(report.avg_recovery_time_ms(), 1500);
  EXPECT_EQ(report.recovery_time().count(), 1);
  EXPECT_DOUBLE_EQ(report.recovery_time().p50_ms(), 1500);
  EXPECT_EQ(report.decision_time().count(), 1);
  EXPECT_DOUBLE_EQ(report.decision_time().avg_ms(), 0.04);
  EXPECT_EQ(Show(report.error_types()), "NETWORK=1");
  EXPECT_EQ(Show(report.categories()), "CONNECTION=1");
  EXPECT_EQ(Show(report.patterns()), "refused=1");
  EXPECT_EQ(Show(report.dispositions()), "ACT=1");
  EXPECT_EQ(Show(report.exhaustion_reasons()), "");
  EXPECT_EQ(report.average_retries(), 1);
  EXPECT_EQ(report.retry_rate(), 1);
  EXPECT_EQ(report.unmatched_errors(), 0);
  const auto retry = Of(report, Strategy::kRetry);
  EXPECT_EQ(retry.used(), 1);
  EXPECT_EQ(retry.succeeded(), 1);
  EXPECT_EQ(retry.failed(), 0);
  EXPECT_EQ(retry.success_rate(), 1);
  EXPECT_EQ(retry.coverage(), 1);
  EXPECT_EQ(retry.exhausted(), 0);
  EXPECT_DOUBLE_EQ(retry.duration().avg_ms(), 1500);
}

TEST(StatisticsTest, AnErrorThatComesBackFailsTheStrategyBefore) {
  Statistics statistics(kNoon);
  const absl::Time later = kNoon + absl::Seconds(3);
  const absl::Time end = kNoon + absl::Seconds(10);
  statistics.RecordDecision({MakeDecision(Strategy::kRetry), nullptr, kNoon});
  const Progress after_retry =
      MakeProgress("r", Strategy::kRetry, kNoon, kNoon);
  Decision second = MakeDecision(Strategy::kAlternativePath);
  second.trace = {
      {0, Strategy::kRetry, TraceReason::kAttemptsExhausted, "3 of 3"},
      {1, Strategy::kAlternativePath, TraceReason::kChosen, ""}};
  statistics.RecordDecision({second, &after_retry, later});
  Report(statistics,
         MakeProgress("r", Strategy::kAlternativePath, later, kNoon),
         Outcome::kFailure, end);

  const auto report = statistics.Report(kAll, end);
  EXPECT_EQ(report.total_attempts(), 2);
  EXPECT_EQ(report.recoveries(), 1);
  EXPECT_EQ(report.failed(), 1);
  EXPECT_EQ(report.pending(), 0);
  EXPECT_EQ(report.success_rate(), 0);
  EXPECT_EQ(report.failure_rate(), 1);
  EXPECT_EQ(report.coverage(), 1);
  EXPECT_DOUBLE_EQ(report.avg_recovery_time_ms(), 10'000);
  EXPECT_EQ(report.average_retries(), 1);
  EXPECT_EQ(report.retry_rate(), 0.5);
  EXPECT_EQ(report.unmatched_errors(), 2);
  EXPECT_EQ(Show(report.exhaustion_reasons()), "ATTEMPTS_EXHAUSTED=1");
  const auto retry = Of(report, Strategy::kRetry);
  EXPECT_EQ(retry.used(), 1);
  EXPECT_EQ(retry.failed(), 1);
  EXPECT_EQ(retry.exhausted(), 1);
  EXPECT_EQ(retry.exhaustion_rate(), 0.5);
  EXPECT_DOUBLE_EQ(retry.duration().avg_ms(), 3000);
  const auto alternative = Of(report, Strategy::kAlternativePath);
  EXPECT_EQ(alternative.used(), 1);
  EXPECT_EQ(alternative.failed(), 1);
  EXPECT_EQ(alternative.success_rate(), 0);
  EXPECT_EQ(alternative.coverage(), 1);
  EXPECT_DOUBLE_EQ(alternative.duration().avg_ms(), 7000);
}

TEST(StatisticsTest, EachOutcomeHasItsCounterAndNeutralOnesNoRate) {
  Statistics statistics(kNoon);
  const Outcome outcomes[] = {Outcome::kSuccess,   Outcome::kSuccess,
                              Outcome::kFailure,   Outcome::kAbandoned,
                              Outcome::kCancelled, Outcome::kIgnored};
  int id = 0;
  for (const Outcome outcome : outcomes) {
    statistics.RecordDecision({MakeDecision(Strategy::kRetry), nullptr, kNoon});
    Report(statistics,
           MakeProgress(absl::StrCat(id++), Strategy::kRetry, kNoon, kNoon),
           outcome, kNoon + absl::Seconds(1));
  }
  const auto report = statistics.Report(kAll, kNoon + absl::Seconds(1));
  EXPECT_EQ(report.succeeded(), 2);
  EXPECT_EQ(report.failed(), 1);
  EXPECT_EQ(report.abandoned(), 1);
  EXPECT_EQ(report.cancelled(), 1);
  EXPECT_EQ(report.ignored(), 1);
  EXPECT_EQ(report.success_rate(), 0.5);
  EXPECT_EQ(report.failure_rate(), 0.5);
  EXPECT_EQ(report.coverage(), 1);
  EXPECT_EQ(report.recovery_time().count(), 4);
  const auto retry = Of(report, Strategy::kRetry);
  EXPECT_EQ(retry.succeeded(), 2);
  EXPECT_EQ(retry.failed(), 2);
  EXPECT_DOUBLE_EQ(retry.coverage(), 4.0 / 6);
}

TEST(StatisticsTest, SpecialDecisionsAndEventsAreCounted) {
  Statistics statistics(kNoon);
  Decision fallback =
      MakeDecision(Strategy::kGracefulDegradation, "", Disposition::kRecovered);
  fallback.action = FallbackAction();
  Decision degraded = MakeDecision(Strategy::kGracefulDegradation);
  degraded.action = DegradationAction();
  Decision correction = MakeDecision(Strategy::kErrorCorrection);
  correction.action = CorrectionAction();
  Decision give_up = MakeDecision(Strategy::kNone, "", Disposition::kGiveUp);
  for (Decision* decision : {&fallback, &degraded, &correction, &give_up}) {
    statistics.RecordDecision({*decision, nullptr, kNoon});
  }
  statistics.RecordHumanResolution(kNoon);
  statistics.RecordHumanResolution(kNoon);
  statistics.RecordDuplicateRequest(kNoon);
  for (int i = 0; i < 3; ++i) statistics.RecordDuplicateReport(kNoon);
  for (const auto window : {kAll, kMinute, kHour}) {
    const auto report = statistics.Report(window, kNoon);
    EXPECT_EQ(report.degraded_results(), 1);
    EXPECT_EQ(report.corrections(), 1);
    EXPECT_EQ(report.human_resolutions(), 2);
    EXPECT_EQ(report.duplicate_requests(), 1);
    EXPECT_EQ(report.duplicate_reports(), 3);
    EXPECT_EQ(Show(report.dispositions()), "ACT=2 GIVE_UP=1 RECOVERED=1");
    EXPECT_EQ(Of(report, Strategy::kNone).used(), 1);
    EXPECT_EQ(report.retry_rate(), 0);
  }
}

TEST(StatisticsTest, OnlyReasonsThatPassAStepOverExhaustIt) {
  struct Row {
    Strategy strategy;
    TraceReason reason;
    bool exhausts;
  };
  const Row rows[] = {
      {Strategy::kRetry, TraceReason::kAttemptsExhausted, true},
      {Strategy::kRetry, TraceReason::kNotIdempotent, true},
      {Strategy::kRetry, TraceReason::kTimeTooShort, true},
      {Strategy::kRetry, TraceReason::kBreakerOpen, true},
      {Strategy::kRetry, TraceReason::kBudgetExhausted, true},
      {Strategy::kRetry, TraceReason::kCapabilityMissing, true},
      {Strategy::kRetry, TraceReason::kRetryAfterTooLong, true},
      {Strategy::kRetry, TraceReason::kTotalAttemptsExhausted, true},
      {Strategy::kRetry, TraceReason::kMaxElapsed, true},
      {Strategy::kRetry, TraceReason::kRetriedElsewhere, true},
      {Strategy::kAlternativePath, TraceReason::kNoAlternativeLeft, true},
      {Strategy::kErrorCorrection, TraceReason::kNoChange, true},
      {Strategy::kErrorCorrection, TraceReason::kGuardFailed, true},
      {Strategy::kErrorCorrection, TraceReason::kNoSubject, true},
      {Strategy::kGracefulDegradation, TraceReason::kNoLevelLeft, true},
      {Strategy::kEscalation, TraceReason::kStoreUnavailable, true},
      {Strategy::kRetry, TraceReason::kTokenDropped, true},
      {Strategy::kEscalation, TraceReason::kIncidentsFull, true},
      {Strategy::kRetry, TraceReason::kHeldBack, false},
      {Strategy::kRetry, TraceReason::kVolumeUnknown, false},
      {Strategy::kRetry, TraceReason::kTargetHint, false},
      {Strategy::kRetry, TraceReason::kChosen, false},
      {Strategy::kRetry, TraceReason::kAssumedIdempotent, false},
      {Strategy::kRetry, TraceReason::kClassified, false},
      {Strategy::kRetry, TraceReason::kPlanSwitched, false},
      {Strategy::kRetry, TraceReason::kUnspecified, false},
      {Strategy::kUnspecified, TraceReason::kEmptyPlan, false},
      {Strategy::kNone, TraceReason::kMaxElapsed, false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(Name(row.reason)));
    Statistics statistics(kNoon);
    Decision decision = MakeDecision(Strategy::kCustom);
    decision.trace = {{0, row.strategy, row.reason, ""}};
    statistics.RecordDecision({decision, nullptr, kNoon});
    const auto report = statistics.Report(kAll, kNoon);
    EXPECT_EQ(Show(report.exhaustion_reasons()),
              row.exhausts ? absl::StrCat(Name(row.reason), "=1") : "");
    if (row.exhausts) {
      EXPECT_EQ(Of(report, row.strategy).exhausted(), 1);
      EXPECT_EQ(Of(report, row.strategy).exhaustion_rate(), 1);
    }
  }
}

TEST(StatisticsTest, ACallersDurationIsTakenAndStrangeOnesAreBounded) {
  Statistics statistics(kNoon);
  const std::pair<absl::Duration, double> rows[] = {
      {absl::Milliseconds(250), 250},
      {absl::Seconds(-5), 0},
      {absl::InfiniteDuration(), 7 * 24 * 3600 * 1000.0},
  };
  double sum = 0;
  for (const auto& [duration, expected_ms] : rows) {
    sum += expected_ms;
    statistics.RecordOutcome(
        MakeProgress(absl::FormatDuration(duration), Strategy::kRetry,
                     kNoon + absl::Hours(1), kNoon),  // Another clock.
        Outcome::kSuccess, duration, kNoon);
  }
  const auto report = statistics.Report(kMinute, kNoon);
  EXPECT_EQ(report.succeeded(), 3);  // Booked now, not in an hour.
  EXPECT_DOUBLE_EQ(report.avg_recovery_time_ms(), sum / 3);
  EXPECT_DOUBLE_EQ(Of(report, Strategy::kRetry).duration().p99_ms(), 0);
}

TEST(StatisticsTest, ARecoveryThatGoesOnAfterItsReportIsNotCountedTwice) {
  Statistics statistics(kNoon);
  statistics.RecordDecision({MakeDecision(Strategy::kRetry), nullptr, kNoon});
  const Progress progress = MakeProgress("r", Strategy::kRetry, kNoon, kNoon);
  Report(statistics, progress, Outcome::kFailure, kNoon + absl::Seconds(1));
  const absl::Time later = kNoon + absl::Seconds(2);
  statistics.RecordDecision({.decision = MakeDecision(Strategy::kNone),
                             .previous = &progress,
                             .now = later,
                             .reported = true});
  const auto report = statistics.Report(kAll, later);
  EXPECT_EQ(report.total_attempts(), 2);
  EXPECT_EQ(report.recoveries(), 1);
  EXPECT_EQ(Of(report, Strategy::kRetry).failed(), 1);
  EXPECT_EQ(report.pending(), 0);
  EXPECT_EQ(report.unreported(), 0);
}

TEST(StatisticsTest, PendingBecomesUnreportedAfterAnHourAndCanBeReportedStill) {
  Statistics statistics(kNoon);
  statistics.RecordDecision({MakeDecision(Strategy::kRetry), nullptr, kNoon});
  statistics.RecordDecision({MakeDecision(Strategy::kRetry), nullptr, kNoon});
  const Progress first = MakeProgress("a", Strategy::kRetry, kNoon, kNoon);
  // One goes on half an hour later.
  const absl::Time half = kNoon + absl::Minutes(30);
  statistics.RecordDecision({MakeDecision(Strategy::kRetry), &first, half});

  const auto pending_at = [&](absl::Time at) {
    const auto report = statistics.Report(kAll, at);
    return std::make_pair(report.pending(), report.unreported());
  };
  using Pair = std::pair<int64_t, int64_t>;
  EXPECT_EQ(pending_at(kNoon + absl::Minutes(59)), Pair(2, 0));
  EXPECT_EQ(pending_at(kNoon + absl::Minutes(61)), Pair(1, 1));
  EXPECT_EQ(pending_at(half + absl::Minutes(61)), Pair(0, 2));
  EXPECT_EQ(statistics.Report(kHour, half + absl::Minutes(1)).pending(), 2);
  EXPECT_EQ(statistics.Report(kMinute, half).pending(), 1);

  const absl::Time late = half + absl::Hours(2);
  Report(statistics, MakeProgress("a", Strategy::kRetry, half, kNoon),
         Outcome::kSuccess, late);
  EXPECT_EQ(pending_at(late), Pair(0, 1));
  EXPECT_EQ(statistics.Report(kAll, late).coverage(), 0.5);
  EXPECT_EQ(statistics.Report(kHour, late).succeeded(), 0);
  EXPECT_EQ(statistics.Report(kAll, late).succeeded(), 1);
}

TEST(StatisticsTest, PatternsBeyondTheLimitsAreOther) {
  Statistics statistics(kNoon);
  const size_t extra = 10;
  for (size_t i = 0; i < Statistics::kMaxNamedPatterns + extra; ++i) {
    const Decision decision =
        MakeDecision(Strategy::kRetry, absl::StrCat("p", i));
    statistics.RecordDecision({decision, nullptr, kNoon});
    if (i == 7) statistics.RecordDecision({decision, nullptr, kNoon});
  }
  for (const auto window : {kAll, kMinute, kHour}) {
    const auto report = statistics.Report(window, kNoon);
    ASSERT_EQ(report.patterns_size(), 201);
    EXPECT_EQ(report.patterns(0).name(), "p7");
    EXPECT_EQ(report.patterns(0).count(), 2);
    EXPECT_EQ(report.patterns(200).name(), "(other)");
    EXPECT_EQ(
        report.patterns(200).count(),
        static_cast<int64_t>(Statistics::kMaxNamedPatterns + extra) - 200);
  }
}

TEST(StatisticsTest, ValuesThatThisVersionDoesNotKnowAreHarmless) {
  Statistics statistics(kNoon);
  Decision decision = MakeDecision(static_cast<Strategy>(200));
  decision.classification.category = static_cast<Category>(201);
  decision.trace = {
      {0, static_cast<Strategy>(200), static_cast<TraceReason>(250), ""}};
  statistics.RecordDecision({decision, nullptr, kNoon});
  EXPECT_EQ(statistics.Report(kAll, kNoon).total_attempts(), 1);
}

TEST(StatisticsTest, ChangesGrowWithEverythingThatIsCounted) {
  Statistics statistics(kNoon);
  const Progress progress = MakeProgress("r", Strategy::kRetry, kNoon, kNoon);
  const std::function<void()> rows[] = {
      [&] {
        statistics.RecordDecision(
            {MakeDecision(Strategy::kRetry), nullptr, kNoon});
      },
      [&] { Report(statistics, progress, Outcome::kSuccess, kNoon); },
      [&] { statistics.RecordHumanResolution(kNoon); },
      [&] { statistics.RecordDuplicateRequest(kNoon); },
      [&] { statistics.RecordDuplicateReport(kNoon); },
      [&] { ASSERT_TRUE(statistics.Restore(statistics.Save(kNoon)).ok()); },
  };
  for (size_t i = 0; i < std::size(rows); ++i) {
    const int64_t before = statistics.changes();
    EXPECT_EQ(statistics.changes(), before);
    rows[i]();
    EXPECT_GT(statistics.changes(), before) << i;
  }
  const int64_t before = statistics.changes();
  statistics.Report(kAll, kNoon + absl::Hours(3));
  EXPECT_EQ(statistics.changes(), before);
}

TEST(RecentIdsTest, AnIdIsRememberedForTenMinutes) {
  RecentIds reports;
  EXPECT_FALSE(reports.Contains("r", kNoon));
  EXPECT_TRUE(reports.Insert("r", kNoon));
  EXPECT_TRUE(reports.Insert("another", kNoon));
  EXPECT_FALSE(reports.Insert("r", kNoon + absl::Seconds(1)));
  const absl::Time end = kNoon + absl::Minutes(10);
  EXPECT_TRUE(reports.Contains("r", end - absl::Milliseconds(1)));
  EXPECT_FALSE(reports.Insert("r", end - absl::Milliseconds(1)));
  EXPECT_FALSE(reports.Contains("r", end));
  EXPECT_TRUE(reports.Insert("r", end));
}

TEST(RecentIdsTest, TheOldestIsForgottenAtTheLimit) {
  RecentIds reports;
  for (size_t i = 0; i <= RecentIds::kMaxRemembered; ++i) {
    ASSERT_TRUE(reports.Insert(absl::StrCat(i), kNoon));
  }
  EXPECT_FALSE(reports.Contains("0", kNoon));
  EXPECT_TRUE(reports.Contains("1", kNoon));
  EXPECT_FALSE(reports.Insert("1", kNoon));
  EXPECT_FALSE(reports.Contains("1", kNoon + RecentIds::kLifetime));
}

}  // namespace
}  // namespace recourse

#include "server/record/statistics_report.h"

#include <algorithm>

#include "google/protobuf/repeated_ptr_field.h"
#include "server/record/pattern_names.h"

namespace recourse {
namespace {

using NamedCounts = google::protobuf::RepeatedPtrField<v1::NamedCount>;

// 0 where nothing is known; never above 1, though in a window reports can
// outnumber what they are compared with.
double Share(int64_t part, int64_t whole) {
  if (whole <= 0 || part <= 0) return 0;
  return std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
}

void FillDurations(const Histogram<int64_t>& histogram,
                   v1::DurationStatistics* out) {
  constexpr double kMicrosPerMilli = 1000;
  out->set_count(histogram.count());
  out->set_avg_ms(histogram.MeanMicros() / kMicrosPerMilli);
  out->set_p50_ms(histogram.QuantileMicros(0.50) / kMicrosPerMilli);
  out->set_p95_ms(histogram.QuantileMicros(0.95) / kMicrosPerMilli);
  out->set_p99_ms(histogram.QuantileMicros(0.99) / kMicrosPerMilli);
}

void AddNamed(absl::string_view name, int64_t count, NamedCounts* out) {
  v1::NamedCount* named = out->Add();
  named->set_name(std::string(name));
  named->set_count(count);
}

// The most frequent first, then by name.
void Sort(PatternCounts* counts) {
  std::sort(counts->begin(), counts->end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
}

template <typename Enum, Enum kLast>
void FillNamed(const CountPer<Enum, kLast, int64_t>& counts, NamedCounts* out) {
  PatternCounts named;
  for (int i = 0; i <= static_cast<int>(kLast); ++i) {
    const auto value = static_cast<Enum>(i);
    if (counts[value] > 0) named.emplace_back(Name(value), counts[value]);
  }
  Sort(&named);
  for (const auto& [name, count] : named) AddNamed(name, count, out);
}

void FillPatterns(PatternCounts patterns, size_t max_shown, NamedCounts* out) {
  Sort(&patterns);
  int64_t other = 0;
  size_t shown = 0;
  for (const auto& [name, count] : patterns) {
    if (name == PatternNames::kOtherName || shown == max_shown) {
      other += count;
    } else {
      AddNamed(name, count, out);
      ++shown;
    }
  }
  if (other > 0) AddNamed(PatternNames::kOtherName, other, out);
}

void FillStrategies(const Totals& totals, v1::RecoveryStatistics* report) {
  for (size_t i = 1; i < kStrategyCount; ++i) {
    const StrategyTally<int64_t>& tally = totals.strategies[i];
    const int64_t known = tally.succeeded + tally.failed;
    v1::StrategyStatistics* out = report->add_strategies();
    out->set_strategy(static_cast<v1::RecoveryStrategy>(i));
    out->set_used(tally.used);
    out->set_succeeded(tally.succeeded);
    out->set_failed(tally.failed);
    out->set_success_rate(Share(tally.succeeded, known));
    out->set_coverage(Share(known, tally.used));
    out->set_exhausted(tally.exhausted);
    out->set_exhaustion_rate(
        Share(tally.exhausted, tally.used + tally.exhausted));
    FillDurations(tally.duration, out->mutable_duration());
  }
}

void FillRecoveries(const Totals& totals, int64_t pending, int64_t unreported,
                    v1::RecoveryStatistics* report) {
  const auto& outcomes = totals.outcomes;
  const int64_t succeeded = outcomes[Outcome::kSuccess];
  const int64_t failed = outcomes[Outcome::kFailure];
  const int64_t abandoned = outcomes[Outcome::kAbandoned];
  const int64_t neutral =
      outcomes[Outcome::kCancelled] + outcomes[Outcome::kIgnored];
  const int64_t known = succeeded + failed + abandoned;
  const int64_t reported = known + neutral;
  report->set_succeeded(succeeded);
  report->set_failed(failed);
  report->set_abandoned(abandoned);
  report->set_cancelled(outcomes[Outcome::kCancelled]);
  report->set_ignored(outcomes[Outcome::kIgnored]);
  report->set_pending(pending);
  report->set_unreported(unreported);
  report->set_success_rate(Share(succeeded, known));
  report->set_failure_rate(Share(failed + abandoned, known));
  // Of the recoveries whose latest decision is of this window: those are the
  // ones whose outcomes are booked here.
  report->set_coverage(Share(reported, reported + pending + unreported));
}

}  // namespace

void FillReport(const Totals& totals, PatternCounts patterns, int64_t pending,
                int64_t unreported, size_t max_shown_patterns,
                v1::RecoveryStatistics* report) {
  const auto& counters = totals.counters;
  const int64_t decisions = counters[Counter::kDecisions];
  const int64_t recoveries = counters[Counter::kRecoveries];
  const int64_t retries = counters[Counter::kRetries];
  report->set_total_attempts(decisions);
  report->set_recoveries(recoveries);
  FillRecoveries(totals, pending, unreported, report);
  FillDurations(totals.recovery_time, report->mutable_recovery_time());
  FillDurations(totals.decision_time, report->mutable_decision_time());
  report->set_avg_recovery_time_ms(report->recovery_time().avg_ms());
  FillStrategies(totals, report);
  FillNamed(totals.error_types, report->mutable_error_types());
  FillNamed(totals.categories, report->mutable_categories());
  FillPatterns(std::move(patterns), max_shown_patterns,
               report->mutable_patterns());
  FillNamed(totals.dispositions, report->mutable_dispositions());
  FillNamed(totals.reasons, report->mutable_exhaustion_reasons());
  report->set_average_retries(recoveries > 0
                                  ? static_cast<double>(retries) /
                                        static_cast<double>(recoveries)
                                  : 0);
  report->set_retry_rate(Share(retries, decisions));
  report->set_unmatched_errors(counters[Counter::kUnmatched]);
  report->set_degraded_results(counters[Counter::kDegraded]);
  report->set_corrections(counters[Counter::kCorrections]);
  report->set_human_resolutions(counters[Counter::kHumanResolutions]);
  report->set_duplicate_reports(counters[Counter::kDuplicateReports]);
  report->set_duplicate_requests(counters[Counter::kDuplicateRequests]);
}

}  // namespace recourse

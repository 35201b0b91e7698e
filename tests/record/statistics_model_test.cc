// Statistics against a list of everything that happened, over virtual hours.
#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/record/statistics.h"
#include "tests/record/statistics_fixture.h"

namespace recourse {
namespace {

// Something counted, at the time it is booked to.
struct Fact {
  absl::Time at;
  std::string name;
  std::optional<absl::Duration> duration;
};

struct Recovery {
  Progress progress;
  bool reported = false;
};

struct Window {
  v1::StatisticsWindow window;
  int64_t slots;
  int64_t slot_seconds;
};
constexpr Window kWindows[] = {{v1::STATISTICS_WINDOW_ONE_MINUTE, 60, 1},
                               {v1::STATISTICS_WINDOW_FIVE_MINUTES, 300, 1},
                               {v1::STATISTICS_WINDOW_ONE_HOUR, 60, 60},
                               {v1::STATISTICS_WINDOW_ALL, 0, 60}};

bool IsIn(const Window& window, absl::Time at, absl::Time now) {
  if (window.slots == 0) return true;
  const int64_t slot = absl::ToUnixSeconds(at) / window.slot_seconds;
  const int64_t last = absl::ToUnixSeconds(now) / window.slot_seconds;
  return slot > last - window.slots && slot <= last;
}

class Model {
 public:
  explicit Model(uint64_t seed) : random_(seed) {}

  void Step() {
    now_ += absl::Milliseconds(Below(Below(20) == 0 ? 600'000 : 9'000));
    const int64_t choice = Below(10);
    if (choice < 4 || recoveries_.empty()) {
      Begin();
    } else {
      Recovery& recovery = recoveries_[Pick()];
      if (choice < 7 && !recovery.reported) {
        Continue(recovery);
      } else if (choice < 9) {
        End(recovery);
      } else {
        statistics_.RecordDuplicateRequest(now_);
        Add(now_, "duplicate_requests");
      }
    }
  }

  void Check() const {
    for (const Window& window : kWindows) {
      const auto report = statistics_.Report(window.window, now_);
      SCOPED_TRACE(absl::StrCat("window ", window.window));
      std::map<std::string, int64_t> counts;
      std::map<std::string, std::vector<double>> durations;
      for (const Fact& fact : facts_) {
        if (!IsIn(window, fact.at, now_)) continue;
        ++counts[fact.name];
        if (fact.duration.has_value()) {
          durations[fact.name].push_back(
              absl::ToDoubleMilliseconds(*fact.duration));
        }
      }
      CheckCounts(report, counts);
      CheckPending(window, report);
      CheckDurations(report.recovery_time(), durations["ended"]);
      CheckDurations(report.decision_time(), durations["decisions"]);
      CheckStrategies(report, counts, durations);
      CheckPatterns(report, counts);
    }
  }

 private:
  int64_t Below(int64_t limit) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(limit));
  }
  // Mostly recent recoveries, sometimes a very old one.
  size_t Pick() {
    const auto size = static_cast<int64_t>(recoveries_.size());
    const int64_t reach = Below(10) == 0 ? size : std::min<int64_t>(size, 8);
    return static_cast<size_t>(size - 1 - Below(reach));
  }
  void Add(absl::Time at, const std::string& name,
           std::optional<absl::Duration> duration = std::nullopt) {
    facts_.push_back({at, name, duration});
  }

  Decision Decide() {
    const auto strategy = static_cast<Strategy>(1 + Below(7));
    const int64_t pattern = Below(5);
    Decision decision =
        MakeDecision(strategy, pattern == 0 ? "" : absl::StrCat("p", pattern));
    decision.decide_duration = absl::Nanoseconds(100 + Below(1'000'000));
    Add(now_, "decisions", decision.decide_duration);
    Add(now_, absl::StrCat(Name(strategy), " used"));
    Add(now_, pattern == 0 ? "unmatched" : absl::StrCat("p", pattern));
    if (Below(3) == 0) {
      decision.trace = {
          {0, Strategy::kRetry, TraceReason::kBudgetExhausted, ""}};
      Add(now_, "RETRY exhausted");
    }
    return decision;
  }

  void Begin() {
    const Decision decision = Decide();
    statistics_.RecordDecision({decision, nullptr, now_});
    Add(now_, "recoveries");
    recoveries_.push_back({MakeProgress(absl::StrCat("r", recoveries_.size()),
                                        decision.strategy, now_, now_)});
  }

  void Continue(Recovery& recovery) {
    const Progress before = recovery.progress;
    const Decision decision = Decide();
    statistics_.RecordDecision({decision, &before, now_});
    Add(before.decision_time, absl::StrCat(Name(before.strategy), " failed"));
    Add(before.decision_time, absl::StrCat(Name(before.strategy), " duration"),
        now_ - before.decision_time);
    recovery.progress = MakeProgress(before.recovery_id, decision.strategy,
                                     now_, before.start_time);
  }

  void End(Recovery& recovery) {
    const auto outcome = static_cast<Outcome>(1 + Below(5));
    const Progress& progress = recovery.progress;
    if (recovery.reported) {
      statistics_.RecordDuplicateReport(now_);
      return Add(now_, "duplicate_reports");
    }
    statistics_.RecordOutcome(progress, outcome, std::nullopt, now_);
    recovery.reported = true;
    const absl::Time at = progress.decision_time;
    Add(at, std::string(Name(outcome)));
    if (outcome == Outcome::kCancelled || outcome == Outcome::kIgnored) return;
    const bool success = outcome == Outcome::kSuccess;
    Add(at, "ended", now_ - progress.start_time);
    Add(at, absl::StrCat(Name(progress.strategy),
                         success ? " succeeded" : " failed"));
    Add(at, absl::StrCat(Name(progress.strategy), " duration"),
        now_ - progress.decision_time);
  }

  static void CheckCounts(const v1::RecoveryStatistics& report,
                          std::map<std::string, int64_t>& counts) {
    EXPECT_EQ(report.total_attempts(), counts["decisions"]);
    EXPECT_EQ(report.recoveries(), counts["recoveries"]);
    EXPECT_EQ(report.succeeded(), counts["SUCCESS"]);
    EXPECT_EQ(report.failed(), counts["FAILURE"]);
    EXPECT_EQ(report.abandoned(), counts["ABANDONED"]);
    EXPECT_EQ(report.cancelled(), counts["CANCELLED"]);
    EXPECT_EQ(report.ignored(), counts["IGNORED"]);
    EXPECT_EQ(report.unmatched_errors(), counts["unmatched"]);
    EXPECT_EQ(report.duplicate_reports(), counts["duplicate_reports"]);
    EXPECT_EQ(report.duplicate_requests(), counts["duplicate_requests"]);
  }

  void CheckPending(const Window& window,
                    const v1::RecoveryStatistics& report) const {
    int64_t pending = 0;
    int64_t older = 0;
    for (const Recovery& recovery : recoveries_) {
      if (recovery.reported) continue;
      const absl::Time at = recovery.progress.decision_time;
      const bool young = IsIn(kWindows[2], at, now_);
      if (young && IsIn(window, at, now_)) ++pending;
      if (!young && window.slots == 0) ++older;
    }
    EXPECT_EQ(report.pending(), pending);
    EXPECT_EQ(report.unreported(), older);
    if (window.slots == 0) {
      EXPECT_EQ(report.recoveries(),
                report.succeeded() + report.failed() + report.abandoned() +
                    report.cancelled() + report.ignored() + report.pending() +
                    report.unreported());
    }
  }

  static void CheckDurations(const v1::DurationStatistics& actual,
                             std::vector<double> exact) {
    ASSERT_EQ(actual.count(), static_cast<int64_t>(exact.size()));
    if (exact.empty()) return;
    std::sort(exact.begin(), exact.end());
    double sum = 0;
    for (const double value : exact) sum += value;
    EXPECT_NEAR(actual.avg_ms(), sum / static_cast<double>(exact.size()),
                1e-6 * sum + 1e-9);
    const std::pair<double, double> quantiles[] = {{0.50, actual.p50_ms()},
                                                   {0.95, actual.p95_ms()},
                                                   {0.99, actual.p99_ms()}};
    for (const auto& [share, value] : quantiles) {
      const auto rank = static_cast<size_t>(
          std::ceil(share * static_cast<double>(exact.size())));
      const double expected = exact[rank - 1];
      EXPECT_NEAR(value, expected, 0.05 * expected + 1e-4) << share;
    }
  }

  static void CheckStrategies(
      const v1::RecoveryStatistics& report,
      std::map<std::string, int64_t>& counts,
      std::map<std::string, std::vector<double>>& durations) {
    for (const v1::StrategyStatistics& entry : report.strategies()) {
      const std::string name(Name(static_cast<Strategy>(entry.strategy())));
      SCOPED_TRACE(name);
      EXPECT_EQ(entry.used(), counts[name + " used"]);
      EXPECT_EQ(entry.succeeded(), counts[name + " succeeded"]);
      EXPECT_EQ(entry.failed(), counts[name + " failed"]);
      EXPECT_EQ(entry.exhausted(), counts[name + " exhausted"]);
      CheckDurations(entry.duration(), durations[name + " duration"]);
    }
  }

  static void CheckPatterns(const v1::RecoveryStatistics& report,
                            std::map<std::string, int64_t>& counts) {
    int64_t shown = 0;
    for (const v1::NamedCount& pattern : report.patterns()) {
      EXPECT_EQ(pattern.count(), counts[pattern.name()]) << pattern.name();
      shown += pattern.count();
    }
    EXPECT_EQ(shown, counts["decisions"] - counts["unmatched"]);
  }

  std::mt19937_64 random_;
  absl::Time now_ = kNoon;
  Statistics statistics_{kNoon};
  std::vector<Fact> facts_;
  std::deque<Recovery> recoveries_;  // Addresses stay.
};

TEST(StatisticsModelTest, AgreesWithAListOfFacts) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Model model(seed);
    for (int step = 0; step < 1200; ++step) {
      model.Step();
      if (step % 25 == 0) model.Check();
      if (testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace recourse

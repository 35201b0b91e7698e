// Save and Restore, and the histogram under both.
#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "recourse/internal/v1/statistics.pb.h"
#include "server/record/histogram.h"
#include "server/record/statistics.h"
#include "tests/record/statistics_fixture.h"

namespace recourse {
namespace {

using google::protobuf::util::MessageDifferencer;
using internal::v1::SavedStatistics;
using testing::HasSubstr;

constexpr auto kAll = v1::STATISTICS_WINDOW_ALL;

// Some of everything, with one recovery that stays open.
void Fill(Statistics& statistics) {
  for (int i = 0; i < 20; ++i) {
    const absl::Time at = kNoon + absl::Seconds(i);
    Decision decision = MakeDecision(static_cast<Strategy>(1 + i % 7),
                                     absl::StrCat("p", i % 3));
    decision.trace = {{0, Strategy::kRetry, TraceReason::kBudgetExhausted, ""}};
    statistics.RecordDecision({decision, nullptr, at});
    if (i == 0) continue;
    statistics.RecordOutcome(
        MakeProgress(absl::StrCat(i), decision.strategy, at, at),
        static_cast<Outcome>(1 + i % 5), absl::Milliseconds(37 * i), at);
  }
  statistics.RecordHumanResolution(kNoon);
  statistics.RecordDuplicateRequest(kNoon);
}

TEST(StatisticsSnapshotTest, TotalsComeBackAndPendingIsUnreported) {
  const absl::Time later = kNoon + absl::Minutes(1);
  Statistics first(kNoon);
  Fill(first);
  auto expected = first.Report(kAll, later);
  EXPECT_EQ(expected.pending(), 1);
  expected.set_pending(0);
  expected.set_unreported(1);

  Statistics second(kNoon + absl::Hours(1));
  ASSERT_TRUE(second.Restore(first.Save(later)).ok());
  const auto restored = second.Report(kAll, later);
  std::string difference;
  MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  EXPECT_TRUE(differencer.Compare(expected, restored)) << difference;
  EXPECT_EQ(second.Report(v1::STATISTICS_WINDOW_ONE_HOUR, later).succeeded(),
            0);

  // The recovery that was open is reported after all.
  second.RecordOutcome(MakeProgress("0", Strategy::kRetry, kNoon, kNoon),
                       Outcome::kSuccess, std::nullopt, later);
  EXPECT_EQ(second.Report(kAll, later).pending(), 0);
  EXPECT_EQ(second.Report(kAll, later).unreported(), 0);
}

TEST(StatisticsSnapshotTest, RestoreAddsToWhatWasCountedMeanwhile) {
  Statistics first(kNoon);
  Fill(first);
  Statistics sum(kNoon);
  const std::string saved = first.Save(kNoon);
  ASSERT_TRUE(sum.Restore(saved).ok());
  ASSERT_TRUE(sum.Restore(saved).ok());
  const auto report = sum.Report(kAll, kNoon + absl::Minutes(1));
  EXPECT_EQ(report.total_attempts(), 40);
  EXPECT_EQ(report.patterns(0).count(), 14);
  EXPECT_EQ(report.unreported(), 2);
}

SavedStatistics Saved() {
  Statistics statistics(kNoon);
  Fill(statistics);
  SavedStatistics saved;
  EXPECT_TRUE(saved.ParseFromString(statistics.Save(kNoon)));
  return saved;
}

TEST(StatisticsSnapshotTest, NamesThatAreNotKnownHereAreSkipped) {
  SavedStatistics saved = Saved();
  saved.add_counters()->set_name("counter_of_the_future");
  saved.add_categories()->set_name("HAUNTED");
  saved.add_strategies()->set_name("PRAYER");
  Statistics statistics(kNoon);
  EXPECT_TRUE(statistics.Restore(saved.SerializeAsString()).ok());
  EXPECT_EQ(statistics.Report(kAll, kNoon).total_attempts(), 20);
}

TEST(StatisticsSnapshotTest, WhatIsDamagedIsRefusedAndChangesNothing) {
  struct Row {
    const char* message;
    void (*damage)(SavedStatistics*);
  };
  const Row rows[] = {
      {"version 0", [](auto* s) { s->clear_version(); }},
      {"version 2", [](auto* s) { s->set_version(2); }},
      {"counters: bad count of decisions",
       [](auto* s) { s->mutable_counters(0)->set_count(-1); }},
      {"outcomes: bad count",
       [](auto* s) { s->mutable_outcomes(0)->set_count(INT64_MAX); }},
      {"counters: bad count of outstanding",
       [](auto* s) {
         for (auto& counter : *s->mutable_counters()) {
           if (counter.name() == "outstanding") counter.set_count(INT64_MIN);
         }
       }},
      {"patterns: bad count",
       [](auto* s) { s->mutable_patterns(0)->set_count(-7); }},
      {"bad count of NONE",
       [](auto* s) { s->mutable_strategies(1)->set_used(-1); }},
      {"decision_time: bad bucket",
       [](auto* s) { s->mutable_decision_time()->set_buckets(0, 311); }},
      {"decision_time: bad bucket",
       [](auto* s) { s->mutable_decision_time()->set_counts(0, -1); }},
      {"decision_time: buckets and counts differ",
       [](auto* s) { s->mutable_decision_time()->add_buckets(3); }},
      {"recovery_time: bad sum or range",
       [](auto* s) { s->mutable_recovery_time()->set_sum_us(NAN); }},
      {"recovery_time: bad sum or range",
       [](auto* s) { s->mutable_recovery_time()->set_min_us(1e18); }},
  };
  Statistics statistics(kNoon);
  for (const Row& row : rows) {
    SavedStatistics saved = Saved();
    row.damage(&saved);
    const absl::Status status = statistics.Restore(saved.SerializeAsString());
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.message));
  }
  for (const char* bytes : {"", "\x01", "not a message at all"}) {
    EXPECT_EQ(statistics.Restore(bytes).code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_TRUE(MessageDifferencer::Equals(
      statistics.Report(kAll, kNoon), Statistics(kNoon).Report(kAll, kNoon)));
}

double Exact(const std::vector<double>& sorted, double share) {
  const auto rank = static_cast<size_t>(
      std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::max<size_t>(rank, 1) - 1];
}

TEST(HistogramTest, QuantilesAreWithinFivePercentOfTheExactOnes) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> spread(9, 4);  // Nanoseconds to days.
  for (const int size : {1, 2, 3, 10, 100, 5000}) {
    Histogram<int64_t> histogram;
    std::vector<double> values;
    for (int i = 0; i < size; ++i) {
      const Measurement measured(absl::Microseconds(spread(random)));
      histogram.Add(measured);
      values.push_back(measured.micros);
    }
    std::sort(values.begin(), values.end());
    for (const double share : {0.001, 0.1, 0.5, 0.9, 0.95, 0.99, 1.0}) {
      const double exact = Exact(values, share);
      EXPECT_NEAR(histogram.QuantileMicros(share), exact, 0.05 * exact + 0.1)
          << size << " " << share;
    }
  }
}

TEST(HistogramTest, EveryBucketsValueIsWithinFivePercentOfItsEnds) {
  for (double micros = 0.1; micros < 6e11; micros *= 1.003) {
    const Measurement measured(absl::Microseconds(micros));
    ASSERT_LT(measured.bucket, kHistogramBuckets - 1);
    ASSERT_NEAR(BucketMicros(measured.bucket), measured.micros,
                0.05 * measured.micros);
  }
  EXPECT_EQ(Measurement(absl::Nanoseconds(99)).bucket, 0u);
  EXPECT_EQ(Measurement(-absl::InfiniteDuration()).micros, 0);
  EXPECT_LT(Measurement(absl::InfiniteDuration()).bucket, kHistogramBuckets);
}

TEST(HistogramTest, ClearForgetsEverything) {
  Histogram<int32_t> histogram;
  histogram.Add(Measurement(absl::Seconds(5)));
  histogram.Clear();
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.QuantileMicros(0.5), 0);
  histogram.Add(Measurement(absl::Seconds(1)));
  EXPECT_DOUBLE_EQ(histogram.QuantileMicros(0.99), 1e6);
  EXPECT_DOUBLE_EQ(histogram.MeanMicros(), 1e6);
}

}  // namespace
}  // namespace recourse

// Save and Restore, and the histogram under both.
#include <algorithm>
#include <cmath>
#include <memory>
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

TEST(StatisticsSnapshotTest, TotalsComeBackWithWhatIsPending) {
  const absl::Time later = kNoon + absl::Minutes(1);
  Statistics first(kNoon);
  Fill(first);
  const auto expected = first.Report(kAll, later);
  EXPECT_EQ(expected.pending(), 1);

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

// A recovery is pending for an hour after its latest decision, however often
// the server restarts meanwhile.
TEST(StatisticsSnapshotTest, WhatIsPendingAgesAcrossRestarts) {
  auto statistics = std::make_unique<Statistics>(kNoon);
  const auto restart = [&statistics](absl::Time now) {
    const std::string saved = statistics->Save(now);
    statistics = std::make_unique<Statistics>(now);
    ASSERT_TRUE(statistics->Restore(saved).ok());
  };
  const auto decide = [&statistics](absl::Time at,
                                    const Progress* previous = nullptr) {
    statistics->RecordDecision({MakeDecision(Strategy::kRetry), previous, at});
  };
  const auto report = [&statistics](absl::Time decided, absl::Time now) {
    statistics->RecordOutcome(
        MakeProgress("r", Strategy::kRetry, decided, decided),
        Outcome::kSuccess, std::nullopt, now);
  };
  const auto at = [](int minutes) { return kNoon + absl::Minutes(minutes); };
  const auto expect = [&statistics](absl::Time now, int pending,
                                    int unreported) {
    const auto all = statistics->Report(kAll, now);
    EXPECT_EQ(all.pending(), pending) << now;
    EXPECT_EQ(all.unreported(), unreported) << now;
  };
  decide(at(0));
  decide(at(0));
  decide(at(30));
  restart(at(31));
  expect(at(31), 3, 0);
  decide(at(32));
  restart(at(40));
  expect(at(40), 4, 0);
  report(at(0), at(41));  // Decided two incarnations ago.
  expect(at(41), 3, 0);
  const Progress before = MakeProgress("q", Strategy::kRetry, at(30), at(30));
  decide(at(50), &before);  // Now pending since then.
  restart(at(55));
  expect(at(55), 3, 0);
  expect(at(60), 2, 1);
  restart(at(91));
  expect(at(91), 2, 1);
  expect(at(92), 1, 2);
  expect(at(110), 0, 3);
  restart(at(200));
  expect(at(200), 0, 3);
  report(at(32), at(201));
  expect(at(201), 0, 2);
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
  EXPECT_EQ(report.pending(), 2);
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
      {"outstanding: bad count",
       [](auto* s) { s->mutable_outstanding(0)->set_count(INT64_MIN); }},
      {"outstanding: bad count",
       [](auto* s) { s->mutable_outstanding(0)->set_count(INT64_MAX); }},
      {"outstanding: too many minutes",
       [](auto* s) {
         while (s->outstanding_size() < 2000) s->add_outstanding();
       }},
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

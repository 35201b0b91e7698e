#include "server/record/statistics_snapshot.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "recourse/internal/v1/statistics.pb.h"

namespace recourse {
namespace {

constexpr uint32_t kVersion = 1;
// Above any count of ours and far from overflow when snapshots are added.
constexpr int64_t kMaxCount = std::numeric_limits<int64_t>::max() / 1024;

using internal::v1::SavedCount;
using internal::v1::SavedDurations;
using internal::v1::SavedMinute;
using internal::v1::SavedStatistics;
using internal::v1::SavedStrategy;
using SavedCounts = google::protobuf::RepeatedPtrField<SavedCount>;

absl::Status Corrupt(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("saved statistics: ", what));
}

void AddCount(absl::string_view name, int64_t count, SavedCounts* out) {
  SavedCount* saved = out->Add();
  saved->set_name(std::string(name));
  saved->set_count(count);
}

template <typename Enum, Enum kLast>
void Encode(const CountPer<Enum, kLast, int64_t>& counts, SavedCounts* out) {
  for (int i = 0; i <= static_cast<int>(kLast); ++i) {
    const auto value = static_cast<Enum>(i);
    if (counts[value] != 0) AddCount(Name(value), counts[value], out);
  }
}

void Encode(const Histogram<int64_t>& histogram, SavedDurations* out) {
  out->set_sum_us(histogram.sum_micros());
  out->set_min_us(histogram.min_micros());
  out->set_max_us(histogram.max_micros());
  for (size_t i = 0; i < kHistogramBuckets; ++i) {
    if (histogram.bucket(i) == 0) continue;
    out->add_buckets(static_cast<uint32_t>(i));
    out->add_counts(histogram.bucket(i));
  }
}

// More than an hour's: a writer may keep more.
constexpr int kMaxMinutes = 24 * 60;

bool IsCount(int64_t count) { return count >= 0 && count <= kMaxCount; }

template <typename Enum, Enum kLast>
absl::Status Decode(const SavedCounts& saved, absl::string_view what,
                    CountPer<Enum, kLast, int64_t>* out) {
  for (const SavedCount& entry : saved) {
    for (int i = 0; i <= static_cast<int>(kLast); ++i) {
      const auto value = static_cast<Enum>(i);
      if (Name(value) == entry.name()) (*out)[value] = entry.count();
    }
    const bool may_be_negative = entry.name() == Name(Counter::kOutstanding);
    if (!IsCount(entry.count()) &&
        !(may_be_negative && entry.count() >= -kMaxCount &&
          entry.count() < 0)) {
      return Corrupt(absl::StrCat(what, ": bad count of ", entry.name()));
    }
  }
  return absl::OkStatus();
}

absl::Status Decode(const SavedDurations& saved, absl::string_view what,
                    Histogram<int64_t>* out) {
  if (saved.buckets_size() != saved.counts_size()) {
    return Corrupt(absl::StrCat(what, ": buckets and counts differ"));
  }
  for (int i = 0; i < saved.buckets_size(); ++i) {
    if (saved.buckets(i) >= kHistogramBuckets || !IsCount(saved.counts(i)) ||
        saved.counts(i) == 0) {
      return Corrupt(absl::StrCat(what, ": bad bucket"));
    }
    out->AddBucket(saved.buckets(i), saved.counts(i));
  }
  if (saved.buckets_size() == 0) return absl::OkStatus();
  if (!std::isfinite(saved.sum_us()) || !std::isfinite(saved.max_us()) ||
      saved.sum_us() < 0 || !(saved.min_us() >= 0) ||
      saved.min_us() > saved.max_us()) {
    return Corrupt(absl::StrCat(what, ": bad sum or range"));
  }
  out->Extend(saved.sum_us(), saved.min_us(), saved.max_us());
  return absl::OkStatus();
}

absl::Status Decode(const SavedStrategy& saved, StrategyTally<int64_t>* out) {
  if (!IsCount(saved.used()) || !IsCount(saved.succeeded()) ||
      !IsCount(saved.failed()) || !IsCount(saved.exhausted())) {
    return Corrupt(absl::StrCat("bad count of ", saved.name()));
  }
  out->used = saved.used();
  out->succeeded = saved.succeeded();
  out->failed = saved.failed();
  out->exhausted = saved.exhausted();
  return Decode(saved.duration(), saved.name(), &out->duration);
}

absl::Status DecodeStrategies(const SavedStatistics& saved, Totals* totals) {
  for (const SavedStrategy& strategy : saved.strategies()) {
    for (size_t i = 0; i < kStrategyCount; ++i) {
      if (Name(static_cast<Strategy>(i)) != strategy.name()) continue;
      if (absl::Status s = Decode(strategy, &totals->strategies[i]); !s.ok()) {
        return s;
      }
    }
  }
  return absl::OkStatus();
}

absl::Status DecodeTotals(const SavedStatistics& saved, Totals* totals) {
  absl::Status status;
  status.Update(Decode(saved.counters(), "counters", &totals->counters));
  status.Update(Decode(saved.outcomes(), "outcomes", &totals->outcomes));
  status.Update(
      Decode(saved.error_types(), "error_types", &totals->error_types));
  status.Update(Decode(saved.categories(), "categories", &totals->categories));
  status.Update(
      Decode(saved.dispositions(), "dispositions", &totals->dispositions));
  status.Update(Decode(saved.exhaustion_reasons(), "exhaustion_reasons",
                       &totals->reasons));
  status.Update(DecodeStrategies(saved, totals));
  status.Update(
      Decode(saved.recovery_time(), "recovery_time", &totals->recovery_time));
  status.Update(
      Decode(saved.decision_time(), "decision_time", &totals->decision_time));
  return status;
}

}  // namespace

std::string EncodeSnapshot(const Totals& totals, PatternCounts patterns,
                           const OutstandingByMinute& outstanding,
                           absl::Time start_time, absl::Time save_time) {
  SavedStatistics saved;
  saved.set_version(kVersion);
  saved.set_start_time_us(absl::ToUnixMicros(start_time));
  saved.set_save_time_us(absl::ToUnixMicros(save_time));
  Encode(totals.counters, saved.mutable_counters());
  Encode(totals.outcomes, saved.mutable_outcomes());
  Encode(totals.error_types, saved.mutable_error_types());
  Encode(totals.categories, saved.mutable_categories());
  Encode(totals.dispositions, saved.mutable_dispositions());
  Encode(totals.reasons, saved.mutable_exhaustion_reasons());
  // A reader whose limit is smaller keeps those that matter.
  std::sort(patterns.begin(), patterns.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  for (const auto& [name, count] : patterns) {
    AddCount(name, count, saved.mutable_patterns());
  }
  for (size_t i = 0; i < kStrategyCount; ++i) {
    const StrategyTally<int64_t>& tally = totals.strategies[i];
    SavedStrategy* out = saved.add_strategies();
    out->set_name(std::string(Name(static_cast<Strategy>(i))));
    out->set_used(tally.used);
    out->set_succeeded(tally.succeeded);
    out->set_failed(tally.failed);
    out->set_exhausted(tally.exhausted);
    Encode(tally.duration, out->mutable_duration());
  }
  Encode(totals.recovery_time, saved.mutable_recovery_time());
  Encode(totals.decision_time, saved.mutable_decision_time());
  for (const auto& [minute, count] : outstanding) {
    SavedMinute* out = saved.add_outstanding();
    out->set_minute(minute);
    out->set_count(count);
  }
  return saved.SerializeAsString();
}

absl::StatusOr<StatisticsSnapshot> DecodeSnapshot(absl::string_view saved) {
  SavedStatistics message;
  constexpr size_t kMaxBytes = 16 << 20;
  if (saved.size() > kMaxBytes ||
      !message.ParseFromArray(saved.data(), static_cast<int>(saved.size()))) {
    return Corrupt("not such a message");
  }
  if (message.version() != kVersion) {
    return Corrupt(
        absl::StrCat("version ", message.version(), " is not known here"));
  }
  StatisticsSnapshot snapshot;
  if (absl::Status s = DecodeTotals(message, &snapshot.totals); !s.ok()) {
    return s;
  }
  for (const SavedCount& pattern : message.patterns()) {
    if (!IsCount(pattern.count())) return Corrupt("patterns: bad count");
    snapshot.patterns.emplace_back(pattern.name(), pattern.count());
  }
  if (message.outstanding_size() > kMaxMinutes) {
    return Corrupt("outstanding: too many minutes");
  }
  for (const SavedMinute& entry : message.outstanding()) {
    if (entry.count() < -kMaxCount || entry.count() > kMaxCount) {
      return Corrupt("outstanding: bad count");
    }
    snapshot.outstanding[entry.minute()] = entry.count();
  }
  snapshot.start_time = absl::FromUnixMicros(message.start_time_us());
  return snapshot;
}

}  // namespace recourse

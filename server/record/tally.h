// What is counted: the same set of counters for the totals and for each slot
// of the windows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/model/enums.h"
#include "server/record/histogram.h"

namespace recourse {

// Counters that stand alone.
enum class Counter : uint8_t {
  kDecisions,
  kRecoveries,
  kRetries,
  kUnmatched,
  kDegraded,
  kCorrections,
  kHumanResolutions,
  kDuplicateReports,
  kDuplicateRequests,
  // Recoveries whose latest decision is of this time and that have no report.
  // Negative where another server made the decision.
  kOutstanding,
};
absl::string_view Name(Counter counter);  // For SavedStatistics.

// One count per value of an enum; values of newer servers count as the first.
template <typename Enum, Enum kLast, typename Count>
class CountPer {
 public:
  static constexpr size_t kSize = static_cast<size_t>(kLast) + 1;

  Count& operator[](Enum value) { return counts_[Index(value)]; }
  Count operator[](Enum value) const { return counts_[Index(value)]; }

  void Clear() { counts_.fill(0); }
  template <typename Other>
  void AddTo(CountPer<Enum, kLast, Other>* sum) const {
    for (size_t i = 0; i < kSize; ++i) {
      (*sum)[static_cast<Enum>(i)] += counts_[i];
    }
  }

 private:
  static size_t Index(Enum value) {
    const auto index = static_cast<size_t>(value);
    return index < kSize ? index : 0;
  }
  std::array<Count, kSize> counts_{};
};

template <typename Count>
struct StrategyTally {
  Count used = 0;
  Count succeeded = 0;
  Count failed = 0;
  Count exhausted = 0;
  Histogram<Count> duration;

  void Clear() {
    used = succeeded = failed = exhausted = 0;
    duration.Clear();
  }
  template <typename Other>
  void AddTo(StrategyTally<Other>* sum) const {
    sum->used += used;
    sum->succeeded += succeeded;
    sum->failed += failed;
    sum->exhausted += exhausted;
    duration.AddTo(&sum->duration);
  }
};

// Thread-compatible.
template <typename Count>
struct Tally {
  CountPer<Counter, Counter::kOutstanding, Count> counters;
  CountPer<Outcome, Outcome::kIgnored, Count> outcomes;
  CountPer<ErrorType, ErrorType::kCustom, Count> error_types;
  CountPer<Category, Category::kUnknown, Count> categories;
  CountPer<Disposition, Disposition::kGiveUp, Count> dispositions;
  CountPer<TraceReason, TraceReason::kIncidentsFull, Count> reasons;
  std::array<StrategyTally<Count>, kStrategyCount> strategies;
  std::vector<Count> patterns;  // By number of PatternNames; may be shorter.
  Histogram<Count> recovery_time;
  Histogram<Count> decision_time;

  StrategyTally<Count>& Of(Strategy strategy) {
    const auto index = static_cast<size_t>(strategy);
    return strategies[index < kStrategyCount ? index : 0];
  }

  void CountPattern(size_t number, Count count) {
    if (patterns.size() <= number) patterns.resize(number + 1);
    patterns[number] += count;
  }

  void Clear() {
    counters.Clear();
    outcomes.Clear();
    error_types.Clear();
    categories.Clear();
    dispositions.Clear();
    reasons.Clear();
    for (StrategyTally<Count>& strategy : strategies) strategy.Clear();
    patterns.clear();
    recovery_time.Clear();
    decision_time.Clear();
  }

  template <typename Other>
  void AddTo(Tally<Other>* sum) const {
    counters.AddTo(&sum->counters);
    outcomes.AddTo(&sum->outcomes);
    error_types.AddTo(&sum->error_types);
    categories.AddTo(&sum->categories);
    dispositions.AddTo(&sum->dispositions);
    reasons.AddTo(&sum->reasons);
    for (size_t i = 0; i < kStrategyCount; ++i) {
      strategies[i].AddTo(&sum->strategies[i]);
    }
    for (size_t i = 0; i < patterns.size(); ++i) {
      if (patterns[i] != 0) sum->CountPattern(i, patterns[i]);
    }
    recovery_time.AddTo(&sum->recovery_time);
    decision_time.AddTo(&sum->decision_time);
  }
};

using Totals = Tally<int64_t>;
using SlotTally = Tally<int32_t>;

}  // namespace recourse

#include "server/record/statistics.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/record/pattern_names.h"
#include "server/record/slot_ring.h"
#include "server/record/statistics_report.h"
#include "server/record/statistics_snapshot.h"

namespace recourse {
namespace {

constexpr size_t kSecondSlots = 300;  // Five minutes.
constexpr size_t kMinuteSlots = 60;   // An hour.

// The reasons that say why a step gave nothing; the others explain a decision.
bool PassesOver(TraceReason reason) {
  switch (reason) {
    case TraceReason::kUnspecified:
    case TraceReason::kChosen:
    case TraceReason::kAssumedIdempotent:
    case TraceReason::kClassified:
    case TraceReason::kPlanSwitched:
    case TraceReason::kTargetHint:
    case TraceReason::kHeldBack:
    case TraceReason::kVolumeUnknown:
      return false;
    case TraceReason::kAttemptsExhausted:
    case TraceReason::kNotIdempotent:
    case TraceReason::kTimeTooShort:
    case TraceReason::kBreakerOpen:
    case TraceReason::kBudgetExhausted:
    case TraceReason::kCapabilityMissing:
    case TraceReason::kNoAlternativeLeft:
    case TraceReason::kNoChange:
    case TraceReason::kGuardFailed:
    case TraceReason::kRetryAfterTooLong:
    case TraceReason::kStoreUnavailable:
    case TraceReason::kTotalAttemptsExhausted:
    case TraceReason::kMaxElapsed:
    case TraceReason::kNoSubject:
    case TraceReason::kNoLevelLeft:
    case TraceReason::kEmptyPlan:
    case TraceReason::kRetriedElsewhere:
    case TraceReason::kTokenDropped:
    case TraceReason::kIncidentsFull:
      return true;
  }
  return false;
}

// `time` is not before the epoch.
void SetTime(absl::Time time, google::protobuf::Timestamp* message) {
  message->set_seconds(absl::ToUnixSeconds(time));
  message->set_nanos(
      static_cast<int32_t>(absl::ToUnixNanos(time) % 1'000'000'000));
}

bool IsOfStep(const StepTrace& trace) {
  return trace.strategy != Strategy::kUnspecified &&
         trace.strategy != Strategy::kNone && PassesOver(trace.reason);
}

template <typename Action>
bool Holds(const Decision& decision) {
  return decision.action.has_value() &&
         std::holds_alternative<Action>(*decision.action);
}

// What one decision adds to a tally.
template <typename Count>
void CountDecision(const Decision& decision, size_t pattern,
                   const Measurement& decide_time, Tally<Count>* tally) {
  const Classification& classification = decision.classification;
  ++tally->counters[Counter::kDecisions];
  ++tally->error_types[classification.error_type];
  ++tally->categories[classification.category];
  ++tally->dispositions[decision.disposition];
  ++tally->Of(decision.strategy).used;
  tally->decision_time.Add(decide_time);
  if (classification.pattern_id.empty()) {
    ++tally->counters[Counter::kUnmatched];
  } else {
    tally->CountPattern(pattern, 1);
  }
  if (decision.strategy == Strategy::kRetry) {
    ++tally->counters[Counter::kRetries];
  }
  if (Holds<FallbackAction>(decision)) ++tally->counters[Counter::kDegraded];
  if (Holds<CorrectionAction>(decision)) {
    ++tally->counters[Counter::kCorrections];
  }
  for (const StepTrace& trace : decision.trace) {
    if (!IsOfStep(trace)) continue;
    ++tally->reasons[trace.reason];
    ++tally->Of(trace.strategy).exhausted;
  }
}

}  // namespace

struct Statistics::State {
  explicit State(absl::Time start) : start_time(start) {}

  // Applies `add` to the totals and to the slots of `at`.
  template <typename Add>
  void Book(absl::Time at, absl::Time now, const Add& add)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    ++changes;
    add(&totals);
    if (SlotTally* slot = seconds.At(at, now)) add(slot);
    if (SlotTally* slot = minutes.At(at, now)) add(slot);
  }
  void BookOne(Counter counter, int change, absl::Time at, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    Book(at, now, [&](auto* tally) { tally->counters[counter] += change; });
  }
  // The last decision of `previous` failed: its recovery goes on.
  void BookContinuation(const Progress& previous, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);

  OutstandingByMinute OutstandingOfLastHour(absl::Time now) const
      ABSL_SHARED_LOCKS_REQUIRED(mu) {
    OutstandingByMinute all = restored_outstanding;
    for (const auto& [minute, count] : minutes.Outstanding(now)) {
      all[minute] += count;
    }
    const int64_t last = minutes.NumberOf(now);
    all.erase(all.upper_bound(last), all.end());
    all.erase(all.begin(), all.upper_bound(last - int64_t{kMinuteSlots}));
    return all;
  }
  int64_t YoungOutstanding(absl::Time now) const
      ABSL_SHARED_LOCKS_REQUIRED(mu) {
    int64_t sum = 0;
    for (const auto& [minute, count] : OutstandingOfLastHour(now)) sum += count;
    return sum;
  }
  // What a report of the window is made of.
  struct Window {
    Totals sum;
    PatternCounts patterns;
    absl::Time start;
    int64_t young = 0;  // Outstanding for less than an hour.
  };
  Window Read(v1::StatisticsWindow window, absl::Time now) const
      ABSL_SHARED_LOCKS_REQUIRED(mu) {
    Window read;
    switch (window) {
      case v1::STATISTICS_WINDOW_ONE_MINUTE:
        read.start = seconds.StartOfLast(60, now);
        seconds.AddLast(60, now, &read.sum);
        break;
      case v1::STATISTICS_WINDOW_FIVE_MINUTES:
        read.start = seconds.StartOfLast(kSecondSlots, now);
        seconds.AddLast(kSecondSlots, now, &read.sum);
        break;
      case v1::STATISTICS_WINDOW_ONE_HOUR:
        read.start = minutes.StartOfLast(kMinuteSlots, now);
        minutes.AddLast(kMinuteSlots, now, &read.sum);
        break;
      default:
        read.start = start_time;
        totals.AddTo(&read.sum);
    }
    read.young = window == v1::STATISTICS_WINDOW_ALL
                     ? YoungOutstanding(now)
                     : read.sum.counters[Counter::kOutstanding];
    read.patterns = NamedPatterns(read.sum.patterns);
    return read;
  }
  PatternCounts NamedPatterns(const std::vector<int64_t>& counts) const
      ABSL_SHARED_LOCKS_REQUIRED(mu) {
    PatternCounts named;
    for (size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] > 0) named.emplace_back(names.Name(i), counts[i]);
    }
    return named;
  }

  absl::Mutex mu;
  absl::Time start_time ABSL_GUARDED_BY(mu);
  Totals totals ABSL_GUARDED_BY(mu);
  SlotRing seconds ABSL_GUARDED_BY(mu){kSecondSlots, 1};
  SlotRing minutes ABSL_GUARDED_BY(mu){kMinuteSlots, 60};
  PatternNames names ABSL_GUARDED_BY(mu){kMaxNamedPatterns};
  // What was outstanding when others saved, by minute.
  OutstandingByMinute restored_outstanding ABSL_GUARDED_BY(mu);
  int64_t changes ABSL_GUARDED_BY(mu) = 0;
};

void Statistics::State::BookContinuation(const Progress& previous,
                                         absl::Time now) {
  const Measurement duration(now - previous.decision_time);
  Book(previous.decision_time, now, [&](auto* tally) {
    --tally->counters[Counter::kOutstanding];
    if (previous.strategy == Strategy::kUnspecified) return;
    auto& strategy = tally->Of(previous.strategy);
    ++strategy.failed;
    strategy.duration.Add(duration);
  });
}

Statistics::Statistics(absl::Time start)
    : state_(std::make_unique<State>(start)) {}
Statistics::~Statistics() = default;

void Statistics::RecordDecision(const DecisionRecordInput& input) {
  const Decision& decision = input.decision;
  const Measurement decide_time(decision.decide_duration);
  const std::string& pattern_id = decision.classification.pattern_id;
  absl::MutexLock lock(&state_->mu);
  if (input.previous != nullptr && !input.reported && !input.repeated) {
    state_->BookContinuation(*input.previous, input.now);
  }
  const size_t pattern =
      pattern_id.empty() ? 0 : state_->names.NumberOf(pattern_id);
  state_->Book(input.now, input.now, [&](auto* tally) {
    CountDecision(decision, pattern, decide_time, tally);
    if (input.previous == nullptr) ++tally->counters[Counter::kRecoveries];
    if (!input.reported && !input.repeated) {
      ++tally->counters[Counter::kOutstanding];
    }
  });
}

void Statistics::RecordOutcome(const Progress& progress, Outcome outcome,
                               std::optional<absl::Duration> duration,
                               absl::Time now) {
  const bool success = outcome == Outcome::kSuccess;
  const bool failure =
      outcome == Outcome::kFailure || outcome == Outcome::kAbandoned;
  const Measurement since_start(duration.value_or(now - progress.start_time));
  const Measurement since_decision(now - progress.decision_time);
  absl::MutexLock lock(&state_->mu);
  state_->Book(progress.decision_time, now, [&](auto* tally) {
    ++tally->outcomes[outcome == Outcome::kUnspecified ? Outcome::kIgnored
                                                       : outcome];
    --tally->counters[Counter::kOutstanding];
    if (!success && !failure) return;  // Neutral: no rate, no time.
    tally->recovery_time.Add(since_start);
    if (progress.strategy == Strategy::kUnspecified) return;
    auto& strategy = tally->Of(progress.strategy);
    ++(success ? strategy.succeeded : strategy.failed);
    strategy.duration.Add(since_decision);
  });
}

void Statistics::RecordHumanResolution(absl::Time now) {
  absl::MutexLock lock(&state_->mu);
  state_->BookOne(Counter::kHumanResolutions, 1, now, now);
}

void Statistics::RecordDuplicateRequest(absl::Time now) {
  absl::MutexLock lock(&state_->mu);
  state_->BookOne(Counter::kDuplicateRequests, 1, now, now);
}

void Statistics::RecordDuplicateReport(absl::Time now) {
  absl::MutexLock lock(&state_->mu);
  state_->BookOne(Counter::kDuplicateReports, 1, now, now);
}

v1::RecoveryStatistics Statistics::Report(v1::StatisticsWindow window,
                                          absl::Time now) const {
  if (window != v1::STATISTICS_WINDOW_ONE_MINUTE &&
      window != v1::STATISTICS_WINDOW_FIVE_MINUTES &&
      window != v1::STATISTICS_WINDOW_ONE_HOUR) {
    window = v1::STATISTICS_WINDOW_ALL;
  }
  State::Window read;
  {
    absl::MutexLock lock(&state_->mu);
    read = state_->Read(window, now);
  }
  // Reports for decisions that another server counted make it negative; they
  // belong to the old ones then.
  const int64_t young = read.young;
  const int64_t old = read.sum.counters[Counter::kOutstanding] - young;
  const int64_t pending = std::max<int64_t>(0, young);
  const int64_t unreported =
      std::max<int64_t>(0, old + std::min<int64_t>(0, young));

  v1::RecoveryStatistics report;
  report.set_window(window);
  SetTime(std::max(read.start, absl::UnixEpoch()), report.mutable_start_time());
  SetTime(now, report.mutable_end_time());
  FillReport(read.sum, std::move(read.patterns), pending, unreported,
             kMaxShownPatterns, &report);
  return report;
}

std::string Statistics::Save(absl::Time now) const {
  Totals totals;
  PatternCounts patterns;
  OutstandingByMinute outstanding;
  absl::Time start;
  {
    absl::MutexLock lock(&state_->mu);
    state_->totals.AddTo(&totals);
    outstanding = state_->OutstandingOfLastHour(now);
    patterns = state_->NamedPatterns(totals.patterns);
    start = state_->start_time;
  }
  return EncodeSnapshot(totals, std::move(patterns), outstanding, start, now);
}

int64_t Statistics::changes() const {
  absl::MutexLock lock(&state_->mu);
  return state_->changes;
}

absl::Status Statistics::Restore(absl::string_view saved) {
  absl::StatusOr<StatisticsSnapshot> snapshot = DecodeSnapshot(saved);
  if (!snapshot.ok()) return snapshot.status();
  absl::MutexLock lock(&state_->mu);
  snapshot->totals.AddTo(&state_->totals);
  for (const auto& [name, count] : snapshot->patterns) {
    state_->totals.CountPattern(state_->names.NumberOf(name), count);
  }
  for (const auto& [minute, count] : snapshot->outstanding) {
    state_->restored_outstanding[minute] += count;
  }
  state_->start_time = std::min(state_->start_time, snapshot->start_time);
  ++state_->changes;
  return absl::OkStatus();
}

}  // namespace recourse

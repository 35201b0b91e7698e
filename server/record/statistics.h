// Counts of what was decided and of how it ended. Success is what the reports
// say, never assumed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "recourse/v1/statistics.pb.h"
#include "server/model/decision.h"
#include "server/model/progress.h"

namespace recourse {

// What Statistics needs to know of one decision.
struct DecisionRecordInput {
  const Decision& decision;
  // As the token said before this decision; null: a new recovery. Its last
  // decision is thereby known to have failed.
  const Progress* previous = nullptr;
  absl::Time now;
  // The previous decision was continued before: the answer to that was lost.
  bool repeated = false;
  // It goes on after its report: how it ended is booked, and a second report
  // would be dropped. Only its decision is counted then.
  bool reported = false;
};

// Windows slide over ring buffers of seconds (1 min, 5 min) and minutes (1 h);
// an outcome is booked into the slot of its decision's time. Durations go into
// log-spaced histograms of fixed size (quantiles within 5 %). Memory is bounded
// whatever callers send: patterns beyond kMaxNamedPatterns count as "(other)".
//
// pending and unreported: recoveries are counted by the time of their latest
// decision, also across Save and Restore; a report moves its recovery out; what
// stays an hour is unreported.
//
// Thread safety: safe for concurrent use; recording takes one short lock.
class Statistics {
 public:
  static constexpr size_t kMaxNamedPatterns = 4096;  // Counted.
  static constexpr size_t kMaxShownPatterns = 200;   // Shown.

  explicit Statistics(absl::Time start);
  ~Statistics();

  void RecordDecision(const DecisionRecordInput& input);
  // `progress` is that of the report's token; `duration` from first failure to
  // the end, or nullopt: now - start_time. Once per recovery: see
  // recent_ids.h.
  void RecordOutcome(const Progress& progress, Outcome outcome,
                     std::optional<absl::Duration> duration, absl::Time now);
  void RecordHumanResolution(absl::Time now);
  void RecordDuplicateRequest(absl::Time now);
  void RecordDuplicateReport(absl::Time now);

  v1::RecoveryStatistics Report(v1::StatisticsWindow window,
                                absl::Time now) const;

  // The all-time totals, to be stored and read back by a server that restarts,
  // with the minutes of what is pending; windows start empty then.
  std::string Save(absl::Time now) const;
  // Grows with everything that Save would tell.
  int64_t changes() const;
  // Adds `saved` to the totals; so several servers' totals can be summed.
  // INVALID_ARGUMENT when `saved` does not parse; nothing is changed then.
  absl::Status Restore(absl::string_view saved);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace recourse

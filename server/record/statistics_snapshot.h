// Totals as they are stored: proto/recourse/internal/v1/statistics.proto.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/record/statistics_report.h"
#include "server/record/tally.h"

namespace recourse {

// Recoveries without a report, by the minute (since 1970) of their latest
// decision: what is younger than an hour is pending.
using OutstandingByMinute = std::map<int64_t, int64_t>;

struct StatisticsSnapshot {
  absl::Time start_time;
  Totals totals;  // Without patterns.
  std::vector<std::pair<std::string, int64_t>> patterns;
  OutstandingByMinute outstanding;
};

std::string EncodeSnapshot(const Totals& totals, PatternCounts patterns,
                           const OutstandingByMinute& outstanding,
                           absl::Time start_time, absl::Time save_time);

// INVALID_ARGUMENT: not such a message, another version, or impossible counts.
absl::StatusOr<StatisticsSnapshot> DecodeSnapshot(absl::string_view saved);

}  // namespace recourse

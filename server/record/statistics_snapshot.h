// Totals as they are stored: proto/recourse/internal/v1/statistics.proto.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/record/statistics_report.h"
#include "server/record/tally.h"

namespace recourse {

struct StatisticsSnapshot {
  absl::Time start_time;
  Totals totals;  // Without patterns.
  std::vector<std::pair<std::string, int64_t>> patterns;
};

std::string EncodeSnapshot(const Totals& totals, PatternCounts patterns,
                           absl::Time start_time, absl::Time save_time);

// INVALID_ARGUMENT: not such a message, another version, or impossible counts.
absl::StatusOr<StatisticsSnapshot> DecodeSnapshot(absl::string_view saved);

}  // namespace recourse

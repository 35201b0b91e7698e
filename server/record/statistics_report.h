// Totals as the API shows them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "recourse/v1/statistics.pb.h"
#include "server/record/tally.h"

namespace recourse {

// How often each pattern was counted, by name; the names are borrowed.
using PatternCounts = std::vector<std::pair<absl::string_view, int64_t>>;

// Everything but window, start_time and end_time. `outstanding` is split by
// the caller: younger than an hour, and older.
void FillReport(const Totals& totals, PatternCounts patterns, int64_t pending,
                int64_t unreported, size_t max_shown_patterns,
                v1::RecoveryStatistics* report);

}  // namespace recourse

#include "server/record/tally.h"

namespace recourse {

absl::string_view Name(Counter counter) {
  static constexpr absl::string_view kNames[] = {
      "decisions",         "recoveries",        "retries",
      "unmatched",         "degraded",          "corrections",
      "human_resolutions", "duplicate_reports", "duplicate_requests",
      "outstanding"};
  return kNames[static_cast<size_t>(counter)];
}

}  // namespace recourse

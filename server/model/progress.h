// How far one recovery has come: all per-recovery state there is. It travels
// in the token (plan/token.h), so that any server can take the next step.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/model/enums.h"
#include "server/model/grant_stamp.h"

namespace recourse {

inline constexpr size_t kMaxCursors = 8;
inline constexpr size_t kMaxTriedAlternatives = 32;
inline constexpr size_t kMaxDoneRemediations = 16;

// Where a recovery stands in one plan.
struct Cursor {
  uint64_t plan = 0;        // StableHash of Plan::key.
  uint64_t steps_hash = 0;  // Plan::steps_hash when this was written.
  int step = 0;             // Index of the current step.
  int granted = 0;          // Answers that the current step has given.

  bool operator==(const Cursor&) const = default;
};

struct Progress {
  std::string recovery_id;  // 32 hex digits; also the waiter's name.
  std::string decision_id;  // Of the last decision.
  Strategy strategy = Strategy::kUnspecified;  // Of the last decision.
  std::string pattern_id;
  Category category = Category::kUnspecified;
  ErrorType error_type = ErrorType::kUnspecified;
  std::string target;
  std::string ns;
  absl::Time issue_time;     // Of the token that told it.
  absl::Time decision_time;  // Of the last decision.
  absl::Time start_time;
  absl::Duration waited;  // For people; not counted in max_elapsed.
  absl::Duration last_delay;
  std::vector<Cursor> cursors;  // At most kMaxCursors, most recent last.
  int total_attempts = 0;       // Repeated runs decided so far.
  std::vector<uint64_t> alternatives_tried;  // StableHash of names.
  int degradation_level = 0;                 // Levels used.
  std::vector<uint64_t> remediations_done;   // StableHash of names.
  int error_count = 0;                       // Errors of this recovery so far.
  std::string incident_id;  // The incident it waits for; empty: none.
  int64_t registry_revision = 0;
  // For the run decided last; its target is empty where nothing was reserved.
  GrantStamp grant;

  bool operator==(const Progress&) const = default;
};

}  // namespace recourse

// What the guard gave for a run that was decided, as the token keeps it.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace recourse {

inline constexpr size_t kMaxStampTargetBytes = 128;
inline constexpr size_t kMaxStampScopeBytes = 64;

// Enough to settle a granted run later, on any server.
struct GrantStamp {
  std::string target;       // What was granted; empty: nothing.
  std::string quota_scope;  // Of the context.
  int64_t epoch = 0;        // Of the shared circuit when it was granted.
  uint64_t permit = 0;      // A half-open trial's lease; 0: it needs none.
  bool budgeted = false;    // A retry was reserved from the budget, ...
  absl::Time reserved_at;   // ... then. Only compared within one process.
  uint64_t caller = 0;      // Who was granted it, hashed; 0: not known.

  bool operator==(const GrantStamp&) const = default;
};

}  // namespace recourse

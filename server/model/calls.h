// What callers tell of their calls (see calls.proto).
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace recourse {

// Sums of calls that ended.
struct CallSums {
  int64_t calls = 0;
  int64_t failures = 0;
  int64_t slow_calls = 0;
  absl::Duration period = absl::Seconds(1);
};

}  // namespace recourse

// What the circuits are asked, and what they answer.
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace recourse {

// A wish to run.
struct RunWish {
  absl::Time at;    // Not before.
  absl::Time last;  // Not after.
  absl::Duration call_time;
  uint64_t seed = 0;
  bool can_recheck = true;  // Else it gets a place, or is refused.

  // By when a trial must run. One that is waited for, until a circuit's
  // `open_until`, early enough for a call that takes three times as long as
  // expected: a trial that its own deadline cuts off fails, and a target that
  // is back stays shut out. One that is due already is taken by who comes.
  absl::Time LastForTrial(absl::Time open_until, absl::Time now) const {
    return now >= open_until ? last : last - 2 * call_time;
  }
};

// What becomes of it.
struct RunPlace {
  enum class Kind : uint8_t {
    kRun,       // At `at`.
    kTrial,     // At `at`, with `permit`.
    kAskAgain,  // At `at`.
    kRefused,
  };
  Kind kind = Kind::kRun;
  absl::Time at{};
  uint64_t permit = 0;
};

}  // namespace recourse

// The one clock of a server, by which everything that lasts is measured:
// windows, holds, circuits, budgets, tokens, statistics. Only the end of a
// drain is a time of the wall clock, as gRPC wants it.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace recourse {

// While the wall clock is behind what was given out, time goes on at so many
// tenths of the steady clock's rate: the wall catches up, an hour in ten.
inline constexpr int64_t kCatchUpTenths = 9;

// What a clock that never goes back tells, from the readings of the wall's and
// of a steady clock. Pure; not thread-safe.
class ForwardTime {
 public:
  // Not earlier than what it returned last: `wall`, or, where that would be
  // less, what was returned last and kCatchUpTenths of the time that passed on
  // the steady clock since. `steady` counts from any start.
  absl::Time Advance(absl::Time wall, absl::Duration steady);

 private:
  struct Reading {
    absl::Time given;
    absl::Duration steady;
  };
  std::optional<Reading> last_;
};

// Thread safety: safe for concurrent use; takes one short lock.
class ForwardClock {
 public:
  // Follows the wall clock forward at once, and never goes back.
  absl::Time Now();

 private:
  absl::Mutex mu_;
  ForwardTime time_ ABSL_GUARDED_BY(mu_);
};

}  // namespace recourse

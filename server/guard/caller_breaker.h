// The circuit of one caller alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/time/time.h"
#include "server/guard/ask_schedule.h"
#include "server/guard/call_tally.h"
#include "server/guard/count_window.h"
#include "server/guard/heap_bytes.h"
#include "server/guard/permits.h"
#include "server/model/circuit.h"
#include "server/model/target_policy.h"

namespace recourse {

// CLOSED until consecutive_failures in a row, or a rate in the time window or
// in the count window; then OPEN for caller_open_duration; then HALF_OPEN, with
// half_open_permits trials at once: success_threshold successes close it, one
// failure opens it again. Nothing is allocated before it first opens.
//
// In a row: a sum without a success adds its failures; one with a success says
// nothing about its order, so it ends the row, but for the error it came with.
//
// Thread-compatible.
class CallerBreaker {
 public:
  // Evidence, as one sum. `in_window` is the caller's time window with it.
  struct Evidence {
    CallTally sum;
    bool ends_in_failure = false;  // Its last call is known to have failed.
    bool alone = false;  // Calls that did not fail are not told: no rates.
    CallTally in_window;
  };

  // Why it opens now; nullopt: it stays. Only counted while CLOSED.
  enum class Cause : uint8_t { kConsecutive, kFailureRate, kSlowRate };
  std::optional<Cause> Count(const Evidence& evidence,
                             const BreakerPolicy& policy, absl::Time now);

  // OPEN becomes HALF_OPEN, leases expire. True: the state changed.
  bool Advance(absl::Time now);

  struct Trial {
    absl::Time at;
    uint64_t permit;
  };
  // A trial that runs at or after `at`, also while still OPEN; nullopt: all are
  // out. REQUIRES: not CLOSED.
  std::optional<Trial> Take(absl::Time at, absl::Duration call_time,
                            uint64_t seed, const BreakerPolicy& policy);
  // When who finds no trial asks again: one after the other, at half as many
  // again as called before it opened. So a caller that was cut off for a while
  // does not come back with all of it at once, on a target that is well.
  // nullopt: not by `last`. REQUIRES: not CLOSED.
  std::optional<absl::Time> AskAgain(absl::Time from, absl::Time last,
                                     uint64_t seed);
  enum class Ended : uint8_t { kLate, kNothing, kClosed, kReopened };
  // nullopt: neither success nor failure; the permit is free again.
  Ended End(uint64_t permit, std::optional<bool> success,
            const BreakerPolicy& policy, absl::Time now);
  void Move(uint64_t permit, absl::Time at);

  // What fails next is the first in a row.
  void EndRow() { consecutive_ = 0; }
  // CLOSED with nothing counted. True: it was not CLOSED.
  bool Reset();

  CircuitState state() const {
    return opened_ == nullptr ? CircuitState::kClosed : opened_->state;
  }
  int consecutive() const { return consecutive_; }
  // REQUIRES (all): not CLOSED.
  absl::Time open_until() const { return opened_->until; }
  absl::Time change_time() const { return opened_->changed; }
  int permits_out() const { return opened_->permits.out(); }
  int open_count() const { return opened_->count; }

  size_t heap_bytes() const { return HeapBytes(recent_) + HeapBytes(opened_); }

 private:
  struct Opened {
    CircuitState state = CircuitState::kOpen;
    absl::Time until;
    absl::Time changed;
    int count = 1;
    int successes = 0;
    double usual_rate = 0;  // Calls a second before; 0: unknown.
    AskSchedule asks;
    Permits permits;

    size_t heap_bytes() const { return permits.heap_bytes(); }
  };

  std::optional<Cause> WhyOpen(const Evidence& evidence,
                               const BreakerPolicy& policy);

  int consecutive_ = 0;
  std::unique_ptr<CountWindow> recent_;  // As the policy says.
  std::unique_ptr<Opened> opened_;       // Null while CLOSED.
};

}  // namespace recourse

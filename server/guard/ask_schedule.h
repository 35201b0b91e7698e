// When those who find no place in a recovery come back and ask again.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/time/time.h"

namespace recourse {

// A queue of times to ask, that promises nothing but that not everybody comes
// at once: callers are sent back one after the other, as fast as the recovery
// is expected to let calls pass by then. Who would come later than his time
// allows gets a random time within it instead: places may become free.
//
// Thread-compatible.
class AskSchedule {
 public:
  // How fast calls are expected to pass from `start` on: `rate` a second,
  // doubling every `doubling` up to `max_rate`.
  struct Ramp {
    absl::Time start;
    double rate = 1;
    absl::Duration doubling = absl::InfiniteDuration();
    double max_rate = 1;
  };

  // At `from` or later, by `last` at the latest. nullopt: last < from.
  std::optional<absl::Time> Next(const Ramp& ramp, absl::Time from,
                                 absl::Time last, uint64_t seed);

  // The end of the queue.
  absl::Time tail() const { return tail_; }

 private:
  absl::Time tail_ = absl::InfinitePast();
};

}  // namespace recourse

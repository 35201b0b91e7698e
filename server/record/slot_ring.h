// A window that slides: a ring of slots, one per second or per minute.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "absl/time/time.h"
#include "server/record/tally.h"

namespace recourse {

// The last `slot_count` slots of `slot_seconds` each, the current one included.
// A slot is emptied when its place in the ring is needed again, so nothing
// happens while nothing is counted.
//
// Thread-compatible.
class SlotRing {
 public:
  SlotRing(size_t slot_count, int64_t slot_seconds);

  // The slot of `at` (not after `now`, else that of `now`); null when the ring
  // does not reach back that far.
  SlotTally* At(absl::Time at, absl::Time now);

  // Adds the last `slots` slots to `sum`. REQUIRES: slots <= slot_count.
  void AddLast(size_t slots, absl::Time now, Totals* sum) const;
  // Recoveries without a report in the whole ring, by the slot's number.
  std::map<int64_t, int64_t> Outstanding(absl::Time now) const;
  // Where the last `slots` slots begin.
  absl::Time StartOfLast(size_t slots, absl::Time now) const;

  // Slots are numbered through time from 1970 on.
  int64_t NumberOf(absl::Time at) const;

 private:
  struct Slot {
    int64_t number = std::numeric_limits<int64_t>::min();  // Never used.
    SlotTally tally;
  };

  const int64_t slot_seconds_;
  std::vector<Slot> slots_;
};

}  // namespace recourse

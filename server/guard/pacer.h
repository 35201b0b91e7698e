// Retries a second of all callers together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"
#include "server/model/target_policy.h"

namespace recourse {

// A calendar of slots: runs come at max_retry_rate at most, `burst` at once
// within it. Everybody gets the first free slot at or after his own time, so
// that whoever waits long keeps nobody waiting who does not.
//
// The calendar reaches kPages pages ahead, 128 s or more; what comes later
// queues behind it, one after the other.
//
// Thread-compatible. This is GCRA (the leaky bucket as a meter) with the
// difference that runs are booked ahead in any order.
class Pacer {
 public:
  static constexpr size_t kPages = 512;

  // REQUIRES: max_retry_rate > 0, burst >= 1.
  explicit Pacer(const PacingPolicy& policy);

  // Books a slot at or after `at`, and says when it is. One after `last` is
  // told and not booked: who cannot wait for it leaves no queue behind.
  absl::Time Book(absl::Time at, absl::Time last, absl::Time now);

  bool Fits(const PacingPolicy& policy) const {
    return policy.max_retry_rate == rate_ && policy.burst == burst_;
  }

 private:
  int64_t PageOf(absl::Time at) const;
  void TurnTo(int64_t page);

  const double rate_;
  const int burst_;
  const double step_seconds_;  // Between slots of `burst_` runs each.
  const int64_t slots_;        // A page has.
  const int64_t page_nanos_;
  int64_t first_page_ = -1;  // Of those in the calendar; -1: none yet.
  absl::Time beyond_ = absl::InfinitePast();  // End of the queue behind it.
  std::array<int32_t, kPages> booked_{};      // Places of a page, used or lost.
};

}  // namespace recourse

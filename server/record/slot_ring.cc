#include "server/record/slot_ring.h"

#include <algorithm>

namespace recourse {

SlotRing::SlotRing(size_t slot_count, int64_t slot_seconds)
    : slot_seconds_(slot_seconds), slots_(slot_count) {}

int64_t SlotRing::NumberOf(absl::Time at) const {
  const int64_t seconds = absl::ToUnixSeconds(at);
  const int64_t floored = seconds % slot_seconds_ < 0 ? 1 : 0;
  return seconds / slot_seconds_ - floored;
}

SlotTally* SlotRing::At(absl::Time at, absl::Time now) {
  const int64_t number = NumberOf(std::min(at, now));
  const auto count = static_cast<int64_t>(slots_.size());
  if (number <= NumberOf(now) - count || number < 0) return nullptr;
  Slot& slot = slots_[static_cast<size_t>(number % count)];
  if (slot.number > number) return nullptr;  // The clock was set back.
  if (slot.number < number) {
    slot.tally.Clear();
    slot.number = number;
  }
  return &slot.tally;
}

void SlotRing::AddLast(size_t slots, absl::Time now, Totals* sum) const {
  const int64_t last = NumberOf(now);
  const int64_t before_first = last - static_cast<int64_t>(slots);
  for (const Slot& slot : slots_) {
    if (slot.number > before_first && slot.number <= last) {
      slot.tally.AddTo(sum);
    }
  }
}

std::map<int64_t, int64_t> SlotRing::Outstanding(absl::Time now) const {
  const int64_t last = NumberOf(now);
  const int64_t before_first = last - static_cast<int64_t>(slots_.size());
  std::map<int64_t, int64_t> outstanding;
  for (const Slot& slot : slots_) {
    const int64_t count = slot.tally.counters[Counter::kOutstanding];
    if (slot.number > before_first && slot.number <= last && count != 0) {
      outstanding[slot.number] = count;
    }
  }
  return outstanding;
}

absl::Time SlotRing::StartOfLast(size_t slots, absl::Time now) const {
  const int64_t first = NumberOf(now) - static_cast<int64_t>(slots) + 1;
  return absl::FromUnixSeconds(first * slot_seconds_);
}

}  // namespace recourse

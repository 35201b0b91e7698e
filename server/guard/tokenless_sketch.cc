#include "server/guard/tokenless_sketch.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace recourse {

size_t TokenlessSketch::Column(uint64_t key, size_t row) {
  // Multipliers are odd and random: one hash per row.
  constexpr std::array<uint64_t, kRows> kMultipliers = {
      0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f, 0x165667b19e3779f9,
      0xd6e8feb86659fd93};
  return static_cast<size_t>((key * kMultipliers[row]) >> 40) % kColumns;
}

void TokenlessSketch::Turn(absl::Time now) {
  if (now < start_ + kWindow) return;
  if (now < start_ + 2 * kWindow) {
    last_ = std::move(current_);
    start_ += kWindow;
  } else {
    last_ = nullptr;
    start_ = now;
  }
  current_ = nullptr;
}

double TokenlessSketch::EstimateIn(const Counts& counts, uint64_t key) {
  double least = std::numeric_limits<double>::max();
  for (size_t row = 0; row < kRows; ++row) {
    const double cell = counts.cells[row][Column(key, row)];
    const double others = static_cast<double>(counts.total) - cell;
    least = std::min(least, cell - others / (kColumns - 1));
  }
  return std::max(0.0, least);
}

double TokenlessSketch::Estimate(uint64_t key, absl::Time now) {
  Turn(now);
  double estimate = current_ == nullptr ? 0 : EstimateIn(*current_, key);
  if (last_ != nullptr) {
    const double left = 1 - absl::FDivDuration(now - start_, kWindow);
    estimate += std::clamp(left, 0.0, 1.0) * EstimateIn(*last_, key);
  }
  return estimate;
}

void TokenlessSketch::Add(uint64_t key, absl::Time now) {
  Turn(now);
  if (current_ == nullptr) current_ = std::make_unique<Counts>();
  for (size_t row = 0; row < kRows; ++row) {
    uint16_t& cell = current_->cells[row][Column(key, row)];
    if (cell < std::numeric_limits<uint16_t>::max()) ++cell;
  }
  ++current_->total;
}

}  // namespace recourse

// What was counted in the last while.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "absl/time/time.h"

namespace recourse {

// The sum of what was added in the last `length`, in ten parts that leave one
// by one: a part leaves when it is between nine and ten tenths old. Adding and
// summing take constant time; nothing happens while nothing is asked.
//
// `Tally` has += and -=, and zero as its default. A time before the newest one
// seen counts as that one.
//
// Thread-compatible. The idea (subtract on evict) is resilience4j's.
template <typename Tally>
class SlidingWindow {
 public:
  static constexpr int kParts = 10;

  // REQUIRES: length > 0.
  explicit SlidingWindow(absl::Duration length) { SetPart(length); }

  void Add(const Tally& tally, absl::Time now) {
    Advance(now);
    parts_[newest_place_] += tally;
    total_ += tally;
  }

  // Adds what belongs to an earlier time; nothing where that time has left the
  // window.
  void AddAt(const Tally& tally, absl::Time at, absl::Time now) {
    if (Tally* part = PartAt(at, now)) {
      *part += tally;
      total_ += tally;
    }
  }
  // The part that `at` belongs to; nullptr where it has left the window.
  const Tally* Find(absl::Time at, absl::Time now) { return PartAt(at, now); }
  // Takes something out of that part again.
  void TakeOut(const Tally& tally, absl::Time at, absl::Time now) {
    if (Tally* part = PartAt(at, now)) {
      *part -= tally;
      total_ -= tally;
    }
  }

  const Tally& Total(absl::Time now) {
    Advance(now);
    return total_;
  }

  // Sum of the newest `parts` parts. REQUIRES: 0 <= parts <= kParts.
  Tally Newest(int parts, absl::Time now) {
    Advance(now);
    Tally sum{};
    for (int i = 0; i < parts; ++i) sum += At(newest_ - i);
    return sum;
  }

  // The part that ended `age` parts before the current one, 1 <= age < kParts.
  Tally Completed(int age, absl::Time now) {
    Advance(now);
    return At(newest_ - age);
  }

  // Until the part that is `age` parts old, 0 <= age < kParts, leaves.
  absl::Duration UntilPartLeaves(int age, absl::Time now) {
    Advance(now);
    return StartOf(newest_ - age + kParts) - now;
  }

  absl::Duration part_length() const { return absl::Nanoseconds(part_nanos_); }
  absl::Duration length() const {
    return absl::Nanoseconds(part_nanos_ * kParts);
  }

  void Clear() {
    parts_.fill(Tally{});
    total_ = Tally{};
  }

  // Changes the length; what was counted stays, at its age.
  void SetLength(absl::Duration length, absl::Time now) {
    if (length == this->length()) return;
    Advance(now);
    const SlidingWindow old = *this;
    SetPart(length);
    Clear();
    newest_ = kNever;
    newest_end_ = absl::InfinitePast();
    for (int64_t i = 0; i < kParts; ++i) {
      const absl::Time end =
          old.StartOf(old.newest_ - i + 1) - absl::Nanoseconds(1);
      AddAt(old.parts_[Place(old.newest_ - i)], std::min(end, now), now);
    }
  }

 private:
  void SetPart(absl::Duration length) {
    part_nanos_ =
        std::max<int64_t>(1, absl::ToInt64Nanoseconds(length) / kParts);
  }

  int64_t NumberOf(absl::Time at) const {
    const int64_t nanos = absl::ToUnixNanos(at);
    return nanos >= 0 ? nanos / part_nanos_
                      : -((-(nanos + 1)) / part_nanos_) - 1;
  }
  absl::Time StartOf(int64_t number) const {
    return absl::FromUnixNanos(number * part_nanos_);
  }
  static size_t Place(int64_t number) {
    const int64_t place = number % kParts;
    return static_cast<size_t>(place < 0 ? place + kParts : place);
  }
  Tally& At(int64_t number) { return parts_[Place(number)]; }

  Tally* PartAt(absl::Time at, absl::Time now) {
    Advance(now);
    const int64_t number = std::min(NumberOf(at), newest_);
    return number > newest_ - kParts ? &At(number) : nullptr;
  }

  void Advance(absl::Time now) {
    if (now >= newest_end_) Turn(now);
  }

  void Turn(absl::Time now) {
    const int64_t number = NumberOf(now);
    if (newest_ == kNever || number - newest_ >= kParts) {
      Clear();
    } else {
      for (int64_t i = newest_ + 1; i <= number; ++i) {
        total_ -= At(i);
        At(i) = Tally{};
      }
    }
    newest_ = number;
    newest_place_ = Place(number);
    newest_end_ = StartOf(number + 1);
  }

  static constexpr int64_t kNever = std::numeric_limits<int64_t>::min();

  int64_t part_nanos_;
  int64_t newest_ = kNever;  // Number of the newest part since the epoch.
  absl::Time newest_end_ = absl::InfinitePast();
  size_t newest_place_ = 0;
  std::array<Tally, kParts> parts_{};
  Tally total_{};
};

}  // namespace recourse

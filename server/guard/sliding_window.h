// What was counted in the last while.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/time/time.h"
#include "server/guard/packed_parts.h"

namespace recourse {

// The sum of what was added in the last `length`, in ten parts that leave one
// by one: a part leaves when it is between nine and ten tenths old. Adding and
// summing take constant time; nothing happens while nothing is asked.
//
// Most targets and callers are quiet: the parts are allocated when a second one
// of them holds something, and given back when none does.
//
// `Tally` is as PackedParts says, with == too, and zero as its default. A time
// before the newest one seen counts as that one.
//
// Thread-compatible. The idea (subtract on evict) is resilience4j's.
template <typename Tally>
class SlidingWindow {
 public:
  static constexpr int kParts = PackedParts<Tally>::kParts;

  // REQUIRES: 0 < length < a year.
  explicit SlidingWindow(absl::Duration length)
      : part_nanos_(
            std::max<int64_t>(1, absl::ToInt64Nanoseconds(length) / kParts)) {}

  void Add(const Tally& tally, absl::Time now) {
    Advance(now);
    AddTo(0, tally);
  }

  // Adds what belongs to an earlier time; nothing where that time has left the
  // window.
  void AddAt(const Tally& tally, absl::Time at, absl::Time now) {
    const int age = AgeOf(at, now);
    if (age < kParts) AddTo(age, tally);
  }
  // The part that `at` belongs to; nullopt where it has left the window.
  std::optional<Tally> Find(absl::Time at, absl::Time now) {
    const int age = AgeOf(at, now);
    return age < kParts ? std::optional<Tally>(At(age)) : std::nullopt;
  }
  // Takes something out of that part again. REQUIRES: Find has it.
  void TakeOut(const Tally& tally, absl::Time at, absl::Time now) {
    const int age = AgeOf(at, now);
    if (age >= kParts) return;
    if (!parts_.is_nothing()) parts_.TakeOut(age, tally);
    total_ -= tally;
  }

  const Tally& Total(absl::Time now) {
    Advance(now);
    return total_;
  }

  // Sum of the newest `parts` parts. REQUIRES: 0 <= parts <= kParts.
  Tally Newest(int parts, absl::Time now) {
    Advance(now);
    Tally sum{};
    for (int age = 0; age < parts; ++age) sum += At(age);
    return sum;
  }

  // The part that ended `age` parts before the current one, 1 <= age < kParts.
  Tally Completed(int age, absl::Time now) {
    Advance(now);
    return At(age);
  }

  // Until the part that is `age` parts old, 0 <= age < kParts, leaves.
  absl::Duration UntilPartLeaves(int age, absl::Time now) {
    Advance(now);
    return newest_end_ + (kParts - 1 - age) * part_length() - now;
  }

  absl::Duration part_length() const { return absl::Nanoseconds(part_nanos_); }
  absl::Duration length() const {
    return absl::Nanoseconds(part_nanos_ * kParts);
  }

  void Clear() {
    parts_.Clear();
    total_ = Tally{};
    only_age_ = 0;
  }

  // Changes the length; what was counted stays, at its age.
  void SetLength(absl::Duration length, absl::Time now) {
    if (length == this->length()) return;
    Advance(now);
    const SlidingWindow old = std::exchange(*this, SlidingWindow(length));
    for (int age = 0; age < kParts; ++age) {
      const absl::Time end = old.newest_end_ - age * old.part_length();
      AddAt(old.At(age), std::min(end - absl::Nanoseconds(1), now), now);
    }
  }

  size_t heap_bytes() const { return parts_.heap_bytes(); }

 private:
  // Of a part, since the epoch.
  int64_t NumberOf(absl::Time at) const {
    const int64_t nanos = absl::ToUnixNanos(at);
    return nanos >= 0 ? nanos / part_nanos_
                      : -((-(nanos + 1)) / part_nanos_) - 1;
  }
  // REQUIRES: a time was seen.
  int64_t NewestNumber() const { return NumberOf(newest_end_) - 1; }

  // In parts; kParts where that time has left the window.
  int AgeOf(absl::Time at, absl::Time now) {
    Advance(now);
    const int64_t newest = NewestNumber();
    return static_cast<int>(newest -
                            std::clamp(NumberOf(at), newest - kParts, newest));
  }

  Tally At(int age) const {
    if (!parts_.is_nothing()) return parts_.At(age);
    return age == only_age_ ? total_ : Tally{};
  }

  void AddTo(int age, const Tally& tally) {
    if (parts_.is_nothing() && age != only_age_) MakePlace(age, tally);
    if (!parts_.is_nothing()) parts_.Add(age, tally);
    total_ += tally;
  }
  // For what is about to be added to another part than that of only_age_.
  ABSL_ATTRIBUTE_NOINLINE void MakePlace(int age, const Tally& tally) {
    if (tally == Tally{}) return;
    if (total_ == Tally{}) {
      only_age_ = age;
    } else {
      parts_ = PackedParts<Tally>::Zeros();
      parts_.Add(only_age_, total_);
    }
  }

  void Advance(absl::Time now) {
    if (now >= newest_end_) Turn(now);
  }

  ABSL_ATTRIBUTE_NOINLINE void Turn(absl::Time now) {
    const int64_t number = NumberOf(now);
    if (newest_end_ == absl::InfinitePast() ||
        number - NewestNumber() >= kParts) {
      Clear();
    } else {
      DropOldest(static_cast<int>(number - NewestNumber()));
    }
    newest_end_ = absl::FromUnixNanos((number + 1) * part_nanos_);
  }

  // REQUIRES: 0 < count < kParts.
  void DropOldest(int count) {
    if (parts_.is_nothing()) {
      if (only_age_ + count < kParts) {
        only_age_ += count;
      } else {
        Clear();
      }
      return;
    }
    for (int i = 0; i < count; ++i) total_ -= parts_.Turn();
    if (total_ == Tally{}) Clear();
  }

  // In one word: a guard has half a million windows.
  int64_t part_nanos_ : 56;
  int64_t only_age_ : 8 = 0;  // Of what is not zero, where parts_ is nothing.
  PackedParts<Tally> parts_;  // Nothing: one part at most is not zero.
  absl::Time newest_end_ = absl::InfinitePast();  // Of the newest part.
  Tally total_{};
};

}  // namespace recourse

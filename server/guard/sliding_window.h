// What was counted in the last while.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/time/time.h"

namespace recourse {

// The sum of what was added in the last `length`, in ten parts that leave one
// by one: a part leaves when it is between nine and ten tenths old. Adding and
// summing take constant time; nothing happens while nothing is asked.
//
// Most targets and callers are quiet: the parts are allocated when a second one
// of them holds something, and given back when none does.
//
// `Tally` has +=, -= and ==, and zero as its default. A time before the newest
// one seen counts as that one.
//
// Thread-compatible. The idea (subtract on evict) is resilience4j's.
template <typename Tally>
class SlidingWindow {
 public:
  static constexpr int kParts = 10;

  // REQUIRES: length > 0.
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
    if (const auto age = AgeOf(at, now)) AddTo(*age, tally);
  }
  // The part that `at` belongs to; nullopt where it has left the window.
  std::optional<Tally> Find(absl::Time at, absl::Time now) {
    const auto age = AgeOf(at, now);
    return age ? std::optional<Tally>(At(*age)) : std::nullopt;
  }
  // Takes something out of that part again. REQUIRES: Find has it.
  void TakeOut(const Tally& tally, absl::Time at, absl::Time now) {
    const auto age = AgeOf(at, now);
    if (!age) return;
    if (parts_ != nullptr) (*parts_)[Place(*age)] -= tally;
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
    return StartOf(newest_ - age + kParts) - now;
  }

  absl::Duration part_length() const { return absl::Nanoseconds(part_nanos_); }
  absl::Duration length() const {
    return absl::Nanoseconds(part_nanos_ * kParts);
  }

  void Clear() {
    parts_ = nullptr;
    total_ = Tally{};
    only_age_ = 0;
  }

  // Changes the length; what was counted stays, at its age.
  void SetLength(absl::Duration length, absl::Time now) {
    if (length == this->length()) return;
    Advance(now);
    const SlidingWindow old = std::exchange(*this, SlidingWindow(length));
    for (int age = 0; age < kParts; ++age) {
      const absl::Time end =
          old.StartOf(old.newest_ - age + 1) - absl::Nanoseconds(1);
      AddAt(old.At(age), std::min(end, now), now);
    }
  }

 private:
  using Parts = std::array<Tally, kParts>;

  int64_t NumberOf(absl::Time at) const {
    const int64_t nanos = absl::ToUnixNanos(at);
    return nanos >= 0 ? nanos / part_nanos_
                      : -((-(nanos + 1)) / part_nanos_) - 1;
  }
  absl::Time StartOf(int64_t number) const {
    return absl::FromUnixNanos(number * part_nanos_);
  }

  std::optional<int> AgeOf(absl::Time at, absl::Time now) {
    Advance(now);
    const int64_t number = std::min(NumberOf(at), newest_);
    if (number <= newest_ - kParts) return std::nullopt;
    return static_cast<int>(newest_ - number);
  }

  // Where the part that is `age` parts old is kept.
  size_t Place(int age) const {
    const int place = newest_place_ - age;
    return static_cast<size_t>(place < 0 ? place + kParts : place);
  }
  Tally At(int age) const {
    if (parts_ != nullptr) return (*parts_)[Place(age)];
    return age == only_age_ ? total_ : Tally{};
  }

  void AddTo(int age, const Tally& tally) {
    if (parts_ == nullptr && age != only_age_) MakePlace(age, tally);
    if (parts_ != nullptr) (*parts_)[Place(age)] += tally;
    total_ += tally;
  }
  // For what is about to be added to another part than that of only_age_.
  ABSL_ATTRIBUTE_NOINLINE void MakePlace(int age, const Tally& tally) {
    if (tally == Tally{}) return;
    if (total_ == Tally{}) {
      only_age_ = static_cast<int8_t>(age);
    } else {
      parts_ = std::make_unique<Parts>();
      (*parts_)[Place(only_age_)] = total_;
    }
  }

  void Advance(absl::Time now) {
    if (now >= newest_end_) Turn(now);
  }

  ABSL_ATTRIBUTE_NOINLINE void Turn(absl::Time now) {
    const int64_t number = NumberOf(now);
    if (newest_ == kNever || number - newest_ >= kParts) {
      Clear();
    } else {
      DropOldest(static_cast<int>(number - newest_));
    }
    newest_ = number;
    newest_end_ = StartOf(number + 1);
  }

  // REQUIRES: 0 < count < kParts.
  void DropOldest(int count) {
    if (parts_ == nullptr) {
      only_age_ = static_cast<int8_t>(only_age_ + count);
      if (only_age_ >= kParts) Clear();
      return;
    }
    for (int i = 0; i < count; ++i) {
      newest_place_ = newest_place_ + 1 == kParts
                          ? int8_t{0}
                          : static_cast<int8_t>(newest_place_ + 1);
      Tally& oldest = (*parts_)[static_cast<size_t>(newest_place_)];
      total_ -= oldest;
      oldest = Tally{};
    }
    if (total_ == Tally{}) Clear();
  }

  static constexpr int64_t kNever = std::numeric_limits<int64_t>::min();

  int64_t part_nanos_;
  int64_t newest_ = kNever;  // Number of the newest part since the epoch.
  absl::Time newest_end_ = absl::InfinitePast();
  std::unique_ptr<Parts> parts_;  // Null: one part at most is not zero, ...
  Tally total_{};
  int8_t only_age_ = 0;      // ... and that old. Else unused.
  int8_t newest_place_ = 0;  // In *parts_.
};

}  // namespace recourse

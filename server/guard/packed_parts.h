// The parts of a sliding window, a hundred thousand times.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "absl/base/attributes.h"
#include "server/guard/heap_bytes.h"

namespace recourse {

// A ring of ten sums, or nothing: 8 bytes. Each count takes one byte until one
// of them needs two, then all take two, and so on to what Tally gives them:
// most callers make few calls a second. It does not narrow again; who owns it
// clears it when nothing is left.
//
// `Tally` is a struct of counts, all of type Tally::Count, with += and -=.
// Negative ones are kept, in full width.
//
// Thread-compatible.
template <typename Tally>
class PackedParts {
 public:
  static constexpr int kParts = 10;

  PackedParts() = default;  // Nothing.
  static PackedParts Zeros() { return PackedParts(sizeof(uint8_t)); }

  bool is_nothing() const { return bytes_ == nullptr; }
  void Clear() { bytes_ = nullptr; }

  // REQUIRES (all): not nothing; 0 <= age < kParts.
  Tally At(int age) const { return Load(Place(age)); }
  void Add(int age, const Tally& tally) {
    while (!TryAdd(Place(age), tally)) Widen();
  }
  void TakeOut(int age, const Tally& tally) {
    Tally less{};
    less -= tally;
    Add(age, less);
  }
  // Each is one part older; the oldest leaves and is returned.
  Tally Turn() {
    bytes_[1] = static_cast<uint8_t>(Place(kParts - 1));
    const Tally oldest = Load(bytes_[1]);
    Store(bytes_[1], Tally{});
    return oldest;
  }

  size_t heap_bytes() const {
    return is_nothing() ? 0 : HeapBytes(BytesFor(width()));
  }

 private:
  using Count = typename Tally::Count;
  static constexpr size_t kCounts = sizeof(Tally) / sizeof(Count);
  using Counts = std::array<Count, kCounts>;

  // Before the counts: the bytes that one has, and the place of the newest.
  static constexpr size_t kHeaderBytes = 2;
  static constexpr size_t BytesFor(size_t width) {
    return kHeaderBytes + kParts * kCounts * width;
  }

  explicit PackedParts(size_t width)
      : bytes_(std::make_unique<uint8_t[]>(BytesFor(width))) {
    bytes_[0] = static_cast<uint8_t>(width);
  }

  size_t width() const { return bytes_[0]; }

  size_t Place(int age) const {
    const int place = bytes_[1] - age;
    return static_cast<size_t>(place < 0 ? place + kParts : place);
  }

  // Calls `work` with a zero of the type that a count has here.
  template <typename Work>
  auto WithWidth(Work work) const {
    switch (width()) {
      case sizeof(uint8_t):
        return work(uint8_t{});
      case sizeof(uint16_t):
        return work(uint16_t{});
      default:
        return work(Count{});
    }
  }

  Tally Load(size_t place) const {
    return WithWidth([&](auto zero) { return LoadAs(place, zero); });
  }
  // REQUIRES: it fits.
  void Store(size_t place, const Tally& tally) {
    WithWidth([&](auto zero) { return StoreAs(place, tally, zero); });
  }
  // False where the sum does not fit; then nothing was added.
  bool TryAdd(size_t place, const Tally& tally) {
    return WithWidth([&](auto zero) {
      Tally sum = LoadAs(place, zero);
      sum += tally;
      return StoreAs(place, sum, zero);
    });
  }

  template <typename Packed>
  Tally LoadAs(size_t place, Packed) const {
    std::array<Packed, kCounts> packed;
    std::memcpy(packed.data(), AddressOf<Packed>(place), sizeof(packed));
    // Count by count: a cast of all of them goes through memory.
    return std::apply([](auto... counts) { return Tally{counts...}; }, packed);
  }
  template <typename Packed>
  bool StoreAs(size_t place, const Tally& tally, Packed) {
    const auto counts = std::bit_cast<Counts>(tally);
    std::array<Packed, kCounts> packed;
    Count bits = 0;  // One is too large just where those of all together are.
    for (size_t i = 0; i < kCounts; ++i) {
      bits |= counts[i];
      packed[i] = static_cast<Packed>(counts[i]);
    }
    if constexpr (sizeof(Packed) < sizeof(Count)) {
      if (static_cast<std::make_unsigned_t<Count>>(bits) >
          std::numeric_limits<Packed>::max()) {
        return false;
      }
    }
    std::memcpy(AddressOf<Packed>(place), packed.data(), sizeof(packed));
    return true;
  }
  template <typename Packed>
  uint8_t* AddressOf(size_t place) const {
    return bytes_.get() + kHeaderBytes + place * kCounts * sizeof(Packed);
  }

  ABSL_ATTRIBUTE_NOINLINE void Widen() {
    PackedParts wider(width() == sizeof(uint8_t) ? sizeof(uint16_t)
                                                 : sizeof(Count));
    wider.bytes_[1] = bytes_[1];
    for (size_t place = 0; place < kParts; ++place) {
      wider.Store(place, Load(place));
    }
    *this = std::move(wider);
  }

  std::unique_ptr<uint8_t[]> bytes_;
};

}  // namespace recourse

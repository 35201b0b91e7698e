// Names that redaction left as they were, so that one that comes again costs no
// regex.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace recourse {

// Remembers hashes of kSlots names; a further one takes another's place. A name
// that was not added passes for one that was with a chance of 2^-63. Thread
// safety: safe for concurrent use, without a lock.
class CleanNames {
 public:
  static constexpr size_t kSlots = 4096;

  bool Contains(absl::string_view name) const {
    const uint64_t hash = HashOf(name);
    return slots_[hash / 2 % kSlots].load(std::memory_order_relaxed) == hash;
  }
  void Add(absl::string_view name) {
    const uint64_t hash = HashOf(name);
    slots_[hash / 2 % kSlots].store(hash, std::memory_order_relaxed);
  }

 private:
  // Never 0, which is an empty slot.
  static uint64_t HashOf(absl::string_view name) {
    return uint64_t{absl::HashOf(name)} | 1;
  }

  std::array<std::atomic<uint64_t>, kSlots> slots_{};
};

}  // namespace recourse

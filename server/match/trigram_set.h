// A small sketch of a text, to refuse most literals without looking at it.
#pragma once

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace recourse {

// The three-byte sequences of a text, as bits that different ones may share: a
// Bloom filter with one hash. On messages it is sparse; on very long texts it
// fills up and refuses little.
class TrigramSet {
 public:
  using Slot = uint16_t;
  static constexpr Slot kAlwaysSet = 0;

  explicit TrigramSet(absl::string_view text) {
    words_[0] = 1;
    for (size_t i = 0; i + 3 <= text.size(); ++i) {
      const Slot slot = SlotOf(text.substr(i, 3));
      words_[slot / 64] |= uint64_t{1} << (slot % 64);
    }
  }

  bool Has(Slot slot) const { return words_[slot / 64] >> (slot % 64) & 1; }

  // REQUIRES: three bytes.
  static Slot SlotOf(absl::string_view trigram) {
    const uint32_t bytes = static_cast<unsigned char>(trigram[0]) |
                           static_cast<unsigned char>(trigram[1]) << 8 |
                           static_cast<unsigned char>(trigram[2]) << 16;
    return static_cast<Slot>(bytes * 0x9E3779B1u >> (32 - kBits));
  }

 private:
  static constexpr int kBits = 14;
  std::array<uint64_t, (size_t{1} << kBits) / 64> words_{};
};

}  // namespace recourse

// A hash that is the same in every process and version: what tokens store.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace recourse {

// FNV-1a, 64 bits, with a final mix so that near inputs differ in all bits.
// Not for untrusted keys of hash tables. Continue a hash with `seed`.
constexpr uint64_t StableHash(absl::string_view bytes,
                              uint64_t seed = 0xcbf29ce484222325) {
  uint64_t hash = seed;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  hash ^= hash >> 32;
  hash *= 0xd6e8feb86659fd93;
  return hash ^ (hash >> 32);
}

// A number in [0, 1) made of `hash`: chance for the pure core, which has none
// of its own. The same hash gives the same number.
constexpr double UnitInterval(uint64_t hash) {
  return static_cast<double>(hash >> 11) * 0x1.0p-53;
}

}  // namespace recourse

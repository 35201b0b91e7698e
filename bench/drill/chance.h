// Virtual time, and chance that does not depend on the order of events.
#pragma once

#include <cmath>
#include <cstdint>

namespace recourse::drill {

// Nanoseconds since a run began, or between two moments of it.
using Nanos = int64_t;

inline constexpr Nanos kMilli = 1'000'000;
inline constexpr Nanos kSecond = 1'000 * kMilli;

inline Nanos FromSeconds(double seconds) {
  return static_cast<Nanos>(std::llround(seconds * 1e9));
}
inline double ToSeconds(Nanos nanos) {
  return static_cast<double>(nanos) / 1e9;
}

// What a chance is for: draws for different purposes are independent.
enum class Draw : uint8_t { kService, kBackground, kJitter, kSeed, kPush };

// 64 even bits made of all arguments (the mix of splitmix64). The same
// operation of two runs has the same luck, whatever happened around it: so runs
// of different policies can be compared, operation by operation.
inline uint64_t Bits(uint64_t seed, Draw draw, uint64_t a, uint64_t b) {
  uint64_t bits = seed * 0x9e3779b97f4a7c15 + static_cast<uint64_t>(draw);
  for (const uint64_t word : {a, b}) {
    bits += word + 0x9e3779b97f4a7c15;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    bits ^= bits >> 31;
  }
  return bits;
}

// The same as a number in [0, 1).
inline double Chance(uint64_t seed, Draw draw, uint64_t a, uint64_t b) {
  return static_cast<double>(Bits(seed, draw, a, b) >> 11) * 0x1.0p-53;
}

// Exponentially distributed, with mean 1; `unit` in [0, 1).
inline double Exponential(double unit) { return -std::log1p(-unit); }

}  // namespace recourse::drill

// Sums of calls that ended: what all evidence is made of.
#pragma once

#include <cstdint>

namespace recourse {

// `Count` is int64_t for a target's pool and int32_t for one caller of many.
template <typename CountType>
struct BasicCallTally {
  using Count = CountType;

  Count calls = 0;
  Count failures = 0;  // 0-calls.
  Count slow = 0;      // 0-calls.

  BasicCallTally& operator+=(const BasicCallTally& other) {
    calls += other.calls;
    failures += other.failures;
    slow += other.slow;
    return *this;
  }
  BasicCallTally& operator-=(const BasicCallTally& other) {
    calls -= other.calls;
    failures -= other.failures;
    slow -= other.slow;
    return *this;
  }
  bool operator==(const BasicCallTally&) const = default;

  Count successes() const { return calls - failures; }
  // 0 where nothing was called.
  double failure_rate() const { return Share(failures); }
  double slow_rate() const { return Share(slow); }
  // Some failed (were slow), and at least `rate` of all, 0 < rate <= 1.
  bool FailsAt(double rate) const { return IsShare(failures, rate); }
  bool IsSlowAt(double rate) const { return IsShare(slow, rate); }

 private:
  double Share(Count part) const {
    return calls == 0 ? 0
                      : static_cast<double>(part) / static_cast<double>(calls);
  }
  bool IsShare(Count part, double rate) const {
    // A hair of tolerance, for 0.7 of 10 being 7.
    return part > 0 && static_cast<double>(part) + 1e-9 >=
                           rate * static_cast<double>(calls);
  }
};

using CallTally = BasicCallTally<int64_t>;
using SmallCallTally = BasicCallTally<int32_t>;

// Part `i` of `n` near-equal parts of a sum of at most 10^9 calls: the parts
// add up to it.
inline CallTally PartOf(const CallTally& sum, int i, int n) {
  if (sum.calls == 0) return {};
  const int64_t before = sum.calls * i / n;
  const int64_t after = sum.calls * (i + 1) / n;
  // Of the calls before and after: so no part has more than its calls.
  const auto part = [&](int64_t count) {
    return count * after / sum.calls - count * before / sum.calls;
  };
  return {after - before, part(sum.failures), part(sum.slow)};
}

}  // namespace recourse

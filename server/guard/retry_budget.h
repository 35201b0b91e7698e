// How many retries a target gets from all its callers together.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"
#include "server/guard/sliding_window.h"
#include "server/model/circuit.h"
#include "server/model/target_policy.h"

namespace recourse {

// In the last ttl at most
//   retry_ratio * first calls + min_retries_per_second * ttl
// retries are granted. First calls are those that callers told of less the
// retries among them, so that retries do not earn retries. A reservation is
// made when a retry is granted and expires with the ttl; it comes back when the
// retry is known not to run. A change of policy keeps what was counted.
//
// Thread-compatible. The idea (deposits that expire) is Finagle's RetryBudget.
class RetryBudget {
 public:
  // At this many calls within the ttl no more are counted.
  static constexpr int64_t kMaxCalls = 2'000'000'000;

  explicit RetryBudget(const RetryBudgetPolicy& policy)
      : ratio_(policy.retry_ratio),
        floor_(FloorOf(policy)),
        window_(policy.ttl) {}

  void SetPolicy(const RetryBudgetPolicy& policy, absl::Time now) {
    ratio_ = policy.retry_ratio;
    floor_ = FloorOf(policy);
    window_.SetLength(policy.ttl, now);
  }

  // Calls that a caller told of, retries included.
  void AddCalls(int64_t calls, absl::Time now) {
    if (window_.Total(now).calls + calls > kMaxCalls) return;
    window_.Add({static_cast<int32_t>(calls), 0, 0}, now);
  }
  // A reserved retry ran: it is, or will be, among the calls told.
  void AddRan(absl::Time now) { window_.Add({0, 0, 1}, now); }

  enum class Reserved : uint8_t { kNo, kYes, kYesOfFloorAlone };
  // kNo: the limit is reached. kYesOfFloorAlone: nobody tells of calls.
  Reserved Reserve(absl::Time now);
  // Gives back what was reserved at `reserved_at`, unless that expired.
  void Release(absl::Time reserved_at, absl::Time now);

  BudgetView View(absl::Time now);
  // Until the oldest reservation expires.
  absl::Duration UntilRefill(absl::Time now);
  void Clear() { window_.Clear(); }
  size_t heap_bytes() const { return window_.heap_bytes(); }

 private:
  struct Counts {
    using Count = int32_t;

    int32_t calls = 0;
    int32_t reserved = 0;
    int32_t ran = 0;

    Counts& operator+=(const Counts& other) {
      calls += other.calls;
      reserved += other.reserved;
      ran += other.ran;
      return *this;
    }
    Counts& operator-=(const Counts& other) {
      calls -= other.calls;
      reserved -= other.reserved;
      ran -= other.ran;
      return *this;
    }
    bool operator==(const Counts&) const = default;
  };

  static double FloorOf(const RetryBudgetPolicy& policy) {
    return policy.min_retries_per_second * absl::ToDoubleSeconds(policy.ttl);
  }
  double Limit(const Counts& counts) const;

  double ratio_;  // As the policy says.
  double floor_;  // Within ttl.
  SlidingWindow<Counts> window_;
};

}  // namespace recourse

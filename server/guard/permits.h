// Half-open trials that were granted, as leases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "server/guard/heap_bytes.h"

namespace recourse {

// How long a lease outlives its delay: the call, and a margin for its report.
// Nobody blocks a trial for longer than kMaxLeasedCall by claiming slow calls.
inline constexpr absl::Duration kLeaseMargin = absl::Seconds(5);
inline constexpr absl::Duration kMaxLeasedCall = absl::Minutes(5);
absl::Duration LeaseAfterDelay(absl::Duration expected_call_time);

// Leases by id. An id is not 0 and hard to guess, so that one of an earlier
// process does not pass for one of this. The owner bounds their number.
//
// Thread-compatible.
class Permits {
 public:
  struct Lease {
    int group = 0;
    absl::Time at;  // When it runs.
    absl::Duration call_time;
  };

  // A new lease; it lasts LeaseAfterDelay(call_time) from lease.at on.
  uint64_t Take(const Lease& lease, uint64_t seed);
  // Ends a lease; nullopt when it is not out: never given, ended before, or
  // expired.
  std::optional<Lease> End(uint64_t id);
  // It runs later. Nothing where it is not out.
  void Move(uint64_t id, absl::Time at);
  // Ends what is over, and says how many of `group` were among them.
  int Expire(int group, absl::Time now);

  int out() const { return static_cast<int>(leases_.size()); }
  void Clear();
  size_t heap_bytes() const { return HeapBytes(leases_); }

 private:
  absl::flat_hash_map<uint64_t, Lease> leases_;
  absl::Time earliest_ = absl::InfiniteFuture();  // No lease ends before.
  uint64_t count_ = 0;
};

}  // namespace recourse

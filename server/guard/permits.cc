#include "server/guard/permits.h"

#include <algorithm>

#include "absl/strings/string_view.h"
#include "server/model/stable_hash.h"

namespace recourse {

absl::Duration LeaseAfterDelay(absl::Duration expected_call_time) {
  const absl::Duration call =
      std::clamp(expected_call_time, absl::ZeroDuration(), kMaxLeasedCall);
  return call + std::max(kLeaseMargin, call);
}

namespace {

absl::Time EndOf(const Permits::Lease& lease) {
  return lease.at + LeaseAfterDelay(lease.call_time);
}

}  // namespace

uint64_t Permits::Take(const Lease& lease, uint64_t seed) {
  uint64_t id = 0;
  do {
    const uint64_t words[] = {seed, ++count_};
    id = StableHash(
        absl::string_view(reinterpret_cast<const char*>(words), sizeof(words)));
  } while (id == 0 || leases_.contains(id));
  leases_.emplace(id, lease);
  earliest_ = std::min(earliest_, EndOf(lease));
  return id;
}

std::optional<Permits::Lease> Permits::End(uint64_t id) {
  const auto found = leases_.find(id);
  if (found == leases_.end()) return std::nullopt;
  const Lease lease = found->second;
  leases_.erase(found);
  return lease;
}

void Permits::Move(uint64_t id, absl::Time at) {
  const auto found = leases_.find(id);
  if (found != leases_.end()) found->second.at = at;
}

int Permits::Expire(int group, absl::Time now) {
  if (now < earliest_) return 0;
  int expired = 0;
  earliest_ = absl::InfiniteFuture();
  for (auto it = leases_.begin(); it != leases_.end();) {
    const absl::Time end = EndOf(it->second);
    if (end <= now) {
      expired += it->second.group == group;
      leases_.erase(it++);
    } else {
      earliest_ = std::min(earliest_, end);
      ++it;
    }
  }
  return expired;
}

void Permits::Clear() {
  leases_.clear();
  earliest_ = absl::InfiniteFuture();
}

}  // namespace recourse

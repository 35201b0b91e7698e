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

uint64_t Permits::Take(int group, absl::Time until, uint64_t seed) {
  uint64_t id = 0;
  do {
    const uint64_t words[] = {seed, ++count_};
    id = StableHash(
        absl::string_view(reinterpret_cast<const char*>(words), sizeof(words)));
  } while (id == 0 || leases_.contains(id));
  leases_.emplace(id, Lease{group, until});
  earliest_ = std::min(earliest_, until);
  return id;
}

std::optional<int> Permits::End(uint64_t id) {
  const auto found = leases_.find(id);
  if (found == leases_.end()) return std::nullopt;
  const int group = found->second.group;
  leases_.erase(found);
  return group;
}

bool Permits::Extend(uint64_t id, absl::Time until) {
  const auto found = leases_.find(id);
  if (found == leases_.end()) return false;
  found->second.until = std::max(found->second.until, until);
  return true;
}

int Permits::Expire(int group, absl::Time now) {
  if (now < earliest_) return 0;
  int expired = 0;
  earliest_ = absl::InfiniteFuture();
  for (auto it = leases_.begin(); it != leases_.end();) {
    if (it->second.until <= now) {
      expired += it->second.group == group;
      leases_.erase(it++);
    } else {
      earliest_ = std::min(earliest_, it->second.until);
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

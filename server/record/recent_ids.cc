#include "server/record/recent_ids.h"

#include "absl/hash/hash.h"

namespace recourse {

void RecentIds::Forget(absl::Time now) {
  while (!entries_.empty() && now - entries_.front().time >= kLifetime) {
    hashes_.erase(entries_.front().hash);
    entries_.pop_front();
  }
}

bool RecentIds::Insert(absl::string_view id, absl::Time now) {
  absl::MutexLock lock(&mu_);
  Forget(now);
  const size_t hash = absl::HashOf(id);
  if (!hashes_.insert(hash).second) return false;
  entries_.push_back({now, hash});
  if (entries_.size() > kMaxRemembered) {
    hashes_.erase(entries_.front().hash);
    entries_.pop_front();
  }
  return true;
}

bool RecentIds::Contains(absl::string_view id, absl::Time now) {
  absl::MutexLock lock(&mu_);
  Forget(now);
  return hashes_.contains(absl::HashOf(id));
}

}  // namespace recourse

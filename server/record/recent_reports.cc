#include "server/record/recent_reports.h"

#include "absl/hash/hash.h"

namespace recourse {

void RecentReports::Forget(absl::Time now) {
  while (!entries_.empty() && now - entries_.front().time >= kLifetime) {
    hashes_.erase(entries_.front().hash);
    entries_.pop_front();
  }
}

bool RecentReports::Insert(absl::string_view recovery_id, absl::Time now) {
  absl::MutexLock lock(&mu_);
  Forget(now);
  const size_t hash = absl::HashOf(recovery_id);
  if (!hashes_.insert(hash).second) return false;
  entries_.push_back({now, hash});
  if (entries_.size() > kMaxRemembered) {
    hashes_.erase(entries_.front().hash);
    entries_.pop_front();
  }
  return true;
}

bool RecentReports::Contains(absl::string_view recovery_id, absl::Time now) {
  absl::MutexLock lock(&mu_);
  Forget(now);
  return hashes_.contains(absl::HashOf(recovery_id));
}

}  // namespace recourse

#include "server/incident/write_backoff.h"

#include <algorithm>

namespace recourse {
namespace {

// Doublings beyond the longest delay.
constexpr int kMaxDoublings = 10;

}  // namespace

bool WriteBackoff::IsDue(const std::string& key, absl::Time now) const {
  const auto entry = entries_.find(key);
  return entry == entries_.end() || now >= entry->second.next_try;
}

WriteBackoff::Failure WriteBackoff::Failed(const std::string& key,
                                           const absl::Status& why,
                                           absl::Time now) {
  Entry& entry = entries_[key];
  const int doublings = std::min(entry.failures, kMaxDoublings);
  const absl::Duration delay =
      std::min(kFirstDelay * (1 << doublings),
               IsStoreAway(why) ? kMaxDelayAway : kMaxDelay);
  ++entry.failures;
  entry.next_try = now + delay;
  return {.count = entry.failures, .delay = delay};
}

void WriteBackoff::ForgetUntried(absl::Time now) {
  absl::erase_if(entries_, [now](const auto& entry) {
    return now - entry.second.next_try >= kMaxDelay;
  });
}

bool IsStoreAway(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsResourceExhausted(status) || absl::IsCancelled(status);
}

}  // namespace recourse

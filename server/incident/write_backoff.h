// When to try again what the Store did not take. Private to server/incident/.
#pragma once

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

namespace recourse {

// Each entry that failed waits for itself: 1 s, 2 s, 4 s, ... to the longest
// delay of its kind of failure. So one that the store will never take is tried
// seldom, and a store that comes back is noticed soon.
//
// Thread-compatible.
class WriteBackoff {
 public:
  static constexpr absl::Duration kFirstDelay = absl::Seconds(1);
  // The store is away or full: about as long as that lasts.
  static constexpr absl::Duration kMaxDelayAway = absl::Seconds(10);
  // It answers and does not take the entry.
  static constexpr absl::Duration kMaxDelay = absl::Minutes(5);

  struct Failure {
    int count = 0;  // In a row.
    absl::Duration delay;
  };

  bool IsDue(const std::string& key, absl::Time now) const;
  Failure Failed(const std::string& key, const absl::Status& why,
                 absl::Time now);
  void Succeeded(const std::string& key) { entries_.erase(key); }
  // Forgets entries that nobody tries any more.
  void ForgetUntried(absl::Time now);
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    int failures = 0;
    absl::Time next_try;
  };

  absl::flat_hash_map<std::string, Entry> entries_;
};

// True when `status` says that the store is out of reach, busy or full: nothing
// is wrong with what was to be written.
bool IsStoreAway(const absl::Status& status);

}  // namespace recourse

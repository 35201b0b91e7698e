// Which ids came in the last minutes: of recoveries that were reported, of
// decisions whose run was settled, of sums that were told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace recourse {

// Holds a hash of 64 bits per id (keyed per process), the last kMaxRemembered
// of at most kLifetime.
//
// Thread safety: safe for concurrent use; takes one short lock.
class RecentIds {
 public:
  static constexpr absl::Duration kLifetime = absl::Minutes(10);
  static constexpr size_t kMaxRemembered = 1 << 18;  // About 8 MB.

  // False, and nothing is changed, when it is there already.
  bool Insert(absl::string_view id, absl::Time now);
  bool Contains(absl::string_view id, absl::Time now);

 private:
  struct Entry {
    absl::Time time;
    size_t hash;
  };

  void Forget(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  absl::Mutex mu_;
  std::deque<Entry> entries_ ABSL_GUARDED_BY(mu_);  // Oldest first.
  absl::flat_hash_set<size_t> hashes_ ABSL_GUARDED_BY(mu_);
};

}  // namespace recourse

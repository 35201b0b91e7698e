// Which leases are alive, and the thread that ends those that are not.
// Private to server/store/.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace recourse {

inline constexpr size_t kMaxStoreLeases = 10'000;

// Time since some fixed moment that never goes backwards.
absl::Time MonotonicNow();

// A lease is alive before its deadline and never again after it, even while
// its keys wait to be deleted. Deadlines are in memory only: a keep-alive costs
// no write, and a store that is reopened gives every lease its full ttl again.
//
// Thread safety: safe for concurrent use.
class LeaseKeeper {
 public:
  struct Options {
    // Must be safe to call from any thread and never go backwards.
    std::function<absl::Time()> now = MonotonicNow;
    // Longest time until a deadline that has passed on `now` is noticed, and
    // until a failed expiry is tried again. Above zero.
    absl::Duration check_interval = absl::Seconds(1);
  };
  // Deletes a lease and its keys. OK and NOT_FOUND are final; after any other
  // status it is called again.
  using ExpireFunction = std::function<absl::Status(int64_t lease_id)>;

  // `expire` is called from the keeper's thread, without its lock, until the
  // destructor has returned.
  LeaseKeeper(Options options, ExpireFunction expire);
  ~LeaseKeeper();

  // RESOURCE_EXHAUSTED when there are kMaxStoreLeases already.
  absl::Status CheckRoom();
  void Add(int64_t lease_id, absl::Duration ttl);  // From now on.
  bool IsAlive(int64_t lease_id);
  absl::Status KeepAlive(int64_t lease_id);  // NOT_FOUND when not alive.
  void Remove(int64_t lease_id);

 private:
  struct Lease {
    absl::Duration ttl;
    absl::Time deadline;
  };

  void Run();
  // Expires what is due. False when something must be tried again.
  bool ExpireDue();
  absl::Duration UntilNextDeadline() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  const ExpireFunction expire_;

  absl::Mutex mutex_;
  absl::CondVar changed_;
  std::map<int64_t, Lease> leases_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace recourse

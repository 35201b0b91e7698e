// Delivers changes to watchers, from one thread. Private to server/store/.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/store/store.h"

namespace recourse {

inline constexpr size_t kMaxStoreWatches = 1024;  // Per store.
// A batch ends with the revision that reaches either.
inline constexpr size_t kMaxWatchBatchChanges = 1000;
inline constexpr size_t kMaxWatchBatchBytes = 4 << 20;

// Changes of whole revisions, and the first revision they do not cover.
struct StoreChangePage {
  std::vector<StoreChange> changes;
  int64_t next_revision = 0;
};

// A watcher is only a prefix and the next revision it has not seen: its changes
// are read back from the database when its turn comes. So a slow callback costs
// no memory and delays no commit, only the watchers behind it; one that falls
// behind the compaction is ended with OUT_OF_RANGE.
//
// Watchers take turns, a batch each.
//
// Thread safety: safe for concurrent use. Create it in a shared_ptr: watches
// may outlive the store, and keep the (stopped) hub.
class WatchHub : public std::enable_shared_from_this<WatchHub> {
 public:
  // The changes below a prefix from a revision on, one batch of them.
  using ReadFunction = std::function<absl::StatusOr<StoreChangePage>(
      std::string_view prefix, int64_t from_revision)>;

  // `revision` is the store's. `read` is called from the hub's thread, until
  // Stop has returned. After UNAVAILABLE or RESOURCE_EXHAUSTED it is called
  // again `retry_delay` later; any other error ends the watch that it was for.
  WatchHub(int64_t revision, ReadFunction read, absl::Duration retry_delay);
  ~WatchHub();

  // Says that `revision` is committed. Never blocks on a callback.
  void Publish(int64_t revision);

  // RESOURCE_EXHAUSTED above kMaxStoreWatches.
  absl::StatusOr<std::unique_ptr<StoreWatch>> Add(std::string_view prefix,
                                                  int64_t from_revision,
                                                  StoreWatchCallback callback);

  // Ends all watches, after a running callback has returned. No callback runs
  // later. Idempotent; not from inside a callback.
  void Stop();

 private:
  class Watch;
  struct Watcher {
    std::string prefix;
    int64_t next_revision;
    StoreWatchCallback callback;
    bool ended = false;
  };

  void Remove(int64_t id);
  void Run();
  // Gives every watcher that is behind one batch. False when a read must be
  // tried again later.
  bool ServeRound();
  enum class Served { kDone, kMore, kRetry };
  // Served while pinned by serving_id_.
  Served ServeOne(int64_t next_revision, Watcher& watcher);

  const ReadFunction read_;
  const absl::Duration retry_delay_;

  absl::Mutex mutex_;
  absl::CondVar changed_;  // Any member below.
  std::map<int64_t, std::unique_ptr<Watcher>> watchers_ ABSL_GUARDED_BY(mutex_);
  int64_t next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  int64_t revision_ ABSL_GUARDED_BY(mutex_);
  int64_t serving_id_ ABSL_GUARDED_BY(mutex_) = 0;  // Pinned: not to be freed.
  bool pending_ ABSL_GUARDED_BY(mutex_) = false;    // Someone may be behind.
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace recourse

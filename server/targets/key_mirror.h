// Follows the Store's keys below a prefix, with a watch.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/store/store.h"

namespace recourse {

// What has changed below the prefix; a key is in one of them, once.
struct KeyChanges {
  std::vector<StoreEntry> put;
  std::vector<std::string> deleted;
};

// It keeps the revision of each key alone: whoever listens has the values.
//
// Thread safety: safe for concurrent use.
class KeyMirror {
 public:
  // How long a writer waits to see its own change arrive.
  static constexpr absl::Duration kArrivalTimeout = absl::Seconds(10);
  // Between two attempts to list while the Store is out of reach.
  static constexpr absl::Duration kListInterval = absl::Seconds(1);

  // Told of all entries at first, from Open, and then of what changes, one call
  // at a time.
  using Listener = std::function<void(const KeyChanges&)>;

  // `store` outlives the mirror. The Store's errors while listing.
  static absl::StatusOr<std::unique_ptr<KeyMirror>> Open(Store* store,
                                                         std::string prefix,
                                                         Listener listener);
  ~KeyMirror();

  // Commits, then waits until the change is here and the listener knows it.
  // Refusals with the reasons of wire/errors.h; a compare that fails is
  // ABORTED.
  absl::StatusOr<int64_t> Commit(const StoreTransaction& transaction);

 private:
  KeyMirror(Store* store, std::string prefix, Listener listener);

  absl::Status ListAndWatch();
  void TakeChanges(absl::StatusOr<std::vector<StoreChange>> changes);
  void Tell(const KeyChanges& changes, int64_t revision);
  void Run();

  Store* const store_;
  const std::string prefix_;
  const Listener listener_;

  // By key, as told; touched only by whoever tells.
  std::map<std::string, int64_t> told_;

  mutable absl::Mutex mu_;
  int64_t revision_ ABSL_GUARDED_BY(mu_) = 0;
  bool stale_ ABSL_GUARDED_BY(mu_) = false;  // The watch ended: list anew.
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;

  std::unique_ptr<StoreWatch> watch_;  // Open's, then our thread's.
  std::thread thread_;
};

}  // namespace recourse

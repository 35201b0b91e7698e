// A copy of the Store's patterns in memory, kept up to date by a watch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/catalog/pattern_view.h"
#include "server/store/store.h"

namespace recourse {

// Two threads change the view, never both at once: the Store's, while a watch
// lives, and our own, which lists everything anew when there is no watch or
// when a set came into force (the watch tells that, and not what is in it).
//
// Thread safety: safe for concurrent use; reading is one pointer copy.
class PatternMirror {
 public:
  // How long a writer waits to see its own change arrive.
  static constexpr absl::Duration kArrivalTimeout = absl::Seconds(10);
  // Between two attempts to list while the Store is out of reach.
  static constexpr absl::Duration kListInterval = absl::Seconds(1);

  // `store` outlives the mirror. `library_index`: CatalogOptions. The Store's
  // errors while listing.
  static absl::StatusOr<std::unique_ptr<PatternMirror>> Open(
      Store* store, EntryMap library, absl::string_view library_index,
      size_t max_patterns);
  ~PatternMirror();

  std::shared_ptr<const PatternView> view() const;

  // Returns when the change of revision `head` is in the view. UNAVAILABLE
  // when it does not arrive in time, though it is in the Store.
  absl::Status WaitFor(int64_t head);

  void OnChange(std::function<void(int64_t head)> listener);

 private:
  PatternMirror(Store* store, EntryMap library, size_t max_patterns);

  absl::Status ListAndWatch();
  void Publish(EntryMap users, int64_t head);
  void TakeChanges(absl::StatusOr<std::vector<StoreChange>> changes);
  void Run();

  Store* const store_;
  const std::shared_ptr<const EntryMap> library_;
  const size_t max_patterns_;

  mutable absl::Mutex mu_;
  std::shared_ptr<const PatternView> view_ ABSL_GUARDED_BY(mu_);
  std::function<void(int64_t)> listener_ ABSL_GUARDED_BY(mu_);
  // The watch has ended, or tells less than a listing: our thread's turn.
  bool stale_ ABSL_GUARDED_BY(mu_) = false;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;

  std::unique_ptr<StoreWatch> watch_;  // Open's, then our thread's.
  std::thread thread_;
};

}  // namespace recourse

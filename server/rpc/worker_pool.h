// Threads for calls that may block on the Store, so that the event loops of
// gRPC never do.
#pragma once

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"

namespace recourse {

// Thread safety: safe for concurrent use.
class WorkerPool {
 public:
  static constexpr size_t kDefaultMaxQueued = 4096;
  // Of requests as they came over the wire; in memory they take a few times
  // that.
  static constexpr size_t kDefaultMaxQueuedBytes = 64 << 20;

  explicit WorkerPool(int threads, size_t max_queued = kDefaultMaxQueued,
                      size_t max_queued_bytes = kDefaultMaxQueuedBytes);
  ~WorkerPool();  // Runs what is queued, then ends.

  // False, and `task` is dropped, when max_queued tasks wait already, or tasks
  // that hold max_queued_bytes with this one's `bytes`.
  [[nodiscard]] bool Schedule(size_t bytes, std::function<void()> task);

 private:
  struct Task {
    size_t bytes;
    std::function<void()> run;
  };

  void Run();

  const size_t max_queued_;
  const size_t max_queued_bytes_;
  absl::Mutex mu_;
  std::deque<Task> queue_ ABSL_GUARDED_BY(mu_);
  size_t queued_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::thread> threads_;  // Constant after construction.
};

}  // namespace recourse

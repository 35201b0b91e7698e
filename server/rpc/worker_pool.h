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

  explicit WorkerPool(int threads, size_t max_queued = kDefaultMaxQueued);
  ~WorkerPool();  // Runs what is queued, then ends.

  // False, and `task` is dropped, when max_queued tasks wait already.
  [[nodiscard]] bool Schedule(std::function<void()> task);

 private:
  void Run();

  const size_t max_queued_;
  absl::Mutex mu_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::thread> threads_;  // Constant after construction.
};

}  // namespace recourse

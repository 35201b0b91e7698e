// Threads for calls that may take long, waiting for the Store or working, so
// that the event loops of gRPC never do.
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
  ~WorkerPool();  // DropQueued; then waits for what runs.

  // One of the two is called, once: `run` on a thread of the pool, or `drop`
  // (null: nothing) when the pool ends before. False, and neither is, when
  // max_queued tasks wait already, or tasks that hold max_queued_bytes with
  // this one's `bytes`, or when the pool has ended.
  [[nodiscard]] bool Schedule(size_t bytes, std::function<void()> run,
                              std::function<void()> drop = nullptr);

  // Ends the pool: what waits is dropped, on the calling thread; what runs goes
  // on. Idempotent.
  void DropQueued();

 private:
  struct Task {
    size_t bytes;
    std::function<void()> run;
    std::function<void()> drop;
  };

  void Run();

  const size_t max_queued_;
  const size_t max_queued_bytes_;
  absl::Mutex mu_;
  std::deque<Task> queue_ ABSL_GUARDED_BY(mu_);
  size_t queued_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::thread> threads_;  // Constant after construction.
};

}  // namespace recourse

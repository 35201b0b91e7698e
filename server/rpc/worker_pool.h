// Threads for calls that may take long, waiting for the Store or working, so
// that the event loops of gRPC never do.
#pragma once

#include <cstdint>
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

  // What a task does with its thread. Those that compute leave one thread to
  // the others, where there are two: people resolve and patterns are added
  // however much there is to correct.
  enum class Work { kWaits, kComputes };

  explicit WorkerPool(int threads, size_t max_queued = kDefaultMaxQueued,
                      size_t max_queued_bytes = kDefaultMaxQueuedBytes);
  ~WorkerPool();  // DropQueued; then waits for what runs.

  // One of the two is called, once: `run` on a thread of the pool, or `drop`
  // (null: nothing) when the pool ends before. False, and neither is, when
  // max_queued tasks wait already, or tasks that hold max_queued_bytes with
  // this one's `bytes`, or when the pool has ended.
  [[nodiscard]] bool Schedule(size_t bytes, std::function<void()> run,
                              std::function<void()> drop = nullptr,
                              Work work = Work::kWaits);

  // Ends the pool: what waits is dropped, on the calling thread; what runs goes
  // on. Idempotent.
  void DropQueued();

 private:
  struct Task {
    uint64_t number = 0;  // In the order of their coming.
    size_t bytes = 0;
    std::function<void()> run = nullptr;
    std::function<void()> drop = nullptr;
  };
  using Queue = std::deque<Task>;

  void Run();
  // With the oldest task that may run now; null: there is none.
  Queue* Next() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const size_t max_queued_;
  const size_t max_queued_bytes_;
  const int max_computing_;
  absl::Mutex mu_;
  Queue waiting_ ABSL_GUARDED_BY(mu_);  // Those that wait when they run.
  Queue computing_ ABSL_GUARDED_BY(mu_);
  int computing_now_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t last_number_ ABSL_GUARDED_BY(mu_) = 0;
  size_t queued_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::thread> threads_;  // Constant after construction.
};

}  // namespace recourse

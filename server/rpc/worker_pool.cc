#include "server/rpc/worker_pool.h"

#include <utility>

namespace recourse {

WorkerPool::WorkerPool(int threads, size_t max_queued, size_t max_queued_bytes)
    : max_queued_(max_queued), max_queued_bytes_(max_queued_bytes) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { Run(); });
  }
}

WorkerPool::~WorkerPool() {
  DropQueued();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::Schedule(size_t bytes, std::function<void()> run,
                          std::function<void()> drop) {
  absl::MutexLock lock(&mu_);
  if (ended_ || queue_.size() >= max_queued_ ||
      queued_bytes_ + bytes > max_queued_bytes_) {
    return false;
  }
  queued_bytes_ += bytes;
  queue_.push_back({bytes, std::move(run), std::move(drop)});
  return true;
}

void WorkerPool::DropQueued() {
  std::deque<Task> dropped;
  {
    absl::MutexLock lock(&mu_);
    ended_ = true;
    dropped.swap(queue_);
    queued_bytes_ = 0;
  }
  for (const Task& task : dropped) {
    if (task.drop != nullptr) task.drop();
  }
}

void WorkerPool::Run() {
  const auto has_work = [this]() ABSL_SHARED_LOCKS_REQUIRED(mu_) {
    return ended_ || !queue_.empty();
  };
  while (true) {
    Task task;
    {
      absl::MutexLock lock(&mu_);
      mu_.Await(absl::Condition(&has_work));
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
      queued_bytes_ -= task.bytes;
    }
    task.run();
  }
}

}  // namespace recourse

#include "server/rpc/worker_pool.h"

#include <algorithm>
#include <utility>

namespace recourse {

WorkerPool::WorkerPool(int threads, size_t max_queued, size_t max_queued_bytes)
    : max_queued_(max_queued),
      max_queued_bytes_(max_queued_bytes),
      max_computing_(std::max(threads - 1, 1)) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { Run(); });
  }
}

WorkerPool::~WorkerPool() {
  DropQueued();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::Schedule(size_t bytes, std::function<void()> run,
                          std::function<void()> drop, Work work) {
  absl::MutexLock lock(&mu_);
  if (ended_ || waiting_.size() + computing_.size() >= max_queued_ ||
      queued_bytes_ + bytes > max_queued_bytes_) {
    return false;
  }
  queued_bytes_ += bytes;
  Queue& queue = work == Work::kComputes ? computing_ : waiting_;
  queue.push_back({++last_number_, bytes, std::move(run), std::move(drop)});
  return true;
}

void WorkerPool::DropQueued() {
  Queue dropped[2];
  {
    absl::MutexLock lock(&mu_);
    ended_ = true;
    dropped[0].swap(waiting_);
    dropped[1].swap(computing_);
    queued_bytes_ = 0;
  }
  for (const Queue& queue : dropped) {
    for (const Task& task : queue) {
      if (task.drop != nullptr) task.drop();
    }
  }
}

WorkerPool::Queue* WorkerPool::Next() {
  const bool may_compute =
      !computing_.empty() && computing_now_ < max_computing_;
  if (waiting_.empty()) return may_compute ? &computing_ : nullptr;
  return may_compute && computing_.front().number < waiting_.front().number
             ? &computing_
             : &waiting_;
}

void WorkerPool::Run() {
  const auto has_work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return ended_ || Next() != nullptr;
  };
  while (true) {
    Task task;
    bool computes;
    {
      absl::MutexLock lock(&mu_);
      mu_.Await(absl::Condition(&has_work));
      Queue* const queue = Next();
      if (queue == nullptr) return;
      task = std::move(queue->front());
      queue->pop_front();
      queued_bytes_ -= task.bytes;
      computes = queue == &computing_;
      if (computes) ++computing_now_;
    }
    task.run();
    if (!computes) continue;
    absl::MutexLock lock(&mu_);
    --computing_now_;
  }
}

}  // namespace recourse

// absl::Mutex's annotations over std::mutex: ThreadSanitizer follows pthread
// mutexes, but is blind to a prebuilt Abseil's and would report every member
// such a mutex guards. Private to server/store/ and its tests.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

namespace recourse {

class ABSL_LOCKABLE StoreMutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  friend class StoreCondition;
  std::mutex mutex_;
};

class ABSL_SCOPED_LOCKABLE StoreMutexLock {
 public:
  explicit StoreMutexLock(StoreMutex* mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex)
      : mutex_(mutex) {
    mutex_->Lock();
  }
  ~StoreMutexLock() ABSL_UNLOCK_FUNCTION() { mutex_->Unlock(); }
  StoreMutexLock(const StoreMutexLock&) = delete;
  StoreMutexLock& operator=(const StoreMutexLock&) = delete;

 private:
  StoreMutex* const mutex_;
};

// A condition variable. Waits may end early: wait in a loop.
class StoreCondition {
 public:
  void Wait(StoreMutex* mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex->mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  void WaitFor(StoreMutex* mutex, absl::Duration timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex->mutex_, std::adopt_lock);
    condition_.wait_for(lock, absl::ToChronoNanoseconds(timeout));
    lock.release();
  }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace recourse

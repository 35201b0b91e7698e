// A condition variable whose timeouts pass on the steady clock. Abseil's end at
// a time of the wall clock: an hour late when that is set back by an hour.
// Private to server/incident/.
#pragma once

#include <condition_variable>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace recourse {

// As absl::CondVar otherwise. Thread safety: safe for concurrent use.
class SteadyCondVar {
 public:
  void Wait(absl::Mutex* mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    Lockable lockable{mutex};
    cond_var_.wait(lockable);
  }

  // REQUIRES: `timeout` is finite.
  void WaitWithTimeout(absl::Mutex* mutex, absl::Duration timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    Lockable lockable{mutex};
    cond_var_.wait_for(lockable, absl::ToChronoNanoseconds(timeout));
  }

  void SignalAll() { cond_var_.notify_all(); }

 private:
  // absl::Mutex under the names that the standard library calls.
  struct Lockable {
    absl::Mutex* const mutex;
    void lock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex->Lock(); }
    void unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex->Unlock(); }
  };

  std::condition_variable_any cond_var_;
};

}  // namespace recourse

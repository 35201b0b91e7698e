// Lets ThreadSanitizer see Debian's Abseil, which is built without it: every
// call of a lock that our code makes is wrapped (-Wl,--wrap, see
// cmake/ThreadSanitizer.cmake) and tells the sanitizer what it orders.
// Conditions run inside the library, with the lock held: their reads are left
// out.
//
// Linked into ThreadSanitizer builds only.

#include <sanitizer/tsan_interface.h>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
}

namespace {

// Leaves out reads for as long as it lives.
class IgnoreReads {
 public:
  IgnoreReads() { AnnotateIgnoreReadsBegin(__FILE__, __LINE__); }
  ~IgnoreReads() { AnnotateIgnoreReadsEnd(__FILE__, __LINE__); }
};

template <typename T>
T Acquired(void* lock, T result) {
  __tsan_acquire(lock);
  return result;
}

// Abseil's own search for deadlocks shares memory in a way that is not seen
// either; ThreadSanitizer has one.
[[maybe_unused]] const bool detection_is_off = [] {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return true;
}();

}  // namespace

using absl::Condition;
using absl::CondVar;
using absl::Duration;
using absl::Mutex;
using absl::Time;

// NAME is the mangled name without its "_ZN4absl7debian3" or "_ZNK…" head.
#define REAL(name) __real__ZN4absl7debian3##name
#define WRAP(name) __wrap__ZN4absl7debian3##name

extern "C" {

// Takes the lock: what its last holder did is seen from here on.
#define WRAP_LOCK(name)         \
  void REAL(name)(Mutex * mu);  \
  void WRAP(name)(Mutex * mu) { \
    REAL(name)(mu);             \
    __tsan_acquire(mu);         \
  }
WRAP_LOCK(5Mutex4LockEv)
WRAP_LOCK(5Mutex10ReaderLockEv)

#define WRAP_TRY_LOCK(name)             \
  bool REAL(name)(Mutex * mu);          \
  bool WRAP(name)(Mutex * mu) {         \
    const bool locked = REAL(name)(mu); \
    if (locked) __tsan_acquire(mu);     \
    return locked;                      \
  }
WRAP_TRY_LOCK(5Mutex7TryLockEv)
WRAP_TRY_LOCK(5Mutex13ReaderTryLockEv)

#define WRAP_UNLOCK(name)       \
  void REAL(name)(Mutex * mu);  \
  void WRAP(name)(Mutex * mu) { \
    __tsan_release(mu);         \
    IgnoreReads ignore;         \
    REAL(name)(mu);             \
  }
WRAP_UNLOCK(5Mutex6UnlockEv)
WRAP_UNLOCK(5Mutex12ReaderUnlockEv)

// Waits give the lock up in between.
void REAL(5Mutex5AwaitERKNS0_9ConditionE)(Mutex* mu, const Condition& c);
void WRAP(5Mutex5AwaitERKNS0_9ConditionE)(Mutex* mu, const Condition& c) {
  __tsan_release(mu);
  {
    IgnoreReads ignore;
    REAL(5Mutex5AwaitERKNS0_9ConditionE)(mu, c);
  }
  __tsan_acquire(mu);
}

void REAL(5Mutex8LockWhenERKNS0_9ConditionE)(Mutex* mu, const Condition& c);
void WRAP(5Mutex8LockWhenERKNS0_9ConditionE)(Mutex* mu, const Condition& c) {
  {
    IgnoreReads ignore;
    REAL(5Mutex8LockWhenERKNS0_9ConditionE)(mu, c);
  }
  __tsan_acquire(mu);
}

#define WRAP_TIMED_WAIT(name, Limit)                             \
  bool REAL(name)(Mutex * mu, const Condition& c, Limit limit);  \
  bool WRAP(name)(Mutex * mu, const Condition& c, Limit limit) { \
    __tsan_release(mu);                                          \
    IgnoreReads ignore;                                          \
    return Acquired(mu, REAL(name)(mu, c, limit));               \
  }
WRAP_TIMED_WAIT(5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE,
                Duration)
WRAP_TIMED_WAIT(5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE, Time)
WRAP_TIMED_WAIT(5Mutex19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE,
                Duration)

void REAL(7CondVar4WaitEPNS0_5MutexE)(CondVar* cv, Mutex* mu);
void WRAP(7CondVar4WaitEPNS0_5MutexE)(CondVar* cv, Mutex* mu) {
  __tsan_release(mu);
  REAL(7CondVar4WaitEPNS0_5MutexE)(cv, mu);
  __tsan_acquire(mu);
}

#define WRAP_TIMED_CONDVAR(name, Limit)                    \
  bool REAL(name)(CondVar * cv, Mutex * mu, Limit limit);  \
  bool WRAP(name)(CondVar * cv, Mutex * mu, Limit limit) { \
    __tsan_release(mu);                                    \
    return Acquired(mu, REAL(name)(cv, mu, limit));        \
  }
WRAP_TIMED_CONDVAR(7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE,
                   Duration)
WRAP_TIMED_CONDVAR(7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE, Time)

void REAL(12Notification6NotifyEv)(absl::Notification* n);
void WRAP(12Notification6NotifyEv)(absl::Notification* n) {
  __tsan_release(n);
  REAL(12Notification6NotifyEv)(n);
}

bool REAL(15BlockingCounter14DecrementCountEv)(absl::BlockingCounter* c);
bool WRAP(15BlockingCounter14DecrementCountEv)(absl::BlockingCounter* c) {
  __tsan_release(c);
  return REAL(15BlockingCounter14DecrementCountEv)(c);
}

void REAL(15BlockingCounter4WaitEv)(absl::BlockingCounter* c);
void WRAP(15BlockingCounter4WaitEv)(absl::BlockingCounter* c) {
  REAL(15BlockingCounter4WaitEv)(c);
  __tsan_acquire(c);
}

// Const methods: _ZNK.
void __real__ZNK4absl7debian312Notification19WaitForNotificationEv(
    const absl::Notification* n);
void __wrap__ZNK4absl7debian312Notification19WaitForNotificationEv(
    const absl::Notification* n) {
  __real__ZNK4absl7debian312Notification19WaitForNotificationEv(n);
  __tsan_acquire(const_cast<absl::Notification*>(n));
}

bool __real__ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE(
    const absl::Notification* n, Duration timeout);
bool __wrap__ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE(
    const absl::Notification* n, Duration timeout) {
  const bool notified =
      __real__ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE(
          n, timeout);
  if (notified) __tsan_acquire(const_cast<absl::Notification*>(n));
  return notified;
}

}  // extern "C"

# Debian's Abseil is not instrumented, so ThreadSanitizer would not see what its
# locks order.  tests/tsan/absl_mutex.cc tells it, call by call.

set(ABSL _ZN4absl7debian3)
set(ABSL_CONST _ZNK4absl7debian3)
set(CONDITION ERKNS0_9ConditionE)
set(WRAPPED
  ${ABSL}5Mutex4LockEv ${ABSL}5Mutex6UnlockEv ${ABSL}5Mutex7TryLockEv
  ${ABSL}5Mutex10ReaderLockEv ${ABSL}5Mutex12ReaderUnlockEv ${ABSL}5Mutex13ReaderTryLockEv
  ${ABSL}5Mutex5Await${CONDITION} ${ABSL}5Mutex8LockWhen${CONDITION}
  ${ABSL}5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE
  ${ABSL}5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE
  ${ABSL}5Mutex19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE
  ${ABSL}7CondVar4WaitEPNS0_5MutexE
  ${ABSL}7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE
  ${ABSL}7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE
  ${ABSL}12Notification6NotifyEv
  ${ABSL}15BlockingCounter14DecrementCountEv ${ABSL}15BlockingCounter4WaitEv
  ${ABSL_CONST}12Notification19WaitForNotificationEv
  ${ABSL_CONST}12Notification30WaitForNotificationWithTimeoutENS0_8DurationE)

add_library(recourse_tsan_absl OBJECT ${CMAKE_SOURCE_DIR}/tests/tsan/absl_mutex.cc)
target_link_libraries(recourse_tsan_absl PUBLIC absl::synchronization)
foreach(symbol ${WRAPPED})
  add_link_options(-Wl,--wrap=${symbol})
endforeach()
set(RECOURSE_EXTRA_OBJECTS recourse_tsan_absl)

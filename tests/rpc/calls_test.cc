// Worker pool and register of open calls.

#include <gtest/gtest.h>

#include <atomic>

#include "absl/synchronization/notification.h"
#include "server/rpc/open_calls.h"
#include "server/rpc/worker_pool.h"

namespace recourse {
namespace {

TEST(WorkerPool, RunsEverythingThatWasTakenBeforeItEnds) {
  std::atomic<int> done = 0;
  {
    WorkerPool pool(3);
    for (int i = 0; i < 1000; ++i) {
      ASSERT_TRUE(pool.Schedule([&done] { ++done; }));
    }
  }
  EXPECT_EQ(done, 1000);
}

TEST(WorkerPool, TasksRunSideBySide) {
  absl::Notification a, b;
  WorkerPool pool(2);
  // Each ends only when the other has begun.
  ASSERT_TRUE(pool.Schedule([&] {
    a.Notify();
    b.WaitForNotification();
  }));
  ASSERT_TRUE(pool.Schedule([&] {
    b.Notify();
    a.WaitForNotification();
  }));
}

TEST(WorkerPool, AFullQueueRefuses) {
  absl::Notification started, go_on;
  WorkerPool pool(1, 2);
  ASSERT_TRUE(pool.Schedule([&] {
    started.Notify();
    go_on.WaitForNotification();
  }));
  started.WaitForNotification();
  EXPECT_TRUE(pool.Schedule([] {}));
  EXPECT_TRUE(pool.Schedule([] {}));
  EXPECT_FALSE(pool.Schedule([] {}));
  go_on.Notify();
}

TEST(OpenCalls, EndsWhatIsOpenAndNothingElse) {
  OpenCalls calls;
  int ended = 0;
  const uint64_t first = calls.Add([&ended] { ended += 1; });
  const uint64_t second = calls.Add([&ended] { ended += 10; });
  EXPECT_NE(first, 0u);
  EXPECT_NE(first, second);
  calls.Remove(first);
  calls.EndAll();
  EXPECT_EQ(ended, 10);
  EXPECT_EQ(calls.Add([] {}), 0u) << "draining: the call ends itself";
  calls.EndAll();
  EXPECT_EQ(ended, 10) << "a call is ended once";
}

}  // namespace
}  // namespace recourse

// Worker pool and register of open calls.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

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
      ASSERT_TRUE(pool.Schedule(0, [&done] { ++done; }));
    }
  }
  EXPECT_EQ(done, 1000);
}

TEST(WorkerPool, TasksRunSideBySide) {
  absl::Notification a, b;
  WorkerPool pool(2);
  // Each ends only when the other has begun.
  ASSERT_TRUE(pool.Schedule(0, [&] {
    a.Notify();
    b.WaitForNotification();
  }));
  ASSERT_TRUE(pool.Schedule(0, [&] {
    b.Notify();
    a.WaitForNotification();
  }));
}

TEST(WorkerPool, AFullQueueRefuses) {
  absl::Notification started, go_on;
  WorkerPool pool(1, 2);
  ASSERT_TRUE(pool.Schedule(0, [&] {
    started.Notify();
    go_on.WaitForNotification();
  }));
  started.WaitForNotification();
  EXPECT_TRUE(pool.Schedule(0, [] {}));
  EXPECT_TRUE(pool.Schedule(0, [] {}));
  EXPECT_FALSE(pool.Schedule(0, [] {}));
  go_on.Notify();
}

TEST(WorkerPool, WhatWaitsIsBoundedInBytes) {
  absl::Notification started, go_on;
  WorkerPool pool(1, 100, 1000);
  // What runs holds no place.
  ASSERT_TRUE(pool.Schedule(1000, [&] {
    started.Notify();
    go_on.WaitForNotification();
  }));
  started.WaitForNotification();
  EXPECT_FALSE(pool.Schedule(1001, [] {}));
  EXPECT_TRUE(pool.Schedule(600, [] {}));
  EXPECT_FALSE(pool.Schedule(401, [] {}));
  absl::Notification last;
  EXPECT_TRUE(pool.Schedule(400, [&] { last.Notify(); }));
  EXPECT_FALSE(pool.Schedule(1, [] {}));
  EXPECT_TRUE(pool.Schedule(0, [] {}));
  go_on.Notify();
  last.WaitForNotification();
  EXPECT_TRUE(pool.Schedule(1000, [] {})) << "there is room again";
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

TEST(OpenCalls, TellsWhenNoneIsLeft) {
  OpenCalls calls;
  EXPECT_TRUE(calls.AwaitNone(absl::InfinitePast()));
  const uint64_t stream = calls.Add([] {});
  calls.Enter();
  calls.EndAll();
  EXPECT_FALSE(calls.AwaitNone(absl::InfinitePast()));
  calls.Remove(stream);
  EXPECT_FALSE(calls.AwaitNone(absl::InfinitePast()));
  std::thread last([&] { calls.Leave(); });
  EXPECT_TRUE(calls.AwaitNone(absl::InfiniteFuture()));
  last.join();
}

}  // namespace
}  // namespace recourse

// Worker pool and register of open calls.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "server/rpc/open_calls.h"
#include "server/rpc/worker_pool.h"

namespace recourse {
namespace {

TEST(WorkerPool, WhatWaitsIsDroppedWhenItEnds) {
  absl::Notification started, go_on;
  std::atomic<int> run = 0;
  int dropped = 0;
  WorkerPool pool(1);
  ASSERT_TRUE(pool.Schedule(
      0,
      [&] {
        started.Notify();
        go_on.WaitForNotification();
        ++run;
      },
      [&] { dropped += 1000; }));
  started.WaitForNotification();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(pool.Schedule(
        0, [&] { ++run; }, [&] { ++dropped; }));
  }
  ASSERT_TRUE(pool.Schedule(0, [&] { ++run; }));
  pool.DropQueued();
  EXPECT_EQ(dropped, 100) << "on this thread, while the worker is busy";
  EXPECT_FALSE(pool.Schedule(
      0, [&] { ++run; }, [&] { ++dropped; }));
  pool.DropQueued();
  EXPECT_EQ(run, 0);
  go_on.Notify();
}

TEST(WorkerPool, WaitsForWhatRunsAndForNothingElse) {
  absl::Notification started;
  std::atomic<int> run = 0;
  int dropped = 0;
  {
    WorkerPool pool(1);
    ASSERT_TRUE(pool.Schedule(0, [&] {
      // Scheduled by the one that runs: nobody is there to take it.
      EXPECT_TRUE(pool.Schedule(
          0, [&] { ++run; }, [&] { ++dropped; }));
      started.Notify();
      pool.DropQueued();
      ++run;
    }));
    started.WaitForNotification();
  }
  EXPECT_EQ(run, 1);
  EXPECT_EQ(dropped, 1);
}

TEST(WorkerPool, RunsWhatItTakes) {
  std::atomic<int> run = 0;
  absl::BlockingCounter left(1000);
  WorkerPool pool(3);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(pool.Schedule(0, [&] {
      ++run;
      left.DecrementCount();
    }));
  }
  left.Wait();
  EXPECT_EQ(run, 1000);
}

TEST(WorkerPool, TasksRunSideBySide) {
  absl::Notification a, b;
  absl::BlockingCounter ended(2);
  WorkerPool pool(2);
  // Each ends only when the other has begun.
  ASSERT_TRUE(pool.Schedule(0, [&] {
    a.Notify();
    b.WaitForNotification();
    ended.DecrementCount();
  }));
  ASSERT_TRUE(pool.Schedule(0, [&] {
    b.Notify();
    a.WaitForNotification();
    ended.DecrementCount();
  }));
  ended.Wait();
}

TEST(WorkerPool, WhatComputesLeavesAThreadToTheOthers) {
  constexpr auto kComputes = WorkerPool::Work::kComputes;
  absl::BlockingCounter both(2), others(3);
  absl::Notification go_on;
  std::atomic<int> computing = 0;
  WorkerPool pool(3);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(pool.Schedule(
        0,
        [&, i] {
          EXPECT_LE(++computing, 2);
          if (i < 2) both.DecrementCount();
          go_on.WaitForNotification();
          --computing;
        },
        nullptr, kComputes));
  }
  both.Wait();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(pool.Schedule(0, [&] { others.DecrementCount(); }));
  }
  others.Wait();
  go_on.Notify();
}

TEST(WorkerPool, OneThreadComputesToo) {
  absl::Notification first, second;
  WorkerPool pool(1);
  ASSERT_TRUE(pool.Schedule(
      0, [&] { first.Notify(); }, nullptr, WorkerPool::Work::kComputes));
  ASSERT_TRUE(pool.Schedule(0, [&] { second.Notify(); }));
  first.WaitForNotification();
  second.WaitForNotification();
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

#include "server/record/event_hub.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace recourse {
namespace {

SharedEvent Numbered(int64_t number) {
  auto event = std::make_shared<Event>();
  event->kind = EventKind::kPatternsChanged;
  event->registry_revision = number;
  return event;
}

SharedEvent AboutDecision(EventKind kind) {
  auto entry = std::make_shared<DecisionEntry>();
  entry->failure.ns = "n";
  entry->failure.target = "t";
  entry->failure.workflow_id = "w";
  entry->decision.classification.pattern_id = "p";
  auto event = std::make_shared<Event>();
  event->kind = kind;
  event->decision = std::move(entry);
  return event;
}

std::unique_ptr<EventHub::Watcher> MustWatch(
    EventHub& hub, EventFilter filter = {},
    std::function<void()> on_ready = [] {}) {
  auto watcher = hub.Watch(std::move(filter), std::move(on_ready));
  EXPECT_TRUE(watcher.ok()) << watcher.status();
  return *std::move(watcher);
}

TEST(EventFilterTest, EveryFieldThatIsSetMustHold) {
  struct Row {
    EventFilter filter;
    bool attempt;   // Matches an attempt of n, t, w, p.
    bool patterns;  // Matches a change of patterns.
  };
  const auto with = [](auto set) {
    EventFilter filter;
    set(filter);
    return filter;
  };
  const Row rows[] = {
      {{}, true, true},
      {with([](auto& f) { f.kinds = {EventKind::kAttempt}; }), true, false},
      {with([](auto& f) {
         f.kinds = {EventKind::kSuccess, EventKind::kPatternsChanged};
       }),
       false, true},
      {with([](auto& f) { f.ns = "n"; }), true, false},
      {with([](auto& f) { f.ns = "other"; }), false, false},
      {with([](auto& f) { f.target = "t"; }), true, false},
      {with([](auto& f) { f.target = "T"; }), false, false},
      {with([](auto& f) { f.workflow_id = "w"; }), true, false},
      {with([](auto& f) { f.workflow_id = "ww"; }), false, false},
      {with([](auto& f) { f.pattern_id = "p"; }), true, false},
      {with([](auto& f) { f.pattern_id = "q"; }), false, false},
      {with([](auto& f) {
         f.kinds = {EventKind::kAttempt};
         f.ns = "n";
         f.target = "t";
         f.workflow_id = "w";
         f.pattern_id = "p";
       }),
       true, false},
      {with([](auto& f) {
         f.ns = "n";
         f.pattern_id = "q";
       }),
       false, false},
  };
  for (size_t i = 0; i < std::size(rows); ++i) {
    EXPECT_EQ(rows[i].filter.Matches(*AboutDecision(EventKind::kAttempt)),
              rows[i].attempt)
        << i;
    EXPECT_EQ(rows[i].filter.Matches(*Numbered(1)), rows[i].patterns) << i;
  }
}

TEST(EventHubTest, AWatcherSeesWhatIsPublishedWhileItWatches) {
  EventHub hub({});
  EXPECT_FALSE(hub.HasWatchers());
  hub.Publish(Numbered(1));
  auto watcher = MustWatch(hub);
  EXPECT_TRUE(hub.HasWatchers());
  EXPECT_FALSE(watcher->Next().has_value());
  hub.Publish(Numbered(2));
  hub.Publish(Numbered(3));
  for (const int64_t expected : {2, 3}) {
    const auto delivery = watcher->Next();
    ASSERT_TRUE(delivery.has_value());
    EXPECT_EQ(delivery->event->registry_revision, expected);
    EXPECT_EQ(delivery->missed, 0);
  }
  EXPECT_FALSE(watcher->Next().has_value());
  watcher.reset();
  EXPECT_FALSE(hub.HasWatchers());
  hub.Publish(Numbered(4));
}

TEST(EventHubTest, OnReadyRunsOnceUntilTheQueueWasSeenEmpty) {
  EventHub hub({});
  int calls = 0;
  auto watcher = MustWatch(hub, {}, [&calls] { ++calls; });
  EXPECT_EQ(calls, 0);
  hub.Publish(Numbered(1));
  hub.Publish(Numbered(2));
  EXPECT_EQ(calls, 1);
  watcher->Next();
  hub.Publish(Numbered(3));
  EXPECT_EQ(calls, 1);
  watcher->Next();
  watcher->Next();
  EXPECT_FALSE(watcher->Next().has_value());
  EXPECT_EQ(calls, 1);
  hub.Publish(Numbered(4));
  EXPECT_EQ(calls, 2);
}

TEST(EventHubTest, ASlowWatcherIsToldExactlyHowManyItMissed) {
  EventHub hub({/*queue_limit=*/3, /*max_watchers=*/10});
  auto slow = MustWatch(hub);
  auto quick = MustWatch(hub);
  for (int64_t i = 1; i <= 10; ++i) {
    hub.Publish(Numbered(i));
    EXPECT_EQ(quick->Next()->missed, 0);
  }
  std::vector<std::pair<int64_t, int64_t>> seen;
  while (const auto delivery = slow->Next()) {
    seen.emplace_back(delivery->event->registry_revision, delivery->missed);
  }
  const std::vector<std::pair<int64_t, int64_t>> expected = {
      {8, 7}, {9, 0}, {10, 0}};
  EXPECT_EQ(seen, expected);
  hub.Publish(Numbered(11));
  EXPECT_EQ(slow->Next()->missed, 0);
}

TEST(EventHubTest, WhatAFilterLeavesOutIsNotMissed) {
  EventHub hub({/*queue_limit=*/1, /*max_watchers=*/10});
  EventFilter filter;
  filter.kinds = {EventKind::kSuccess};
  auto watcher = MustWatch(hub, filter);
  for (int64_t i = 0; i < 5; ++i) hub.Publish(Numbered(i));
  hub.Publish(AboutDecision(EventKind::kSuccess));
  EXPECT_EQ(watcher->Next()->missed, 0);
}

TEST(EventHubTest, TheNumberOfWatchersIsLimited) {
  EventHub hub({/*queue_limit=*/3, /*max_watchers=*/2});
  auto first = MustWatch(hub);
  auto second = MustWatch(hub);
  EXPECT_EQ(hub.Watch({}, [] {}).status().code(),
            absl::StatusCode::kResourceExhausted);
  first.reset();
  EXPECT_TRUE(hub.Watch({}, [] {}).ok());
}

TEST(EventHubTest, DestroyingAWatcherWaitsForItsOnReady) {
  EventHub hub({});
  absl::Notification entered;
  absl::Notification leave;
  std::atomic<bool> left{false};
  auto watcher = MustWatch(hub, {}, [&] {
    entered.Notify();
    leave.WaitForNotification();
    left = true;
  });
  std::thread publisher([&] { hub.Publish(Numbered(1)); });
  entered.WaitForNotification();
  std::thread destroyer([&] {
    watcher.reset();
    EXPECT_TRUE(left);
  });
  leave.Notify();
  publisher.join();
  destroyer.join();
}

// Counts what it takes and what it is told it missed, like a stream would.
class Reader {
 public:
  explicit Reader(EventHub& hub)
      : watcher_(MustWatch(hub, {}, [this] {
          absl::MutexLock lock(&mu_);
          ready_ = true;
        })) {}

  void DrainUntil(int64_t last) {
    for (bool done = false; !done;) {
      mu_.LockWhen(absl::Condition(&ready_));
      ready_ = false;
      mu_.Unlock();
      while (const auto delivery = watcher_->Next()) {
        accounted_ += 1 + delivery->missed;
        done |= delivery->event->registry_revision == last;
      }
    }
  }
  int64_t accounted() const { return accounted_; }

 private:
  absl::Mutex mu_;
  bool ready_ = false;
  int64_t accounted_ = 0;
  const std::unique_ptr<EventHub::Watcher> watcher_;
};

TEST(EventHubTest, NothingIsUnaccountedForWhateverTheThreadsDo) {
  constexpr int kPublishers = 3;
  constexpr int64_t kEach = 3000;
  EventHub hub({/*queue_limit=*/16, /*max_watchers=*/10});
  std::vector<std::unique_ptr<Reader>> readers;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) readers.push_back(std::make_unique<Reader>(hub));
  std::vector<std::thread> publishers;
  for (int p = 0; p < kPublishers; ++p) {
    publishers.emplace_back([&hub] {
      for (int64_t i = 0; i < kEach; ++i) hub.Publish(Numbered(0));
    });
  }
  for (const auto& reader : readers) {
    threads.emplace_back([&reader] { reader->DrainUntil(1); });
  }
  for (std::thread& publisher : publishers) publisher.join();
  hub.Publish(Numbered(1));
  for (std::thread& thread : threads) thread.join();
  for (const auto& reader : readers) {
    EXPECT_EQ(reader->accounted(), kPublishers * kEach + 1);
  }
}

TEST(EventHubTest, WatchersComeAndGoWhileOthersPublish) {
  EventHub hub({/*queue_limit=*/4, /*max_watchers=*/50});
  std::atomic<bool> stop{false};
  std::vector<std::thread> publishers;
  for (int p = 0; p < 2; ++p) {
    publishers.emplace_back([&] {
      while (!stop) hub.Publish(Numbered(1));
    });
  }
  std::vector<std::thread> watchers;
  for (int w = 0; w < 3; ++w) {
    watchers.emplace_back([&hub] {
      for (int i = 0; i < 500; ++i) {
        // Not atomic: TSan tells if on_ready runs after the destructor.
        auto calls = std::make_unique<int>(0);
        auto watcher = MustWatch(hub, {}, [&calls] { ++*calls; });
        watcher->Next();
        watcher.reset();
        EXPECT_LE(*calls, 2);
        calls.reset();
      }
    });
  }
  for (std::thread& watcher : watchers) watcher.join();
  stop = true;
  for (std::thread& publisher : publishers) publisher.join();
  EXPECT_FALSE(hub.HasWatchers());
}

}  // namespace
}  // namespace recourse

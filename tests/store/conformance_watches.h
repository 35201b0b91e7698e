// Part of conformance.h: watches.
#pragma once

#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/store/conformance.h"

namespace recourse {

using ::testing::ElementsAre;

TEST_P(StoreConformance, WatchShowsThePastThenThePresent) {
  const int64_t first = MustCommit({Put("k", "1")});
  MustCommit({Put("k", "2")});
  WatchLog log;
  auto watch = MustWatch("k", first, log.Callback());
  EXPECT_THAT(Describe(log.Await(2)), ElementsAre("k=1", "k=2"));
  const int64_t deleted = MustCommit({Delete("k")});
  const int64_t last = MustCommit({Put("k", "4")});
  std::vector<StoreChange> changes = log.Await(4);
  EXPECT_THAT(Describe(changes), ElementsAre("k=1", "k=2", "-k", "k=4"));
  ASSERT_EQ(changes.size(), 4u);
  EXPECT_EQ(changes[1].entry.create_revision, first);
  EXPECT_EQ(changes[2].entry.mod_revision, deleted);
  EXPECT_EQ(changes[3].entry.create_revision, last);
}

TEST_P(StoreConformance, WatchSeesItsPrefixOnly) {
  const int64_t from = MustCommit({Put("a", "0"), Put("a/1", "0")});
  WatchLog log;
  auto watch = MustWatch("a/", from, log.Callback());
  MustCommit({Put("a0", "1"), Put("b", "1")});
  MustCommit({Put("a/\xff", "2"), Put("a", "2")});
  EXPECT_THAT(Describe(log.Await(2)), ElementsAre("a/1=0", "a/\xff=2"));
}

TEST_P(StoreConformance, WatchFromALaterRevisionSkipsWhatIsBefore) {
  WatchLog log;
  auto watch = MustWatch("", Revision() + 2, log.Callback());
  int64_t skipped = MustCommit({Put("k", "1")});
  int64_t seen = MustCommit({Put("k", "2")});
  ASSERT_EQ(seen, skipped + 1) << "somebody else commits to this store";
  EXPECT_THAT(Describe(log.Await(1)), ElementsAre("k=2"));
}

TEST_P(StoreConformance, WatchAfterAListMissesNothing) {
  MustCommit({Put("k", "1")});
  auto page = store_->List({});
  ASSERT_TRUE(page.ok());
  MustCommit({Put("k", "2")});
  WatchLog log;
  auto watch = MustWatch("", page->revision + 1, log.Callback());
  EXPECT_THAT(Describe(log.Await(1)), ElementsAre("k=2"));
}

TEST_P(StoreConformance, ARevisionIsNeverSplit) {
  const int64_t from = Revision() + 1;
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<StoreOp> ops;
    for (size_t i = 0; i < kMaxStoreTransactionOps; ++i) {
      ops.push_back(Put(absl::StrCat("k", i), std::string(1000, 'v')));
    }
    MustCommit(ops);
  }
  WatchLog log;
  auto watch = MustWatch("", from, log.Callback());
  log.Await(kRounds * kMaxStoreTransactionOps);
  std::map<int64_t, size_t> batch_of;
  int64_t last = 0;
  size_t index = 0;
  for (const auto& batch : log.batches()) {
    for (const StoreChange& change : batch) {
      const int64_t revision = change.entry.mod_revision;
      EXPECT_GE(revision, last);
      last = revision;
      EXPECT_EQ(batch_of.emplace(revision, index).first->second, index);
    }
    ++index;
  }
  EXPECT_EQ(batch_of.size(), static_cast<size_t>(kRounds));
}

TEST_P(StoreConformance, NothingComesAfterAWatchIsDestroyed) {
  std::atomic<int> late = 0;
  std::atomic<bool> destroyed = false;
  WatchLog other;
  auto other_watch = MustWatch("", Revision() + 1, other.Callback());
  auto watch = MustWatch("", Revision() + 1, [&](auto) {
    if (destroyed) ++late;
  });
  MustCommit({Put("k", "1")});
  watch.reset();
  destroyed = true;
  MustCommit({Put("k", "2")});
  other.Await(2);
  EXPECT_EQ(late, 0);
}

TEST_P(StoreConformance, DestroyingAWatchWaitsForItsCallback) {
  std::promise<void> entered;
  std::promise<void> leave;
  std::atomic<bool> returned = false;
  auto watch = MustWatch("", Revision() + 1, [&](auto) {
    entered.set_value();
    leave.get_future().wait();
    returned = true;
  });
  MustCommit({Put("k", "1")});
  entered.get_future().wait();
  std::thread helper([&] { leave.set_value(); });
  watch.reset();
  EXPECT_TRUE(returned);
  helper.join();
}

TEST_P(StoreConformance, ASlowCallbackDelaysNoCommit) {
  std::promise<void> entered;
  std::promise<void> leave;
  bool first = true;
  WatchLog log;
  auto record = log.Callback();
  auto watch = MustWatch("", Revision() + 1, [&](auto batch) {
    if (std::exchange(first, false)) {
      entered.set_value();
      leave.get_future().wait();
    }
    record(std::move(batch));
  });
  MustCommit({Put("k", "0")});
  entered.get_future().wait();
  for (int i = 1; i < 50; ++i) MustCommit({Put("k", absl::StrCat(i))});
  EXPECT_EQ(ValueOf("k"), "49");
  leave.set_value();
  std::vector<StoreChange> changes = log.Await(50);
  ASSERT_EQ(changes.size(), 50u);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(changes[i].entry.value, absl::StrCat(i));
  }
}

TEST_P(StoreConformance, ACallbackMayUseTheStore) {
  WatchLog log;
  std::unique_ptr<StoreWatch> other =
      MustWatch("other", Revision() + 1, [](auto) {});
  auto watch = MustWatch("in/", Revision() + 1, [&](auto) {
    other.reset();  // Another watch than the one called.
    auto commit = store_->Commit({{}, {Put("out", "done")}});
    EXPECT_TRUE(commit.ok()) << commit.status();
  });
  auto watch_out = MustWatch("out", Revision() + 1, log.Callback());
  MustCommit({Put("in/1", "x")});
  EXPECT_THAT(Describe(log.Await(1)), ElementsAre("out=done"));
}

TEST_P(StoreConformance, RefusesABadWatch) {
  const std::string long_prefix(kMaxStoreKeyBytes + 1, 'k');
  EXPECT_TRUE(absl::IsInvalidArgument(
      store_->Watch(long_prefix, 1, [](auto) {}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(store_->Watch("", 1, nullptr).status()));
}

// Writers in several threads, watchers that join in between: each watcher must
// see every commit from its revision on, once, in order.
TEST_P(StoreConformance, WatchersSeeEveryCommitOfConcurrentWriters) {
  constexpr int kWriters = 4;
  constexpr int kCommits = 40;
  constexpr int kWatchers = 3;
  const int64_t from = Revision() + 1;
  std::mutex mutex;
  std::map<int64_t, std::string> expected;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < kCommits; ++i) {
        const std::string value = absl::StrCat(w, ":", i);
        auto commit = store_->Commit({{}, {Put(absl::StrCat("w/", w), value)}});
        if (!commit.ok()) continue;  // Missing in `expected`, so it fails.
        std::lock_guard<std::mutex> lock(mutex);
        expected[commit->revision] = value;
      }
    });
  }
  std::vector<WatchLog> logs(kWatchers);
  std::vector<std::unique_ptr<StoreWatch>> watches;
  for (WatchLog& log : logs) {
    watches.push_back(MustWatch("w/", from, log.Callback()));
  }
  for (std::thread& writer : writers) writer.join();
  ASSERT_EQ(expected.size(), static_cast<size_t>(kWriters * kCommits));
  for (WatchLog& log : logs) {
    std::vector<StoreChange> changes = log.Await(expected.size());
    ASSERT_EQ(changes.size(), expected.size());
    size_t i = 0;
    for (const auto& [revision, value] : expected) {
      EXPECT_EQ(changes[i].entry.mod_revision, revision);
      EXPECT_EQ(changes[i].entry.value, value);
      ++i;
    }
  }
}

}  // namespace recourse

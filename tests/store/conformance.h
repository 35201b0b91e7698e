// What every engine of Store must do, in terms of store.h alone. An engine's
// test file includes this header and instantiates StoreConformance:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance,
//                            testing::Values(StoreEngine{"memory", Open}));
//
// Revisions are compared, never assumed: an engine may start at any number and
// may skip some.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/store/store.h"

namespace recourse {

struct StoreEngine {
  std::string name;
  // A new and empty store, whose data no other test sees.
  std::function<std::unique_ptr<Store>()> open;

  friend std::ostream& operator<<(std::ostream& out, const StoreEngine& e) {
    return out << e.name;
  }
};

// How long a test waits for what must happen; reached only by failing tests.
inline constexpr std::chrono::seconds kTestPatience(60);

// Collects what a watch delivers. Thread-safe; must outlive its watch.
class WatchLog {
 public:
  StoreWatchCallback Callback() {
    return [this](absl::StatusOr<std::vector<StoreChange>> batch) {
      std::lock_guard<std::mutex> lock(mutex_);
      if (batch.ok()) {
        batches_.push_back(*std::move(batch));
        count_ += batches_.back().size();
      } else {
        end_ = batch.status();
      }
      changed_.notify_all();
    };
  }

  // The first `count` changes or more; fewer only after kTestPatience.
  std::vector<StoreChange> Await(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, kTestPatience, [&] { return count_ >= count; });
    std::vector<StoreChange> changes;
    for (const auto& batch : batches_) {
      changes.insert(changes.end(), batch.begin(), batch.end());
    }
    return changes;
  }

  // The status that ended the watch; OK only after kTestPatience.
  absl::Status AwaitEnd() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, kTestPatience, [&] { return !end_.ok(); });
    return end_;
  }

  std::vector<std::vector<StoreChange>> batches() {
    std::lock_guard<std::mutex> lock(mutex_);
    return batches_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::vector<StoreChange>> batches_;
  size_t count_ = 0;
  absl::Status end_;
};

inline StoreOp Put(std::string key, std::string value, int64_t lease_id = 0) {
  return {std::move(key), std::move(value), lease_id};
}
inline StoreOp Delete(std::string key) { return {std::move(key), {}, 0}; }

// "key=value" or "-key", for comparisons that print well.
inline std::string Describe(const StoreChange& change) {
  if (change.deleted) return "-" + change.entry.key;
  return change.entry.key + "=" + change.entry.value;
}
inline std::vector<std::string> Describe(
    const std::vector<StoreChange>& changes) {
  std::vector<std::string> lines;
  for (const StoreChange& change : changes) lines.push_back(Describe(change));
  return lines;
}
inline std::vector<std::string> Describe(
    const std::vector<StoreEntry>& entries) {
  std::vector<std::string> lines;
  for (const StoreEntry& e : entries) lines.push_back(e.key + "=" + e.value);
  return lines;
}

class StoreConformance : public testing::TestWithParam<StoreEngine> {
 protected:
  void SetUp() override {
    store_ = GetParam().open();
    ASSERT_NE(store_, nullptr);
  }

  // Commits `ops`, which must succeed; the revision.
  int64_t MustCommit(std::vector<StoreOp> ops) {
    auto commit = store_->Commit({{}, std::move(ops)});
    EXPECT_TRUE(commit.ok()) << commit.status();
    if (!commit.ok()) return 0;
    EXPECT_TRUE(commit->committed);
    return commit->revision;
  }

  // Every page of a range, in order; checks that pages agree on the revision.
  std::vector<StoreEntry> ListAll(StoreRange range) {
    std::vector<StoreEntry> all;
    while (true) {
      auto page = store_->List(range);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return all;
      EXPECT_LE(page->entries.size(), range.limit);
      EXPECT_TRUE(range.revision == 0 || range.revision == page->revision);
      for (StoreEntry& entry : page->entries) all.push_back(std::move(entry));
      if (!page->next_start.has_value()) return all;
      range.revision = page->revision;
      range.start = *page->next_start;
    }
  }

  // The newest value of `key`, or "(none)".
  std::string ValueOf(std::string_view key) {
    auto entry = store_->Get(key);
    EXPECT_TRUE(entry.ok()) << entry.status();
    if (!entry.ok() || !entry->has_value()) return "(none)";
    return (*entry)->value;
  }

  int64_t Revision() {
    auto commit = store_->Commit({});
    EXPECT_TRUE(commit.ok()) << commit.status();
    return commit.ok() ? commit->revision : 0;
  }

  std::unique_ptr<StoreWatch> MustWatch(std::string_view prefix, int64_t from,
                                        StoreWatchCallback callback) {
    auto watch = store_->Watch(prefix, from, std::move(callback));
    EXPECT_TRUE(watch.ok()) << watch.status();
    return watch.ok() ? *std::move(watch) : nullptr;
  }

  std::unique_ptr<Store> store_;
};

}  // namespace recourse

// One header per part keeps each readable; together they are the suite.
#include "tests/store/conformance_keys.h"
#include "tests/store/conformance_leases.h"
#include "tests/store/conformance_model.h"
#include "tests/store/conformance_watches.h"

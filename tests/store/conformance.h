// What every engine of Store must do, in terms of store.h alone. An engine's
// test file includes this header and instantiates StoreConformance:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance,
//                            testing::Values(StoreEngine{"memory", Open}));
//
// Revisions are compared, never assumed: an engine may start at any number and
// may skip some.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/store/store.h"
#include "tests/store/store_testing.h"

namespace recourse {

struct StoreEngine {
  std::string name;
  // A new and empty store, whose data no other test sees.
  std::function<std::unique_ptr<Store>()> open;

  friend std::ostream& operator<<(std::ostream& out, const StoreEngine& e) {
    return out << e.name;
  }
};

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

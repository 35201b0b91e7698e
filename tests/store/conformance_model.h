// Part of conformance.h: random transactions, compared with a model too simple
// to be wrong.
#pragma once

#include "absl/strings/str_cat.h"
#include "tests/store/conformance.h"
#include "tests/store/naive_store.h"

namespace recourse {

TEST_P(StoreConformance, AgreesWithTheNaiveModel) {
  constexpr int kTransactions = 300;
  RandomTraffic traffic(20240607);
  NaiveStore model;
  const int64_t first = Revision();
  std::vector<int64_t> revisions = {first};
  for (int i = 0; i < kTransactions; ++i) {
    const int64_t now = revisions.back();
    StoreTransaction transaction = traffic.Transaction(model, now);
    bool holds = true;
    for (const StoreCompare& compare : transaction.compares) {
      holds &= model.Holds(compare, now);
    }
    auto commit = store_->Commit(transaction);
    ASSERT_TRUE(commit.ok()) << commit.status();
    ASSERT_EQ(commit->committed, holds) << "transaction " << i;
    const bool changed = holds && model.Apply(transaction.ops, now + 1);
    ASSERT_EQ(commit->revision, changed ? now + 1 : now);
    if (changed) revisions.push_back(commit->revision);
    const StoreRange range = traffic.Range(revisions);
    std::vector<std::string> got, want;
    for (const StoreEntry& e : ListAll(range)) got.push_back(Describe(e));
    for (const StoreEntry& e : model.List(range)) want.push_back(Describe(e));
    ASSERT_EQ(got, want) << "after transaction " << i;
  }
  for (const char* prefix : {"", "a/", "zzz"}) {
    const int64_t from = revisions[traffic.Below(revisions.size())];
    const std::vector<std::string> want = model.Changes(prefix, from);
    WatchLog log;
    auto watch = MustWatch(prefix, from, log.Callback());
    std::vector<std::string> got;
    for (const StoreChange& change : log.Await(want.size())) {
      got.push_back(
          absl::StrCat(change.entry.mod_revision, " ", Describe(change)));
    }
    EXPECT_EQ(got, want);
  }
}

}  // namespace recourse

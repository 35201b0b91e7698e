// Part of conformance.h: Get, List, Commit and their limits.
#pragma once

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/store/conformance.h"

namespace recourse {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_P(StoreConformance, AnswersPing) { EXPECT_TRUE(store_->Ping().ok()); }

TEST_P(StoreConformance, AnAbsentKeyIsAnAnswerNotAnError) {
  auto entry = store_->Get("k");
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_FALSE(entry->has_value());
}

TEST_P(StoreConformance, KeepsCreateAndModRevisions) {
  const int64_t created = MustCommit({Put("k", "1")});
  const int64_t changed = MustCommit({Put("k", "2")});
  EXPECT_GT(changed, created);
  auto entry = store_->Get("k");
  ASSERT_TRUE(entry.ok() && entry->has_value());
  EXPECT_EQ((*entry)->key, "k");
  EXPECT_EQ((*entry)->value, "2");
  EXPECT_EQ((*entry)->create_revision, created);
  EXPECT_EQ((*entry)->mod_revision, changed);

  EXPECT_GT(MustCommit({Delete("k")}), changed);
  EXPECT_EQ(ValueOf("k"), "(none)");
  const int64_t again = MustCommit({Put("k", "3")});
  entry = store_->Get("k");
  ASSERT_TRUE(entry.ok() && entry->has_value());
  EXPECT_EQ((*entry)->create_revision, again);  // A new incarnation.
}

TEST_P(StoreConformance, KeysAndValuesAreBytes) {
  const std::string keys[] = {std::string("\0", 1), std::string("a\0b", 3),
                              "\xff\xff", "\xc3\x28", "%?#'\""};
  for (const std::string& key : keys) {
    MustCommit({Put(key, key + std::string("\0\xfe", 2))});
    EXPECT_EQ(ValueOf(key), key + std::string("\0\xfe", 2));
  }
  EXPECT_EQ(ListAll({}).size(), std::size(keys));
}

TEST_P(StoreConformance, AnEmptyValueIsNotADeletion) {
  MustCommit({Put("k", "")});
  auto entry = store_->Get("k");
  ASSERT_TRUE(entry.ok());
  ASSERT_TRUE(entry->has_value());
  EXPECT_EQ((*entry)->value, "");
}

TEST_P(StoreConformance, ComparesDecide) {
  const int64_t old = MustCommit({Put("k", "1")});
  const int64_t now = MustCommit({Put("k", "2"), Put("gone", "x")});
  const int64_t deleted = MustCommit({Delete("gone")});
  const struct {
    const char* what;
    std::vector<StoreCompare> compares;
    bool holds;
  } kRows[] = {
      {"nothing to compare", {}, true},
      {"the newest revision", {{"k", now}}, true},
      {"an older revision", {{"k", old}}, false},
      {"a revision not reached", {{"k", now + 1000}}, false},
      {"must not exist, but does", {{"k", 0}}, false},
      {"must not exist, never did", {{"new", 0}}, true},
      {"must not exist, was deleted", {{"gone", 0}}, true},
      {"the revision that deleted it", {{"gone", deleted}}, false},
      {"its last revision alive", {{"gone", now}}, false},
      {"absent, expected at a revision", {{"new", now}}, false},
      {"both hold", {{"k", now}, {"new", 0}}, true},
      {"the second fails", {{"k", now}, {"new", now}}, false},
      {"the first fails", {{"k", old}, {"new", 0}}, false},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.what);
    MustCommit({Delete("mark")});
    const int64_t before = Revision();
    auto commit = store_->Commit({row.compares, {Put("mark", "set")}});
    ASSERT_TRUE(commit.ok()) << commit.status();
    EXPECT_EQ(commit->committed, row.holds);
    EXPECT_EQ(ValueOf("mark"), row.holds ? "set" : "(none)");
    if (row.holds) {
      EXPECT_GT(commit->revision, before);
    } else {
      EXPECT_EQ(commit->revision, before);
    }
  }
}

TEST_P(StoreConformance, OneTransactionIsOneRevision) {
  MustCommit({Put("b", "old"), Put("c", "old")});
  const int64_t revision =
      MustCommit({Put("a", "1"), Delete("b"), Put("c", "3")});
  std::vector<StoreEntry> all = ListAll({});
  EXPECT_THAT(Describe(all), ElementsAre("a=1", "c=3"));
  for (const StoreEntry& entry : all) EXPECT_EQ(entry.mod_revision, revision);
}

TEST_P(StoreConformance, WhatChangesNothingTakesNoRevision) {
  const int64_t before = MustCommit({Put("k", "1")});
  EXPECT_EQ(MustCommit({}), before);
  EXPECT_EQ(MustCommit({Delete("absent")}), before);
  auto compared = store_->Commit({{{"k", before}}, {}});
  ASSERT_TRUE(compared.ok());
  EXPECT_TRUE(compared->committed);
  EXPECT_EQ(compared->revision, before);
  EXPECT_GT(MustCommit({Put("k", "1")}), before);  // The same value counts.
}

TEST_P(StoreConformance, RefusesWhatIsOutOfBounds) {
  const std::string long_key(kMaxStoreKeyBytes + 1, 'k');
  const std::string long_value(kMaxStoreValueBytes + 1, 'v');
  const std::string half(kMaxStoreTransactionBytes / 2, 'v');
  std::vector<StoreOp> many;
  for (size_t i = 0; i <= kMaxStoreTransactionOps; ++i) {
    many.push_back(Put(absl::StrCat("k", i), ""));
  }
  std::vector<StoreOp> one_less(many.begin(), many.end() - 1);
  const struct {
    const char* what;
    StoreTransaction transaction;
  } kRows[] = {
      {"empty key in a put", {{}, {Put("", "v")}}},
      {"empty key in a delete", {{}, {Delete("")}}},
      {"empty key in a compare", {{{"", 0}}, {}}},
      {"long key in a put", {{}, {Put(long_key, "v")}}},
      {"long key in a delete", {{}, {Delete(long_key)}}},
      {"long key in a compare", {{{long_key, 0}}, {}}},
      {"long value", {{}, {Put("k", long_value)}}},
      {"a key put twice", {{}, {Put("k", "1"), Put("k", "2")}}},
      {"a key put and deleted", {{}, {Put("k", "1"), Delete("k")}}},
      {"too many operations", {{}, many}},
      {"compares count too", {{{"k", 0}}, one_less}},
      {"too many bytes", {{}, {Put("a", half), Put("b", half)}}},
      {"negative revision", {{{"k", -1}}, {}}},
      {"negative lease", {{}, {Put("k", "v", -1)}}},
      {"a delete with a lease", {{}, {StoreOp{"k", {}, 1}}}},
  };
  const int64_t before = Revision();
  for (const auto& row : kRows) {
    // A good operation beside the bad one must not be applied either.
    StoreTransaction transaction = row.transaction;
    if (transaction.ops.size() < 4) transaction.ops.push_back(Put("good", ""));
    auto commit = store_->Commit(transaction);
    EXPECT_EQ(commit.status().code(), absl::StatusCode::kInvalidArgument)
        << row.what << ": " << commit.status();
  }
  EXPECT_EQ(Revision(), before);
  EXPECT_THAT(ListAll({}), IsEmpty());
}

TEST_P(StoreConformance, TakesWhatIsJustInBounds) {
  MustCommit({Put(std::string(kMaxStoreKeyBytes, 'k'), "")});
  MustCommit({Put("k", std::string(kMaxStoreValueBytes, 'v'))});
  EXPECT_EQ(ValueOf("k"), std::string(kMaxStoreValueBytes, 'v'));
  std::vector<StoreOp> many;
  for (size_t i = 0; i < kMaxStoreTransactionOps; ++i) {
    many.push_back(Put(absl::StrCat("many/", i), "v"));
  }
  MustCommit(many);
  EXPECT_EQ(ListAll({.prefix = "many/"}).size(), kMaxStoreTransactionOps);
  const size_t rest = kMaxStoreTransactionBytes - kMaxStoreValueBytes - 2;
  MustCommit({Put("a", std::string(kMaxStoreValueBytes, 'x')),
              Put("b", std::string(rest, 'y'))});
}

TEST_P(StoreConformance, RefusesBadReads) {
  const std::string long_key(kMaxStoreKeyBytes + 1, 'k');
  EXPECT_TRUE(absl::IsInvalidArgument(store_->Get("").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(store_->Get(long_key).status()));
  const struct {
    const char* what;
    StoreRange range;
    absl::StatusCode code;
  } kRows[] = {
      {"no limit", {.limit = 0}, absl::StatusCode::kInvalidArgument},
      {"limit", {.limit = 10'001}, absl::StatusCode::kInvalidArgument},
      {"prefix", {.prefix = long_key}, absl::StatusCode::kInvalidArgument},
      {"start", {.start = long_key}, absl::StatusCode::kInvalidArgument},
      {"negative", {.revision = -1}, absl::StatusCode::kInvalidArgument},
      {"future", {.revision = Revision() + 1}, absl::StatusCode::kOutOfRange},
      {"largest limit", {.limit = 10'000}, absl::StatusCode::kOk},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(store_->List(row.range).status().code(), row.code) << row.what;
  }
}

TEST_P(StoreConformance, ListsByPrefixAndStart) {
  for (const char* key : {"a", "a/", "a/1", "a/2", "a/\xff", "a0", "b/1",
                          "\xff", "\xff\xff", "\xff\xff/1"}) {
    MustCommit({Put(key, "")});
  }
  const struct {
    std::string prefix, start;
    std::vector<std::string> keys;
  } kRows[] = {
      {"a/", "", {"a/", "a/1", "a/2", "a/\xff"}},
      {"a/", "a", {"a/", "a/1", "a/2", "a/\xff"}},  // Before the prefix.
      {"a/", "a/1", {"a/1", "a/2", "a/\xff"}},      // Inclusive.
      {"a/", "a/11", {"a/2", "a/\xff"}},
      {"a/", "a0", {}},  // Behind the prefix.
      {"a/", "b", {}},
      {"c", "", {}},
      {"\xff\xff", "", {"\xff\xff", "\xff\xff/1"}},
      {"", "b", {"b/1", "\xff", "\xff\xff", "\xff\xff/1"}},
      {"", "\xff\xff\xff", {}},
  };
  for (const auto& row : kRows) {
    for (size_t limit : {1, 2, 3, 1000}) {
      std::vector<std::string> keys;
      for (const StoreEntry& entry : ListAll(
               {.prefix = row.prefix, .start = row.start, .limit = limit})) {
        keys.push_back(entry.key);
      }
      EXPECT_EQ(keys, row.keys) << row.prefix << " from " << row.start;
    }
  }
}

TEST_P(StoreConformance, AFullLastPageHasNoNext) {
  MustCommit({Put("a", ""), Put("b", "")});
  auto page = store_->List({.limit = 2});
  ASSERT_TRUE(page.ok());
  EXPECT_FALSE(page->next_start.has_value());
}

TEST_P(StoreConformance, PagesShowOneRevisionWhateverIsCommittedBetween) {
  MustCommit({Put("a", "1"), Put("b", "1"), Put("c", "1"), Put("d", "1")});
  auto first = store_->List({.limit = 2});
  ASSERT_TRUE(first.ok() && first->next_start.has_value());
  MustCommit({Put("c", "2"), Delete("d"), Put("e", "2")});
  EXPECT_THAT(Describe(ListAll({.start = *first->next_start,
                                .limit = 1,
                                .revision = first->revision})),
              ElementsAre("c=1", "d=1"));
}

TEST_P(StoreConformance, OldRevisionsStayVisible) {
  const int64_t empty = Revision();
  const int64_t one = MustCommit({Put("k", "1")});
  const int64_t two = MustCommit({Put("k", "2"), Put("l", "2")});
  const int64_t three = MustCommit({Delete("k")});
  const int64_t four = MustCommit({Put("k", "4")});
  EXPECT_THAT(ListAll({.revision = empty}), IsEmpty());
  EXPECT_THAT(Describe(ListAll({.revision = one})), ElementsAre("k=1"));
  EXPECT_THAT(Describe(ListAll({.revision = two})), ElementsAre("k=2", "l=2"));
  EXPECT_THAT(Describe(ListAll({.revision = three})), ElementsAre("l=2"));
  EXPECT_THAT(Describe(ListAll({.revision = four})), ElementsAre("k=4", "l=2"));
  std::vector<StoreEntry> then = ListAll({.prefix = "k", .revision = two});
  ASSERT_EQ(then.size(), 1u);
  EXPECT_EQ(then[0].create_revision, one);
  EXPECT_EQ(then[0].mod_revision, two);
}

TEST_P(StoreConformance, AKeyWithManyVersionsDoesNotHideTheNext) {
  for (int i = 0; i < 40; ++i) {
    MustCommit({Put("a", std::to_string(i)), Put("b", std::to_string(i))});
  }
  MustCommit({Delete("a")});
  EXPECT_THAT(Describe(ListAll({.limit = 1})), ElementsAre("b=39"));
}

TEST_P(StoreConformance, LargeValuesTakeMorePages) {
  const std::string large(kMaxStoreValueBytes, 'x');
  for (int i = 10; i < 22; ++i) MustCommit({Put(absl::StrCat(i), large)});
  EXPECT_EQ(ListAll({}).size(), 12u);
}

TEST_P(StoreConformance, CompareAndSetLosesNoIncrement) {
  constexpr int kThreads = 8;
  constexpr int kIncrements = 25;
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int done = 0; done < kIncrements && failures == 0;) {
        auto entry = store_->Get("n");
        if (!entry.ok()) ++failures;
        const bool there = entry.ok() && entry->has_value();
        const int value = there ? std::stoi((*entry)->value) : 0;
        auto commit =
            store_->Commit({{{"n", there ? (*entry)->mod_revision : 0}},
                            {Put("n", std::to_string(value + 1))}});
        if (!commit.ok()) ++failures;
        if (commit.ok() && commit->committed) ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(ValueOf("n"), std::to_string(kThreads * kIncrements));
}

}  // namespace recourse

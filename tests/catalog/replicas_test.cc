#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/catalog/pattern_catalog.h"
#include "tests/catalog/catalog_fixture.h"

namespace recourse {
namespace {

using testing::ElementsAre;

CatalogOptions WithLibrary() {
  return {.library = {PatternOf("lib.a", "regex_pattern: 'aaa'"),
                      PatternOf("lib.b", "regex_pattern: 'bbb'")}};
}

TEST_F(CatalogTest, TwoServersSeeEachOthersChanges) {
  auto first = Open(WithLibrary());
  auto second = Open(WithLibrary());
  RevisionWaiter first_sees(*first), second_sees(*second);

  const auto added = Add(*first, PatternOf("p"));
  ASSERT_TRUE(added.ok());
  ASSERT_TRUE(second_sees.WaitFor(added->registry_revision));
  EXPECT_EQ(Winner(*second, "x"), "p");
  EXPECT_EQ(second->Get("p")->SerializeAsString(),
            added->pattern.SerializeAsString());

  const auto updated =
      Update(*second,
             "update_mask { paths: 'regex_pattern' } pattern { "
             "pattern_id: 'p' regex_pattern: 'zzz' }");
  ASSERT_TRUE(updated.ok());
  ASSERT_TRUE(first_sees.WaitFor(updated->registry_revision));
  EXPECT_EQ(Winner(*first, "zzz"), "p");

  const auto hidden = Remove(*first, "lib.a");
  ASSERT_TRUE(hidden.ok());
  ASSERT_TRUE(second_sees.WaitFor(*hidden));
  EXPECT_EQ(Winner(*second, "aaa"), "");
  EXPECT_EQ(second->registry()->revision(), first->registry()->revision());
}

TEST_F(CatalogTest, ManyWritersLoseNothing) {
  auto first = Open();
  auto second = Open();
  RevisionWaiter first_sees(*first), second_sees(*second);
  constexpr int kThreads = 4;
  constexpr int kEach = 12;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      PatternCatalog& catalog = t % 2 == 0 ? *first : *second;
      for (int i = 0; i < kEach; ++i) {
        EXPECT_TRUE(Add(catalog, PatternOf(absl::StrCat(t, ".", i))).ok());
        // All fight for this one; exactly one add of each round may win.
        const auto shared = Add(catalog, PatternOf("shared"));
        if (shared.ok()) {
          EXPECT_TRUE(Remove(catalog, "shared").ok());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const int64_t last =
      std::max(first->registry()->revision(), second->registry()->revision());
  ASSERT_TRUE(first_sees.WaitFor(last));
  ASSERT_TRUE(second_sees.WaitFor(last));
  EXPECT_EQ(Ids(*first).size(), kThreads * kEach);
  EXPECT_EQ(Ids(*first), Ids(*second));
}

// Another server changes the same pattern between our reading and writing.
TEST_F(CatalogTest, BeginsAgainWhenOvertaken) {
  auto catalog = Open();
  auto other = OpenOn(inner_.get());
  const auto added = Add(*catalog, PatternOf("p", "description: 'first'"));
  ASSERT_TRUE(added.ok());
  const std::string revision = absl::StrCat(added->pattern.revision());
  int overtakings = 0;
  store_.before_commit = [&](const StoreTransaction&) {
    if (overtakings++ == 0) {
      EXPECT_TRUE(Update(*other,
                         "update_mask { paths: 'description' } pattern "
                         "{ pattern_id: 'p' description: 'theirs' }")
                      .ok());
    }
    return absl::OkStatus();
  };
  const auto change = Update(*catalog,
                             "update_mask { paths: 'priority' } pattern { "
                             "pattern_id: 'p' priority: 9 }");
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_EQ(change->pattern.description(), "theirs");  // Neither is lost.
  EXPECT_EQ(change->pattern.priority(), 9);

  overtakings = 0;
  const absl::Status status =
      Update(*catalog, absl::StrCat("pattern { pattern_id: 'p' error_type: "
                                    "ERROR_TYPE_NETWORK regex_pattern: 'x' "
                                    "revision: ",
                                    change->pattern.revision(), " }"))
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(status), "STALE_REVISION");
  store_.before_commit = nullptr;
}

// Somebody is faster every time.
TEST_F(CatalogTest, GivesUpWhenAlwaysOvertaken) {
  auto catalog = Open();
  store_.before_commit = [&](const StoreTransaction& transaction) {
    StoreTransaction theirs;
    theirs.ops = {{.key = transaction.compares[0].key, .value = "\xff"}};
    EXPECT_TRUE(inner_->Commit(theirs).ok());
    return absl::OkStatus();
  };
  EXPECT_EQ(Add(*catalog, PatternOf("p")).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Update(*catalog,
                   "update_mask { paths: ['regex_pattern', "
                   "'error_type'] } pattern { pattern_id: 'p' "
                   "regex_pattern: 'x' error_type: "
                   "ERROR_TYPE_NETWORK }")
                .status()
                .code(),
            absl::StatusCode::kAborted);
  store_.before_commit = nullptr;
}

TEST_F(CatalogTest, ReadsGoOnWithoutTheStore) {
  auto catalog = Open(WithLibrary());
  ASSERT_TRUE(Add(*catalog, PatternOf("p")).ok());
  store_.away = true;
  store_.EndWatches(absl::UnavailableError("gone"));
  EXPECT_EQ(Winner(*catalog, "x"), "p");
  EXPECT_TRUE(catalog->Get("p").ok());
  EXPECT_THAT(Ids(*catalog), ElementsAre("lib.a", "lib.b", "p"));
  v1::ApplyErrorPatternsRequest set;
  *set.add_patterns() = PatternOf("q");
  for (const absl::Status& status :
       {Add(*catalog, PatternOf("q")).status(),
        Update(*catalog, "pattern { pattern_id: 'p' }").status(),
        Remove(*catalog, "p").status(),
        catalog->Apply(set, "", kNow).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(ReasonOf(status), "STORE_UNAVAILABLE");
  }
  // Input is checked first.
  EXPECT_EQ(FieldOf(Add(*catalog, PatternOf("a b")).status()),
            "pattern.pattern_id");
}

TEST_F(CatalogTest, ListsAnewWhenTheWatchIsLost) {
  auto catalog = Open();
  auto other = OpenOn(inner_.get());
  RevisionWaiter sees(*catalog);
  ASSERT_TRUE(Add(*catalog, PatternOf("p")).ok());
  for (const absl::Status& end :
       {absl::OutOfRangeError("compacted"), absl::UnavailableError("gone")}) {
    store_.EndWatches(end);
    const std::string id = absl::StrCat("q", static_cast<int>(end.code()));
    const auto added = Add(*other, PatternOf(id));
    ASSERT_TRUE(added.ok());
    ASSERT_TRUE(sees.WaitFor(added->registry_revision));
    EXPECT_TRUE(catalog->Get(id).ok());
  }
  // The new watch is a working one.
  EXPECT_TRUE(Add(*catalog, PatternOf("z")).ok());
}

}  // namespace
}  // namespace recourse

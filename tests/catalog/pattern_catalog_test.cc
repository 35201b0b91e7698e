#include "server/catalog/pattern_catalog.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/catalog/catalog_fixture.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

CatalogOptions WithLibrary() {
  return {.library = {PatternOf("lib.a", "regex_pattern: 'aaa' priority: 7"),
                      PatternOf("lib.b", "regex_pattern: 'bbb'")},
          .known_channels = {"slack"}};
}

TEST_F(CatalogTest, AnAddedPatternDecidesAtOnce) {
  auto catalog = Open();
  EXPECT_EQ(catalog->registry()->revision(), 0);
  EXPECT_EQ(Winner(*catalog, "xyz"), "");
  const auto change = Add(*catalog, PatternOf("p"));
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_EQ(Winner(*catalog, "xyz"), "p");
  EXPECT_EQ(catalog->registry()->revision(), change->registry_revision);
  EXPECT_GT(change->registry_revision, 0);
  EXPECT_EQ(change->pattern.revision(), change->registry_revision);
  EXPECT_EQ(change->pattern.origin(), v1::PATTERN_ORIGIN_USER);
  EXPECT_EQ(change->pattern.update_by(), "me");
  EXPECT_EQ(change->pattern.create_time().seconds(), 1'700'000'000);
  EXPECT_EQ(change->pattern.update_time().seconds(), 1'700'000'000);
  EXPECT_THAT(change->warnings, IsEmpty());
  const auto got = catalog->Get("p");
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->SerializeAsString(), change->pattern.SerializeAsString());
}

TEST_F(CatalogTest, OutputFieldsOfARequestAreNotTaken) {
  auto catalog = Open();
  const auto change =
      Add(*catalog, PatternOf("p",
                              "origin: PATTERN_ORIGIN_LIBRARY revision: 99 "
                              "match_count: 5 update_by: 'x' create_time {}"));
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_EQ(change->pattern.origin(), v1::PATTERN_ORIGIN_USER);
  EXPECT_EQ(change->pattern.match_count(), 0);
  EXPECT_EQ(change->pattern.update_by(), "me");
  EXPECT_NE(change->pattern.revision(), 99);
}

TEST_F(CatalogTest, RefusesBadAdds) {
  auto catalog = Open(WithLibrary());
  ASSERT_TRUE(Add(*catalog, PatternOf("p")).ok());
  const std::string before = StoreContents();
  absl::Status status = Add(*catalog, PatternOf("p")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(status), "PATTERN_EXISTS");
  status = Add(*catalog, PatternOf("q", "regex_pattern: '('")).status();
  EXPECT_EQ(FieldOf(status), "pattern.regex_pattern");
  EXPECT_EQ(ReasonOf(status), "INVALID_REGEX");
  status = Add(*catalog, PatternOf("")).status();
  EXPECT_EQ(FieldOf(status), "pattern.pattern_id");
  EXPECT_EQ(StoreContents(), before);
}

TEST_F(CatalogTest, WarnsAndRunsExamples) {
  auto catalog = Open(WithLibrary());
  const auto change = catalog->Add(
      PatternOf("p",
                "examples { no_match: 'x' } steps { escalation { channels: "
                "['slack', 'pager'] } }"),
      /*validate_only=*/true, "me", kNow);
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_THAT(change->warnings,
              ElementsAre(HasSubstr("\"pager\" is not configured"),
                          HasSubstr("examples.no_match[0]")));
}

TEST_F(CatalogTest, ValidateOnlyTouchesNothing) {
  auto catalog = Open(WithLibrary());
  ASSERT_TRUE(Add(*catalog, PatternOf("p")).ok());
  const std::string before = StoreContents();
  const int64_t revision = catalog->registry()->revision();
  const auto added = catalog->Add(PatternOf("q"), true, "me", kNow);
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_EQ(added->pattern.pattern_id(), "q");
  EXPECT_EQ(added->registry_revision, revision);
  const auto updated =
      Update(*catalog,
             "validate_only: true update_mask { paths: 'priority' } pattern "
             "{ pattern_id: 'p' priority: 9 }");
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->pattern.priority(), 9);
  const auto removed =
      catalog->Remove(FromText<v1::RemoveErrorPatternRequest>(
                          "pattern_id: 'lib.a' validate_only: true"),
                      kNow);
  EXPECT_EQ(*removed, revision);
  EXPECT_EQ(StoreContents(), before);
  EXPECT_EQ(catalog->registry()->revision(), revision);
  EXPECT_THAT(Ids(*catalog), ElementsAre("lib.a", "lib.b", "p"));
  EXPECT_EQ(FieldOf(catalog->Add(PatternOf("a b"), true, "", kNow).status()),
            "pattern.pattern_id");
}

TEST_F(CatalogTest, TheRegistryCanBeFull) {
  CatalogOptions options = WithLibrary();
  options.max_patterns = 3;
  auto catalog = Open(options);
  ASSERT_TRUE(Add(*catalog, PatternOf("p")).ok());
  const std::string before = StoreContents();
  const absl::Status status = Add(*catalog, PatternOf("q")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(status), "REGISTRY_FULL");
  EXPECT_EQ(ToRpcStatus(status).details_size(), 2);  // With RetryInfo.
  v1::ApplyErrorPatternsRequest set;
  *set.add_patterns() = PatternOf("q");
  EXPECT_EQ(ReasonOf(catalog->Apply(set, "", kNow).status()), "REGISTRY_FULL");
  EXPECT_EQ(StoreContents(), before);
  // One that takes another's place needs no room.
  EXPECT_TRUE(Add(*catalog, PatternOf("lib.a")).ok());
}

TEST_F(CatalogTest, UpdatesTheFieldsOfTheMask) {
  auto catalog = Open();
  ASSERT_TRUE(
      Add(*catalog,
          PatternOf("p",
                    "priority: 5 description: 'old' labels { key: 'a' value: "
                    "'1' } conditions { http_status: [429, 503] code: 'c' }"))
          .ok());
  auto change = Update(*catalog, R"pb(
    update_mask {
      paths: [ 'description', 'priority', 'conditions.http_status', 'labels' ]
    }
    pattern {
      pattern_id: 'p'
      description: 'new'
      regex_pattern: 'ignored'
      labels { key: 'b' value: '2' }
      conditions { http_status: 500 }
    })pb");
  ASSERT_TRUE(change.ok()) << change.status();
  const v1::ErrorPattern& pattern = change->pattern;
  EXPECT_EQ(pattern.description(), "new");
  EXPECT_FALSE(pattern.has_priority());  // In the mask, and not set: cleared.
  EXPECT_EQ(pattern.regex_pattern(), "x");
  EXPECT_THAT(pattern.conditions().http_status(), ElementsAre(500));
  EXPECT_THAT(pattern.conditions().code(), ElementsAre("c"));
  EXPECT_EQ(pattern.labels().size(), 1u);
  EXPECT_EQ(pattern.labels().at("b"), "2");
  EXPECT_EQ(pattern.update_by(), "you");
  EXPECT_EQ(pattern.create_time().seconds(), 1'700'000'000);
  EXPECT_EQ(pattern.update_time().seconds(), 1'700'003'600);
  EXPECT_EQ(pattern.revision(), change->registry_revision);

  change = Update(*catalog,
                  "pattern { pattern_id: 'p' error_type: "
                  "ERROR_TYPE_TIMEOUT regex_pattern: 'y' }");
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_EQ(change->pattern.description(), "");
  EXPECT_EQ(Winner(*catalog, "x"), "");
  EXPECT_EQ(Winner(*catalog, "y"), "p");
}

TEST_F(CatalogTest, RefusesBadUpdates) {
  auto catalog = Open(WithLibrary());
  const auto added = Add(*catalog, PatternOf("p"));
  ASSERT_TRUE(added.ok());
  const std::string stale = absl::StrCat(added->pattern.revision() + 1);
  struct Row {
    std::string request;
    absl::StatusCode code;
    const char* reason;
    const char* field;
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  const Row rows[] = {
      {"", kInvalid, "INVALID_FIELD", "pattern.pattern_id"},
      {"pattern { pattern_id: 'none' }", absl::StatusCode::kNotFound,
       "PATTERN_NOT_FOUND", ""},
      {"pattern { pattern_id: 'p' } update_mask { paths: 'nonsense' }",
       kInvalid, "INVALID_FIELD", "update_mask"},
      {"pattern { pattern_id: 'p' } update_mask { paths: 'steps.retry' }",
       kInvalid, "INVALID_FIELD", "update_mask"},
      {"pattern { pattern_id: 'p' } update_mask { paths: ['priority', '*'] }",
       kInvalid, "INVALID_FIELD", "update_mask"},
      {"pattern { pattern_id: 'p' } update_mask { paths: 'revision' }",
       kInvalid, "INVALID_FIELD", "update_mask"},
      {"pattern { pattern_id: 'p' } update_mask { paths: 'create_time.nanos' }",
       kInvalid, "INVALID_FIELD", "update_mask"},
      {"pattern { pattern_id: 'p' } update_mask { paths: 'regex_pattern' }",
       kInvalid, "INVALID_FIELD", "pattern.regex_pattern"},
      {"pattern { pattern_id: 'p' revision: " + stale + "}",
       absl::StatusCode::kAborted, "STALE_REVISION", ""},
      {"pattern { pattern_id: 'lib.a' revision: 3 }",
       absl::StatusCode::kAborted, "STALE_REVISION", ""},
  };
  const std::string before = StoreContents();
  for (const Row& row : rows) {
    SCOPED_TRACE(row.request);
    const absl::Status status = Update(*catalog, row.request).status();
    EXPECT_EQ(status.code(), row.code);
    EXPECT_EQ(ReasonOf(status), row.reason);
    EXPECT_EQ(FieldOf(status), row.field);
  }
  EXPECT_EQ(StoreContents(), before);
  // The revision it is based on is right, and the id cannot change.
  EXPECT_TRUE(
      Update(*catalog,
             absl::StrCat("update_mask { paths: ['description', 'pattern_id'] "
                          "} pattern { pattern_id: 'p' revision: ",
                          added->pattern.revision(), "}"))
          .ok());
}

TEST_F(CatalogTest, AnUpdateReplacesALibraryPattern) {
  auto catalog = Open(WithLibrary());
  const auto change = Update(*catalog, R"pb(
    update_mask { paths: 'description' }
    pattern { pattern_id: 'lib.a' description: 'mine' })pb");
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_EQ(change->pattern.origin(), v1::PATTERN_ORIGIN_USER);
  EXPECT_EQ(change->pattern.regex_pattern(), "aaa");
  EXPECT_EQ(change->pattern.priority(), 7);
  EXPECT_EQ(change->pattern.create_time().seconds(), 1'700'003'600);
  EXPECT_THAT(Ids(*catalog), ElementsAre("lib.a", "lib.b"));
  EXPECT_EQ(catalog->registry()->Match(FailureOf("aaa")).winner->origin,
            Origin::kUser);
  // Its removal brings the library's back.
  ASSERT_TRUE(Remove(*catalog, "lib.a").ok());
  EXPECT_EQ(catalog->Get("lib.a")->origin(), v1::PATTERN_ORIGIN_LIBRARY);
  EXPECT_EQ(catalog->registry()->Match(FailureOf("aaa")).winner->origin,
            Origin::kLibrary);
}

TEST_F(CatalogTest, RemovalHidesALibraryPattern) {
  auto catalog = Open(WithLibrary());
  ASSERT_TRUE(Remove(*catalog, "lib.a").ok());
  EXPECT_EQ(Winner(*catalog, "aaa"), "");
  EXPECT_THAT(Ids(*catalog), ElementsAre("lib.b"));
  EXPECT_EQ(ReasonOf(catalog->Get("lib.a").status()), "PATTERN_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Remove(*catalog, "lib.a").status()), "PATTERN_NOT_FOUND");
  EXPECT_EQ(
      ReasonOf(Update(*catalog, "pattern { pattern_id: 'lib.a' }").status()),
      "PATTERN_NOT_FOUND");
  // Hidden also for a server that starts later.
  EXPECT_THAT(Ids(*Open(WithLibrary())), ElementsAre("lib.b"));
  // A user's pattern of that id takes the marker's place; without both, the
  // library's is back.
  ASSERT_TRUE(Add(*catalog, PatternOf("lib.a")).ok());
  EXPECT_EQ(Winner(*catalog, "x"), "lib.a");
  ASSERT_TRUE(Remove(*catalog, "lib.a").ok());
  EXPECT_EQ(Winner(*catalog, "aaa"), "lib.a");
}

TEST_F(CatalogTest, RefusesBadRemovals) {
  auto catalog = Open(WithLibrary());
  const auto added = Add(*catalog, PatternOf("p"));
  ASSERT_TRUE(added.ok());
  const int64_t revision = added->pattern.revision();
  EXPECT_EQ(FieldOf(Remove(*catalog, "").status()), "pattern_id");
  EXPECT_EQ(ReasonOf(Remove(*catalog, "none").status()), "PATTERN_NOT_FOUND");
  const absl::Status stale = Remove(*catalog, "p", revision + 1).status();
  EXPECT_EQ(stale.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(stale), "STALE_REVISION");
  EXPECT_EQ(ReasonOf(Remove(*catalog, "lib.a", 5).status()), "STALE_REVISION");
  const auto removed = Remove(*catalog, "p", revision);
  ASSERT_TRUE(removed.ok());
  EXPECT_EQ(catalog->registry()->revision(), *removed);
  EXPECT_EQ(Winner(*catalog, "x"), "");
}

TEST_F(CatalogTest, CountsMatchesAcrossRegistries) {
  auto catalog = Open(WithLibrary());
  ASSERT_TRUE(Add(*catalog, PatternOf("p")).ok());
  ASSERT_TRUE(Add(*catalog, PatternOf("s", "mode: PATTERN_MODE_SHADOW")).ok());
  for (const char* text : {"x", "x", "aaa", "nothing"}) {
    catalog->CountMatch(catalog->registry()->Match(FailureOf(text)));
  }
  const auto change = Update(*catalog,
                             "update_mask { paths: 'description' } "
                             "pattern { pattern_id: 'p' }");
  EXPECT_EQ(change->pattern.match_count(), 2);
  EXPECT_EQ(catalog->Get("p")->match_count(), 2);
  EXPECT_EQ(catalog->Get("s")->match_count(), 2);
  EXPECT_EQ(catalog->Get("lib.a")->match_count(), 1);
  EXPECT_EQ(catalog->Get("lib.b")->match_count(), 0);
  // A user's pattern of a library's id is another pattern.
  ASSERT_TRUE(Add(*catalog, PatternOf("lib.a")).ok());
  EXPECT_EQ(catalog->Get("lib.a")->match_count(), 0);
  ASSERT_TRUE(Remove(*catalog, "lib.a").ok());
  EXPECT_EQ(catalog->Get("lib.a")->match_count(), 1);
  const auto page = catalog->List(v1::ListErrorPatternsRequest());
  int64_t sum = 0;
  for (const auto& pattern : page->patterns()) {
    sum += pattern.match_count();
  }
  EXPECT_EQ(sum, 5);
  // A pattern that is gone takes its count along.
  ASSERT_TRUE(Remove(*catalog, "p").ok());
  ASSERT_TRUE(Add(*catalog, PatternOf("p")).ok());
  EXPECT_EQ(catalog->Get("p")->match_count(), 0);
}

TEST_F(CatalogTest, ListsPagesInTheOrderOfIds) {
  auto catalog = Open(WithLibrary());
  for (const char* id : {"z", "m", "a"}) {
    ASSERT_TRUE(Add(*catalog, PatternOf(id)).ok());
  }
  ASSERT_TRUE(
      Add(*catalog, PatternOf("d", "mode: PATTERN_MODE_DISABLED")).ok());
  v1::ListErrorPatternsRequest request;
  request.set_page_size(4);
  auto page = catalog->List(request);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->total_size(), 6);
  EXPECT_EQ(page->registry_revision(), catalog->registry()->revision());
  ASSERT_EQ(page->patterns_size(), 4);
  EXPECT_EQ(page->patterns(0).pattern_id(), "a");
  EXPECT_EQ(page->patterns(3).pattern_id(), "lib.b");
  // Pages go on behind the last id, even when that is gone by now.
  ASSERT_TRUE(Remove(*catalog, "lib.b").ok());
  request.set_page_token(page->next_page_token());
  page = catalog->List(request);
  ASSERT_EQ(page->patterns_size(), 2);
  EXPECT_EQ(page->patterns(0).pattern_id(), "m");
  EXPECT_EQ(page->next_page_token(), "");

  request = FromText<v1::ListErrorPatternsRequest>(
      "origin: PATTERN_ORIGIN_USER mode: PATTERN_MODE_ACTIVE");
  page = catalog->List(request);
  EXPECT_EQ(page->patterns_size(), 3);
  EXPECT_EQ(page->total_size(), 3);
  request =
      FromText<v1::ListErrorPatternsRequest>("mode: PATTERN_MODE_DISABLED");
  EXPECT_EQ(catalog->List(request)->patterns_size(), 1);

  // A user's pattern stands in the place of the library's.
  ASSERT_TRUE(Add(*catalog, PatternOf("lib.a")).ok());
  page = catalog->List(v1::ListErrorPatternsRequest());
  EXPECT_EQ(page->total_size(), 5);
  std::vector<std::string> ids;
  for (const auto& pattern : page->patterns()) {
    ids.push_back(pattern.pattern_id());
    EXPECT_EQ(pattern.origin(), v1::PATTERN_ORIGIN_USER);
  }
  EXPECT_THAT(ids, testing::ElementsAre("a", "d", "lib.a", "m", "z"));
}

TEST_F(CatalogTest, RefusesBadListRequests) {
  auto catalog = Open();
  const auto field = [&](const std::string& text) {
    return FieldOf(
        catalog->List(FromText<v1::ListErrorPatternsRequest>(text)).status());
  };
  EXPECT_EQ(field("page_size: -1"), "page_size");
  EXPECT_EQ(field("page_size: 1001"), "page_size");
  EXPECT_EQ(field("page_token: '%%'"), "page_token");
  v1::ListErrorPatternsRequest request;
  request.set_mode(static_cast<v1::PatternMode>(9));
  EXPECT_EQ(FieldOf(catalog->List(request).status()), "mode");
  request.Clear();
  request.set_origin(static_cast<v1::PatternOrigin>(9));
  EXPECT_EQ(FieldOf(catalog->List(request).status()), "origin");
}

TEST_F(CatalogTest, TheRevisionOutlivesAServer) {
  int64_t revision = 0;
  {
    auto catalog = Open();
    ASSERT_TRUE(Add(*catalog, PatternOf("p")).ok());
    ASSERT_TRUE(Add(*catalog, PatternOf("q")).ok());
    revision = *Remove(*catalog, "q");
  }
  // Other users of the store do not move it.
  ASSERT_TRUE(
      inner_->Commit({.compares = {}, .ops = {{.key = "x", .value = "y"}}})
          .ok());
  auto catalog = Open();
  EXPECT_EQ(catalog->registry()->revision(), revision);
  EXPECT_THAT(Ids(*catalog), ElementsAre("p"));
}

TEST_F(CatalogTest, ABadLibraryDoesNotOpen) {
  EXPECT_EQ(
      FieldOf(PatternCatalog::Open(
                  &store_, {.library = {PatternOf("p", "regex_pattern: '('")}})
                  .status()),
      "library p.regex_pattern");
  EXPECT_FALSE(PatternCatalog::Open(
                   &store_, {.library = {PatternOf("p"), PatternOf("p")}})
                   .ok());
}

TEST_F(CatalogTest, AStoreThatIsAwayDoesNotOpen) {
  store_.away = true;
  EXPECT_EQ(ReasonOf(PatternCatalog::Open(&store_, {}).status()),
            "STORE_UNAVAILABLE");
}

// What this version cannot compile or read stays where it is.
TEST_F(CatalogTest, KeepsWhatItCannotCompile) {
  {
    auto catalog = Open();
    ASSERT_TRUE(Add(*catalog, PatternOf("good")).ok());
  }
  internal::v1::StoredPattern bad;
  *bad.mutable_pattern() = PatternOf("bad", "regex_pattern: '('");
  ASSERT_TRUE(inner_
                  ->Commit({.compares = {},
                            .ops = {{.key = "patterns/bad",
                                     .value = bad.SerializeAsString()},
                                    {.key = "patterns/worse", .value = "\xff"},
                                    {.key = kPatternHeadKey, .value = ""}}})
                  .ok());
  auto catalog = Open();
  EXPECT_EQ(catalog->registry()->patterns().size(), 1u);
  EXPECT_EQ(Winner(*catalog, "x"), "good");
  EXPECT_THAT(Ids(*catalog), ElementsAre("bad", "good", "worse"));
  EXPECT_EQ(ReasonOf(Add(*catalog, PatternOf("bad")).status()),
            "PATTERN_EXISTS");
  // People can put it right, or take it away.
  EXPECT_TRUE(Update(*catalog,
                     "update_mask { paths: 'regex_pattern' } pattern "
                     "{ pattern_id: 'bad' regex_pattern: 'yyy' }")
                  .ok());
  EXPECT_EQ(Winner(*catalog, "yyy"), "bad");
  EXPECT_TRUE(Remove(*catalog, "worse").ok());
}

TEST_F(CatalogTest, WorksOnSqlite) {
  const std::string path = testing::TempDir() + "/catalog_test.db";
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(path + suffix);
  }
  int64_t revision = 0;
  {
    auto store = MustOpen("sqlite:" + path);
    auto catalog = OpenOn(store.get(), WithLibrary());
    ASSERT_TRUE(Add(*catalog, PatternOf("p")).ok());
    ASSERT_TRUE(Remove(*catalog, "lib.b").ok());
    v1::ApplyErrorPatternsRequest set;
    for (int i = 0; i < 300; ++i) {
      *set.add_patterns() = PatternOf(absl::StrCat("s", i));
    }
    const auto applied = catalog->Apply(set, "me", kNow);
    ASSERT_TRUE(applied.ok()) << applied.status();
    revision = applied->registry_revision();
  }
  auto store = MustOpen("sqlite:" + path);
  auto catalog = OpenOn(store.get(), WithLibrary());
  EXPECT_EQ(catalog->registry()->revision(), revision);
  EXPECT_EQ(Ids(*catalog).size(), 302u);
}

}  // namespace
}  // namespace recourse

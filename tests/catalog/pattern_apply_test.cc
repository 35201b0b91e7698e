#include "server/catalog/pattern_apply.h"

#include <atomic>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/catalog/catalog_fixture.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = v1::PatternDifference;

constexpr char kChunkPrefix[] = "patterns/:set/";

// `count` patterns s0, s1, ... of about a KiB, each with `mark` in it.
v1::ApplyErrorPatternsRequest SetOf(int count, const std::string& mark) {
  v1::ApplyErrorPatternsRequest request;
  for (int i = 0; i < count; ++i) {
    auto& pattern = *request.add_patterns();
    pattern = PatternOf(absl::StrCat("s", i));
    pattern.set_regex_pattern(absl::StrCat("error number ", i, "\\b"));
    pattern.set_description(mark + std::string(1000, '.'));
  }
  return request;
}

class ApplyTest : public CatalogTest {
 protected:
  static absl::StatusOr<v1::ApplyErrorPatternsResponse> Apply(
      PatternCatalog& catalog, const v1::ApplyErrorPatternsRequest& request,
      absl::Time now = kNow) {
    return catalog.Apply(request, "me", now);
  }

  // How many patterns of a set of `mark` there are; what is neither of that
  // mark nor expected as other fails the test.
  static int CountOf(const StoredPatterns& all, const std::string& mark) {
    int count = 0;
    for (const auto& [id, item] : all.items) {
      count +=
          item.content.pattern().description().substr(0, mark.size()) == mark
              ? 1
              : 0;
    }
    return count;
  }

  StoredPatterns Stored() {
    const auto all = PatternStore(inner_.get()).ReadAll();
    EXPECT_TRUE(all.ok()) << all.status();
    return *all;
  }

  int KeysBelow(const std::string& prefix) {
    int keys = 0;
    StoreRange range{.prefix = prefix};
    while (true) {
      const auto page = inner_->List(range);
      EXPECT_TRUE(page.ok());
      keys += static_cast<int>(page->entries.size());
      if (!page->next_start) return keys;
      range.start = *page->next_start;
    }
  }
};

std::vector<std::string> Differences(
    const v1::ApplyErrorPatternsResponse& response) {
  std::vector<std::string> lines;
  for (const auto& difference : response.differences()) {
    std::string line = absl::StrCat(
        difference.pattern_id(), " ",
        v1::PatternDifference::Kind_Name(difference.kind()).substr(5));
    for (const std::string& field : difference.changed_fields()) {
      absl::StrAppend(&line, " ", field);
    }
    lines.push_back(line);
  }
  return lines;
}

TEST_F(ApplyTest, TellsAndMakesDifferences) {
  auto catalog = Open({.library = {PatternOf("lib", "regex_pattern: 'lll'"),
                                   PatternOf("hid", "regex_pattern: 'hhh'")}});
  for (const char* id : {"same", "changed", "extra"}) {
    ASSERT_TRUE(Add(*catalog, PatternOf(id)).ok());
  }
  ASSERT_TRUE(Remove(*catalog, "hid").ok());
  v1::ApplyErrorPatternsRequest request;
  *request.add_patterns() = PatternOf("same", "revision: 77");
  *request.add_patterns() =
      PatternOf("changed", "priority: 3 regex_pattern: 'y'");
  *request.add_patterns() = PatternOf("added");
  *request.add_patterns() = PatternOf("lib");
  request.set_dry_run(true);
  const std::string before = StoreContents();
  const int64_t revision = catalog->registry()->revision();

  auto response = Apply(*catalog, request);
  ASSERT_TRUE(response.ok()) << response.status();
  const std::vector<std::string> differences = {
      "added ADDED", "changed CHANGED regex_pattern priority", "lib ADDED",
      "same UNCHANGED"};
  EXPECT_EQ(Differences(*response), differences);
  EXPECT_EQ(response->registry_revision(), revision);
  EXPECT_EQ(StoreContents(), before);

  request.set_dry_run(false);
  response = Apply(*catalog, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(Differences(*response), differences);
  EXPECT_GT(response->registry_revision(), revision);
  EXPECT_EQ(catalog->registry()->revision(), response->registry_revision());
  EXPECT_THAT(Ids(*catalog),
              ElementsAre("added", "changed", "extra", "lib", "same"));
  EXPECT_EQ(catalog->Get("added")->update_by(), "me");

  // The same again changes nothing; pruning takes what is not in the set, but
  // what is hidden stays hidden.
  response = Apply(*catalog, request);
  EXPECT_EQ(response->registry_revision(), catalog->registry()->revision());
  request.set_prune(true);
  response = Apply(*catalog, request);
  EXPECT_THAT(Differences(*response),
              ElementsAre("added UNCHANGED", "changed UNCHANGED",
                          "extra REMOVED", "lib UNCHANGED", "same UNCHANGED"));
  EXPECT_THAT(Ids(*catalog), ElementsAre("added", "changed", "lib", "same"));
  // An empty set with prune leaves the library, and hidden what is hidden.
  v1::ApplyErrorPatternsRequest nothing;
  nothing.set_prune(true);
  ASSERT_TRUE(Apply(*catalog, nothing).ok());
  EXPECT_THAT(Ids(*catalog), ElementsAre("lib"));
}

TEST_F(ApplyTest, RefusesBadSets) {
  auto catalog = Open();
  v1::ApplyErrorPatternsRequest request = SetOf(3, "a");
  *request.add_patterns() = PatternOf("bad", "steps { retry { factor: 0 } }");
  absl::Status status = Apply(*catalog, request).status();
  EXPECT_EQ(FieldOf(status), "patterns[3].steps[0].retry.factor");
  *request.mutable_patterns(3) = PatternOf("s1");
  status = Apply(*catalog, request).status();
  EXPECT_EQ(FieldOf(status), "patterns[3].pattern_id");
  EXPECT_THAT(std::string(status.message()), HasSubstr("stands twice"));
  EXPECT_EQ(FieldOf(Apply(*catalog, SetOf(2001, "a")).status()), "patterns");
  EXPECT_THAT(Ids(*catalog), IsEmpty());
}

TEST_F(ApplyTest, Warns) {
  auto catalog = Open();
  v1::ApplyErrorPatternsRequest request;
  *request.add_patterns() = PatternOf("a", "examples { match: 'no' }");
  *request.add_patterns() = PatternOf("b", "mode: PATTERN_MODE_DISABLED");
  request.set_dry_run(true);
  const auto response = Apply(*catalog, request);
  EXPECT_THAT(response->warnings(),
              ElementsAre(HasSubstr("a: examples.match[1]"),
                          "b: mode: DISABLED matches nothing"));
}

// Two thousand patterns need more than one transaction. Whoever looks, however
// often and wherever, sees none or all of them.
TEST_F(ApplyTest, TwoThousandAtOnce) {
  auto writer = Open();
  auto reader = OpenOn(inner_.get());
  RevisionWaiter reader_sees(*reader);
  std::atomic<bool> done = false;
  std::thread looking([&] {
    while (!done) {
      const size_t patterns = reader->registry()->patterns().size();
      EXPECT_TRUE(patterns == 0 || patterns == 2000) << patterns;
    }
  });
  int commits = 0;
  store_.after_commit = [&](const StoreTransaction& transaction) {
    ++commits;
    EXPECT_LE(transaction.compares.size() + transaction.ops.size(),
              kMaxStoreTransactionOps);
    const int count = CountOf(Stored(), "first");
    EXPECT_TRUE(count == 0 || count == 2000) << count;
    return absl::OkStatus();
  };
  const auto response = Apply(*writer, SetOf(2000, "first"));
  store_.after_commit = nullptr;
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_GT(commits, 20);
  EXPECT_EQ(response->differences_size(), 2000);
  EXPECT_EQ(writer->registry()->patterns().size(), 2000u);
  EXPECT_EQ(Winner(*writer, "error number 1234"), "s1234");
  ASSERT_TRUE(reader_sees.WaitFor(response->registry_revision()));
  done = true;
  looking.join();
  EXPECT_EQ(Ids(*reader), Ids(*writer));
  EXPECT_EQ(KeysBelow(kChunkPrefix), 0);
  EXPECT_EQ(KeysBelow(kPatternPendingKey), 0);
  EXPECT_EQ(KeysBelow("patterns/s"), 2000);
  // That the set was copied to single keys was no change to anybody.
  const auto revision = response->registry_revision();
  EXPECT_EQ(reader->registry()->revision(), revision);
  EXPECT_EQ(reader->Get("s7")->revision(), revision);
  EXPECT_EQ(reader_sees.changes(), 1);
  EXPECT_TRUE(
      Update(*writer, absl::StrCat("update_mask { paths: 'description' } "
                                   "pattern { pattern_id: 's7' revision: ",
                                   revision, "}"))
          .ok());
}

// The server dies at any commit, before or after it takes effect: the set is in
// force as a whole or not at all, and the next server goes on from there.
TEST_F(ApplyTest, DiesAtAnyCommit) {
  constexpr int kCount = 250;
  int commits = 0;
  {
    auto store = MustOpen("memory:");
    FaultyStore counting(store.get());
    counting.after_commit = [&](const StoreTransaction&) {
      ++commits;
      return absl::OkStatus();
    };
    auto catalog = OpenOn(&counting);
    ASSERT_TRUE(Apply(*catalog, SetOf(kCount, "new")).ok());
  }
  ASSERT_GE(commits, 5);
  bool seen_none = false, seen_all = false;
  for (int at = 0; at < 2 * commits; ++at) {
    const bool effective = at % 2 == 1;
    SCOPED_TRACE(absl::StrCat("commit ", at / 2, effective ? " made" : ""));
    auto inner = MustOpen("memory:");
    FaultyStore store(inner.get());
    {
      auto catalog = OpenOn(&store);
      v1::ApplyErrorPatternsRequest old = SetOf(50, "old");
      *old.add_patterns() = PatternOf("gone");
      ASSERT_TRUE(Apply(*catalog, old).ok());
      int left = at / 2;
      auto& hook = effective ? store.after_commit : store.before_commit;
      hook = [&](const StoreTransaction&) {
        return left-- > 0 ? absl::OkStatus() : absl::UnavailableError("died");
      };
      v1::ApplyErrorPatternsRequest request = SetOf(kCount, "new");
      request.set_prune(true);
      Apply(*catalog, request).status().IgnoreError();
    }
    auto check = [&](PatternCatalog& catalog) {
      std::map<std::string, int> marks;
      for (const SharedPattern& pattern : catalog.registry()->patterns()) {
        ++marks[catalog.Get(pattern->id)->description().substr(0, 3)];
      }
      const std::map<std::string, int> none = {{"", 1}, {"old", 50}};
      const std::map<std::string, int> all = {{"new", kCount}};
      EXPECT_TRUE(marks == none || marks == all);
      (marks == all ? seen_all : seen_none) = true;
    };
    auto next = OpenOn(inner.get());
    check(*next);
    check(*OpenOn(inner.get()));
    // The set is finished by now, and writers are not held up.
    EXPECT_FALSE((*inner->Get(kPatternPendingKey)).has_value());
    ASSERT_TRUE(Add(*next, PatternOf("later")).ok());
    ASSERT_TRUE(Apply(*next, SetOf(kCount, "end")).ok());
    EXPECT_EQ(next->Get("s0")->description().substr(0, 3), "end");
    EXPECT_TRUE(next->Get("later").ok());
  }
  EXPECT_TRUE(seen_none);
  EXPECT_TRUE(seen_all);
}

// A server that does not write leaves a set as it is, and decides with it.
TEST_F(ApplyTest, ASetInForceIsSeenBeforeItIsCopied) {
  auto reader = OpenOn(inner_.get());
  RevisionWaiter reader_sees(*reader);
  {
    auto writer = Open();
    store_.after_commit = [&](const StoreTransaction& transaction) {
      return transaction.ops[0].key == kPatternPendingKey
                 ? absl::UnavailableError("died")
                 : absl::OkStatus();
    };
    EXPECT_EQ(ReasonOf(Apply(*writer, SetOf(300, "new")).status()),
              "STORE_UNAVAILABLE");
    store_.after_commit = nullptr;
  }
  const StoredPatterns all = Stored();
  EXPECT_TRUE(all.pending);
  EXPECT_EQ(KeysBelow("patterns/s"), 0);
  ASSERT_TRUE(reader_sees.WaitFor(all.head));
  EXPECT_EQ(reader->registry()->patterns().size(), 300u);
  // Its first change finishes the set: the pattern it changes is one of it.
  const auto change = Update(*reader,
                             "update_mask { paths: 'description' } pattern { "
                             "pattern_id: 's5' description: 'mine' }");
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_EQ(change->pattern.regex_pattern(), "error number 5\\b");
  EXPECT_EQ(ReasonOf(Add(*reader, PatternOf("s6")).status()), "PATTERN_EXISTS");
  EXPECT_FALSE(Stored().pending);
  EXPECT_EQ(reader->registry()->patterns().size(), 300u);
}

// Another server changes something while the set is being written.
TEST_F(ApplyTest, BeginsAgainWhenOvertaken) {
  for (const int count : {3, 300}) {
    SCOPED_TRACE(count);
    auto inner = MustOpen("memory:");
    FaultyStore store(inner.get());
    auto catalog = OpenOn(&store);
    auto other = OpenOn(inner.get());
    bool overtaken = false;
    store.before_commit = [&](const StoreTransaction& transaction) {
      if (!overtaken && transaction.ops.back().key == kPatternHeadKey) {
        overtaken = true;
        EXPECT_TRUE(Add(*other, PatternOf("theirs")).ok());
      }
      return absl::OkStatus();
    };
    v1::ApplyErrorPatternsRequest request = SetOf(count, "new");
    request.set_prune(true);
    const auto response = Apply(*catalog, request);
    store.before_commit = nullptr;
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_TRUE(overtaken);
    // Pruned: the set was compared with what was there at last.
    EXPECT_EQ(response->differences_size(), count + 1);
    EXPECT_EQ(Ids(*catalog).size(), static_cast<size_t>(count));
    const auto chunks = inner->List({.prefix = kChunkPrefix});
    EXPECT_THAT(chunks->entries, IsEmpty());
  }
}

// Two servers apply different sets at once: the result is one of them.
TEST_F(ApplyTest, TwoServersApplyAtOnce) {
  auto first = Open();
  auto second = Open();
  v1::ApplyErrorPatternsRequest a = SetOf(150, "aaa"), b = SetOf(150, "bbb");
  a.set_prune(true);
  b.set_prune(true);
  absl::Status a_status, b_status;
  std::thread thread([&] { a_status = Apply(*first, a).status(); });
  b_status = Apply(*second, b).status();
  thread.join();
  EXPECT_TRUE(a_status.ok()) << a_status;
  EXPECT_TRUE(b_status.ok()) << b_status;
  const StoredPatterns all = Stored();
  EXPECT_EQ(all.items.size(), 150u);
  EXPECT_TRUE(CountOf(all, "aaa") == 150 || CountOf(all, "bbb") == 150);
}

// What a server that died had begun to write is swept away, but only when it
// is old: its writer may still live.
TEST_F(ApplyTest, SweepsOrphans) {
  {
    auto catalog = Open();
    int left = 1;
    store_.after_commit = [&](const StoreTransaction&) {
      return left-- > 0 ? absl::OkStatus() : absl::UnavailableError("died");
    };
    store_.before_commit = [&](const StoreTransaction& transaction) {
      // Nor can it tidy up.
      return transaction.ops[0].value ? absl::OkStatus()
                                      : absl::UnavailableError("died");
    };
    EXPECT_FALSE(Apply(*catalog, SetOf(2000, "lost")).ok());
    store_.after_commit = store_.before_commit = nullptr;
  }
  const int orphans = KeysBelow(kChunkPrefix);
  EXPECT_GE(orphans, 2);
  auto catalog = Open();
  EXPECT_THAT(Ids(*catalog), IsEmpty());
  ASSERT_TRUE(Apply(*catalog, SetOf(1, "a"), kNow + absl::Minutes(9)).ok());
  EXPECT_EQ(KeysBelow(kChunkPrefix), orphans);
  ASSERT_TRUE(Apply(*catalog, SetOf(1, "b"), kNow + absl::Minutes(11)).ok());
  EXPECT_EQ(KeysBelow(kChunkPrefix), 0);
}

// A writer whose chunks were swept must not bring a set into force that lacks
// them.
TEST_F(ApplyTest, ASweptSetIsWrittenAgain) {
  auto catalog = Open();
  bool swept = false;
  store_.before_commit = [&](const StoreTransaction& transaction) {
    if (!swept && transaction.ops[0].key == kPatternPendingKey) {
      swept = true;
      StoreTransaction sweep;
      sweep.ops = {{.key = transaction.compares.back().key}};
      EXPECT_TRUE(inner_->Commit(sweep).ok());
    }
    return absl::OkStatus();
  };
  ASSERT_TRUE(Apply(*catalog, SetOf(300, "new")).ok());
  store_.before_commit = nullptr;
  EXPECT_TRUE(swept);
  EXPECT_EQ(CountOf(Stored(), "new"), 300);
}

TEST_F(ApplyTest, RefusesASetBeyondAllLimits) {
  const StoredPatterns base;
  PatternChanges changes;
  internal::v1::StoredPattern large;
  large.mutable_pattern()->set_description(std::string(128 << 10, 'x'));
  for (int i = 0; i < 700; ++i) changes[absl::StrCat(i)] = large;
  const auto written = PatternStore(&store_).WriteAll(base, changes, kNow);
  EXPECT_EQ(ReasonOf(written.status()), "MESSAGE_TOO_LARGE");
  EXPECT_EQ(StoreContents(), "");
}

}  // namespace
}  // namespace recourse

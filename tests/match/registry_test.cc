#include "server/match/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/match/candidate_finder.h"
#include "server/match/literal_index.h"
#include "tests/match/random_regex.h"

namespace recourse {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Registry = std::shared_ptr<const PatternRegistry>;

Registry Create(std::vector<SharedPattern> patterns,
                const PatternRegistry* previous = nullptr) {
  auto registry = PatternRegistry::Create(std::move(patterns), 1, previous);
  EXPECT_TRUE(registry.ok()) << registry.status();
  return *registry;
}

std::shared_ptr<Pattern> NewPattern(const std::string& id,
                                    const std::string& regex) {
  auto pattern = std::make_shared<Pattern>();
  pattern->id = id;
  pattern->regex = std::make_shared<const RE2>(regex, RE2::Quiet);
  return pattern;
}

Failure NewFailure(const std::string& message) {
  Failure failure;
  failure.message = message;
  failure.text = MatchText(failure);
  return failure;
}

std::string Id(const SharedPattern& pattern) {
  return pattern == nullptr ? "none" : pattern->id;
}

std::vector<std::string> Ids(const std::vector<SharedPattern>& patterns) {
  std::vector<std::string> ids;
  for (const SharedPattern& pattern : patterns) ids.push_back(pattern->id);
  return ids;
}

// The registry as ten lines.
MatchResult NaiveMatch(std::vector<SharedPattern> patterns,
                       const Failure& failure) {
  std::sort(patterns.begin(), patterns.end(),
            [](const auto& a, const auto& b) { return AskedBefore(*a, *b); });
  MatchResult result;
  for (const SharedPattern& pattern : patterns) {
    if (pattern->mode == PatternMode::kDisabled) continue;
    if (!Matches(*pattern, failure)) continue;
    if (pattern->mode == PatternMode::kShadow) {
      result.shadows.push_back(pattern);
    } else if (result.winner == nullptr) {
      result.winner = pattern;
    }
  }
  return result;
}

void ExpectAgreement(const Registry& registry,
                     const std::vector<SharedPattern>& patterns,
                     const Failure& failure) {
  const MatchResult expected = NaiveMatch(patterns, failure);
  const MatchResult actual = registry->Match(failure);
  ASSERT_EQ(Id(actual.winner), Id(expected.winner)) << failure.text;
  ASSERT_EQ(Ids(actual.shadows), Ids(expected.shadows)) << failure.text;
}

TEST(MatchesTest, ConditionsTextAndStack) {
  auto pattern = NewPattern("p", "deadlock");
  EXPECT_TRUE(Matches(*pattern, NewFailure("a deadlock here")));
  EXPECT_FALSE(Matches(*pattern, NewFailure("a Deadlock here")));

  Failure stack_only = NewFailure("boom");
  stack_only.stack_trace = "at deadlock.cc:1";
  EXPECT_FALSE(Matches(*pattern, stack_only));
  pattern->match_stack = true;
  EXPECT_TRUE(Matches(*pattern, stack_only));

  pattern->conditions.http_statuses = {503};
  EXPECT_FALSE(Matches(*pattern, stack_only));
  stack_only.http_status = 503;
  EXPECT_TRUE(Matches(*pattern, stack_only));
}

TEST(MatchesTest, TheStackFollowsTheTextOnALineOfItsOwn) {
  auto pattern = NewPattern("p", "boom\nat x$");
  pattern->match_stack = true;
  Failure failure = NewFailure("boom");
  failure.stack_trace = "at x";
  EXPECT_TRUE(Matches(*pattern, failure));
  EXPECT_EQ(Id(Create({pattern})->Match(failure).winner), "p");
}

TEST(RegistryTest, EmptyRegistryMatchesNothing) {
  const Registry registry = Create({});
  EXPECT_EQ(registry->Match(NewFailure("anything")).winner, nullptr);
  EXPECT_THAT(registry->patterns(), IsEmpty());
  EXPECT_EQ(registry->revision(), 1);
}

TEST(RegistryTest, OrderIsOriginThenPriorityThenId) {
  auto library = NewPattern("a", "error");
  library->origin = Origin::kLibrary;
  library->priority = 1000;
  auto low = NewPattern("b", "error");
  low->priority = 1;
  auto tie_z = NewPattern("z", "error");
  auto tie_m = NewPattern("m", "error");
  const Registry registry = Create({library, tie_z, low, tie_m});
  const Failure failure = NewFailure("an error");
  EXPECT_THAT(Ids(registry->MatchAll(failure, 10)),
              ElementsAre("m", "z", "b", "a"));
  EXPECT_EQ(Id(registry->Match(failure).winner), "m");
  EXPECT_THAT(Ids(registry->MatchAll(failure, 2)), ElementsAre("m", "z"));
  EXPECT_THAT(registry->MatchAll(failure, 0), IsEmpty());
  EXPECT_EQ(registry->patterns().size(), 4u);
  EXPECT_EQ(registry->patterns()[3]->id, "a");
}

TEST(RegistryTest, ShadowsAreReportedAndNeverWin) {
  auto shadow = NewPattern("a", "error");
  shadow->mode = PatternMode::kShadow;
  auto active = NewPattern("b", "error");
  auto late_shadow = NewPattern("c", "error");
  late_shadow->mode = PatternMode::kShadow;
  auto disabled = NewPattern("0", "error");
  disabled->mode = PatternMode::kDisabled;
  const Registry registry = Create({shadow, active, late_shadow, disabled});
  const MatchResult result = registry->Match(NewFailure("error"));
  EXPECT_EQ(Id(result.winner), "b");
  EXPECT_THAT(Ids(result.shadows), ElementsAre("a", "c"));
  EXPECT_THAT(Ids(registry->MatchAll(NewFailure("error"), 9)),
              ElementsAre("a", "b", "c"));
  EXPECT_EQ(registry->patterns().size(), 4u);
}

TEST(RegistryTest, RefusesTooManyPatterns) {
  const std::vector<SharedPattern> patterns(PatternRegistry::kMaxPatterns + 1,
                                            NewPattern("p", "x"));
  const auto registry = PatternRegistry::Create(patterns, 1);
  EXPECT_EQ(registry.status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(RegistryTest, FindsLiteralsInVeryLongTexts) {
  const Registry registry =
      Create({NewPattern("a", "needle \\d+"), NewPattern("b", "pin \\d+")});
  std::string text(300 << 10, 'x');
  text += "needle 7";
  EXPECT_EQ(Id(registry->Match(NewFailure(text)).winner), "a");
}

TEST(RegistryTest, AgreesWithTheNaiveLoop) {
  for (const size_t count : {1u, 7u, 40u, 400u, 1000u}) {
    RandomRegexes random(static_cast<uint32_t>(count));
    std::vector<SharedPattern> patterns;
    for (size_t i = 0; i < count; ++i) {
      patterns.push_back(random.NewPattern(absl::StrCat("p", i)));
    }
    const Registry registry = Create(patterns);
    for (int i = 0; i < 80; ++i) {
      ExpectAgreement(registry, patterns, random.NewFailure());
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

// Grows and shrinks one pattern at a time, through the pending list, merges of
// indexes and indexes thrown away when half of them is gone.
TEST(RegistryTest, AgreesWithTheNaiveLoopThroughEveryChange) {
  RandomRegexes random(99);
  std::vector<SharedPattern> patterns;
  Registry registry = Create({});
  const size_t kChanges = 8 * CandidateFinder::kMaxPending;
  for (size_t change = 0; change < 2 * kChanges; ++change) {
    const bool grow =
        change < kChanges ? random.Below(8) != 0 : random.Below(8) == 0;
    if (grow || patterns.empty()) {
      patterns.push_back(random.NewPattern(absl::StrCat("p", change)));
    } else {
      patterns.erase(patterns.begin() + random.Below(patterns.size()));
    }
    registry = Create(patterns, registry.get());
    ASSERT_EQ(registry->patterns().size(), patterns.size());
    for (int i = 0; i < 3; ++i) {
      ExpectAgreement(registry, patterns, random.NewFailure());
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(RegistryTest, TheOldRegistryOutlivesTheNewOne) {
  std::vector<SharedPattern> patterns;
  for (int i = 0; i < 100; ++i) {
    patterns.push_back(
        NewPattern(absl::StrCat("p", i), absl::StrCat("word", i, "x")));
  }
  const Registry old = Create(patterns);
  {
    patterns.pop_back();
    const Registry next = Create(patterns, old.get());
    EXPECT_EQ(next->Match(NewFailure("word99x")).winner, nullptr);
  }
  EXPECT_EQ(Id(old->Match(NewFailure("word99x")).winner), "p99");
}

TEST(CandidateFinderTest, ANullScratchCostsTimeOnly) {
  std::vector<CandidateFinder::Member> members;
  for (uint32_t i = 0; i <= CandidateFinder::kMaxPending; ++i) {
    auto compiled = std::make_shared<CompiledPattern>();
    compiled->pattern = NewPattern("p", absl::StrCat("word", i, "x"));
    compiled->requirement = LearnRequirement(*compiled->pattern->regex);
    members.push_back({i, compiled});
  }
  const CandidateFinder finder(members, nullptr);
  std::vector<uint32_t> ranks;
  finder.Find("word5x", nullptr, &ranks);
  EXPECT_EQ(ranks.size(), members.size());

  HsScratch scratch;
  ASSERT_TRUE(finder.PrepareScratch(&scratch));
  ASSERT_NE(scratch, nullptr);
  ranks.clear();
  finder.Find("word5x", scratch.get(), &ranks);
  EXPECT_THAT(ranks, ElementsAre(5));
}

TEST(RegistryTest, ManyThreadsMatchWhileTheRegistryIsReplaced) {
  RandomRegexes random(7);
  std::vector<SharedPattern> patterns;
  for (int i = 0; i < 150; ++i) {
    patterns.push_back(random.NewPattern(absl::StrCat("p", i)));
  }
  std::vector<Failure> failures;
  std::vector<std::string> expected;
  for (int i = 0; i < 50; ++i) {
    failures.push_back(random.NewFailure());
    expected.push_back(Id(NaiveMatch(patterns, failures.back()).winner));
  }
  const Registry registry = Create(patterns);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        for (size_t i = 0; i < failures.size(); ++i) {
          EXPECT_EQ(Id(registry->Match(failures[i]).winner), expected[i]);
        }
      }
    });
  }
  Registry next = registry;
  for (int i = 0; i < 40; ++i) {
    patterns.push_back(random.NewPattern(absl::StrCat("q", i)));
    next = Create(patterns, next.get());
    ExpectAgreement(next, patterns, failures[i]);
  }
  for (std::thread& thread : threads) thread.join();
}

std::vector<SharedPattern> Numbered(const std::string& word) {
  std::vector<SharedPattern> patterns;
  for (int i = 10; i < 60; ++i) {
    patterns.push_back(NewPattern(absl::StrCat("p", i), absl::StrCat(word, i)));
  }
  return patterns;
}

Registry CreateSaved(const std::string& word, const std::string& saved) {
  return *PatternRegistry::Create(Numbered(word), 1, nullptr, saved);
}

TEST(PatternRegistryTest, SavedLiteralsAreUsedAndNeverTrusted) {
  const std::string saved = Create(Numbered("quokka"))->SaveLiterals();
  const std::string other = Create(Numbered("wombat"))->SaveLiterals();
  ASSERT_FALSE(saved.empty());
  std::string damaged = saved;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  for (const std::string& bytes :
       {saved, other, damaged, saved.substr(0, saved.size() / 2),
        std::string("x"), std::string()}) {
    const Registry registry = CreateSaved("quokka", bytes);
    EXPECT_EQ(Id(registry->Match(NewFailure("a quokka12")).winner), "p12");
    EXPECT_EQ(Id(registry->Match(NewFailure("a wombat12")).winner), "none");
    EXPECT_EQ(registry->SaveLiterals(), saved);
  }
  // What is compiled, under the names of others: it finds the others' no more,
  // which shows that nothing was compiled anew.
  const size_t names = 50 * (1 + 8);
  const Registry mixed =
      CreateSaved("quokka", saved.substr(0, names) + other.substr(names));
  EXPECT_EQ(Id(mixed->Match(NewFailure("a quokka12")).winner), "none");
}

}  // namespace
}  // namespace recourse

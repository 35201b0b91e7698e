// Groups of unmatched errors become patterns that can be added.
#include "server/pattern_suggestions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/match/literal_requirement.h"
#include "server/wire/pattern.h"
#include "server/wire/pattern_file.h"
#include "server/wire/yaml.h"

namespace recourse {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

class SuggestionsTest : public ::testing::Test {
 protected:
  void Learn(const std::string& text, int times = 1,
             const Classification& classification = {},
             const std::string& ns = "default") {
    for (int i = 0; i < times; ++i) miner_->Add(ns, text, classification, kNow);
  }

  static Classification Of(Category category) {
    return {.category = category, .suggested_action = "Look."};
  }

  void AddPattern(const std::string& yaml) {
    v1::ErrorPattern message;
    ASSERT_EQ(ParseYaml("pattern", yaml, message), absl::OkStatus());
    auto pattern = ParsePattern(message, Origin::kUser);
    ASSERT_EQ(pattern.status(), absl::OkStatus());
    patterns_.push_back(*pattern);
  }

  v1::SuggestErrorPatternsResponse Suggest(SuggestionOptions options = {}) {
    const auto registry = PatternRegistry::Create(patterns_, 1);
    EXPECT_EQ(registry.status(), absl::OkStatus());
    return SuggestPatterns(*miner_, **registry, options);
  }

  std::vector<std::string> Regexes(const SuggestionOptions& options = {}) {
    std::vector<std::string> regexes;
    const auto response = Suggest(options);
    for (const auto& suggestion : response.suggestions()) {
      regexes.push_back(suggestion.pattern().regex_pattern());
    }
    return regexes;
  }

  std::unique_ptr<TemplateMiner> miner_ = std::make_unique<TemplateMiner>(1000);
  std::vector<SharedPattern> patterns_;
};

TEST_F(SuggestionsTest, APatternThatIsReadyToBeAdded) {
  for (int i = 0; i < 8; ++i) {
    Learn(absl::StrCat("acme.QuotaError: tenant ", i, " has used up its tiles"),
          1,
          {.error_type = ErrorType::kRateLimit,
           .category = Category::kRateLimit,
           .severity = Severity::kLow,
           .suggested_action = "Ask for more tiles."});
  }
  Learn("acme.QuotaError: no such plan", 2);
  const auto response = Suggest();
  EXPECT_EQ(response.unmatched_errors(), 10);
  ASSERT_THAT(response.suggestions(), SizeIs(1));
  const v1::PatternSuggestion& suggestion = response.suggestions(0);
  EXPECT_EQ(suggestion.count(), 8);
  EXPECT_DOUBLE_EQ(suggestion.unmatched_share(), 0.8);
  EXPECT_EQ(suggestion.first_seen_time().seconds(), 1'700'000'000);
  EXPECT_EQ(suggestion.last_seen_time().seconds(), 1'700'000'000);
  EXPECT_THAT(suggestion.namespaces(), ElementsAre("default"));
  EXPECT_THAT(suggestion.samples(), SizeIs(5));
  const v1::ErrorPattern& pattern = suggestion.pattern();
  EXPECT_THAT(pattern.pattern_id(),
              StartsWith("learned_quotaerror_tenant_has_used_its_"));
  EXPECT_EQ(pattern.description(),
            "Learned from unmatched errors: acme.QuotaError: tenant <number> "
            "has used up its tiles");
  EXPECT_EQ(pattern.error_type(), v1::ERROR_TYPE_RATE_LIMIT);
  EXPECT_EQ(pattern.category(), v1::FAILURE_CATEGORY_RATE_LIMIT);
  EXPECT_EQ(pattern.severity(), v1::SEVERITY_LOW);
  EXPECT_EQ(pattern.mode(), v1::PATTERN_MODE_SHADOW);
  EXPECT_EQ(pattern.suggested_action(),
            "Review this learned pattern: is it RATE_LIMIT, and does that plan "
            "fit? Then: Ask for more tiles.");
  EXPECT_EQ(pattern.regex_pattern(),
            R"(\bacme\.QuotaError: tenant \d[\w.,]* has used up its tiles\b)");
  EXPECT_THAT(pattern.examples().match(), SizeIs(5));
  EXPECT_THAT(pattern.examples().no_match(),
              ElementsAre("acme.QuotaError: no such plan"));
}

TEST_F(SuggestionsTest, ANearMissIsMadeWhereNoOtherGroupHasOne) {
  const struct {
    const char* text;
    const char* near_miss;
  } kCases[] = {
      {"the red pump is undoubtedly dry", "the red pump is dry"},
      {"error 17 of shard 4\ncaused by: overvoltage",
       "error 17 of shard 4\ncaused by:"},
      {"boom", "boom and more"},
  };
  for (const auto& test : kCases) {
    miner_ = std::make_unique<TemplateMiner>(10);
    Learn(test.text, 5, Of(Category::kTransient));
    const auto response = Suggest();
    ASSERT_THAT(response.suggestions(), SizeIs(1)) << test.text;
    const v1::ErrorPattern& pattern = response.suggestions(0).pattern();
    EXPECT_THAT(pattern.examples().no_match(), ElementsAre(test.near_miss));
    EXPECT_EQ(
        pattern.suggested_action(),
        "Review this learned pattern: is it TRANSIENT, and does that plan "
        "fit? Then: Look.");
  }
}

TEST_F(SuggestionsTest, OfUnknownErrorsAPersonSaysWhatTheyMean) {
  Learn("the red pump is dry", 5, {.category = Category::kUnknown});
  EXPECT_THAT(Suggest().suggestions(0).pattern().suggested_action(),
              ::testing::HasSubstr("give it a category and steps"));
}

TEST_F(SuggestionsTest, MinCountMaxAndOrder) {
  Learn("the red pump is dry", 7);
  Learn("a lease was not renewed", 9);
  Learn("nobody knows this shard", 5);
  Learn("four is not enough here", 4);
  EXPECT_THAT(Regexes(), ElementsAre(R"(\ba lease was not renewed\b)",
                                     R"(\bthe red pump is dry\b)",
                                     R"(\bnobody knows this shard\b)"));
  EXPECT_THAT(Regexes({.min_count = 1}), SizeIs(4));
  EXPECT_THAT(Regexes({.min_count = 8}), SizeIs(1));
  EXPECT_THAT(Regexes({.max_suggestions = 2}), SizeIs(2));
}

TEST_F(SuggestionsTest, NamespacesAreOneUnlessAskedFor) {
  Learn("the red pump is dry", 3, {}, "a");
  Learn("the red pump is dry", 4, {}, "b");
  const auto both = Suggest();
  ASSERT_THAT(both.suggestions(), SizeIs(1));
  EXPECT_EQ(both.suggestions(0).count(), 7);
  EXPECT_THAT(both.suggestions(0).namespaces(), ElementsAre("a", "b"));
  EXPECT_THAT(Regexes({.ns = "a"}), IsEmpty());
  const auto of_b = Suggest({.min_count = 4, .ns = "b"});
  ASSERT_THAT(of_b.suggestions(), SizeIs(1));
  EXPECT_EQ(of_b.unmatched_errors(), 4);
  EXPECT_EQ(of_b.suggestions(0).unmatched_share(), 1);
  EXPECT_EQ(of_b.suggestions(0).pattern().pattern_id(),
            both.suggestions(0).pattern().pattern_id());
}

TEST_F(SuggestionsTest, WhatAPatternMatchesByNowIsLeftOut) {
  Learn("the red pump is dry", 5);
  const std::string id = Suggest().suggestions(0).pattern().pattern_id();
  const struct {
    std::string pattern;
    bool suggested;
  } kCases[] = {
      {"{pattern_id: x, error_type: NETWORK, regex_pattern: pump, mode: "
       "SHADOW}",
       false},
      {"{pattern_id: x, error_type: NETWORK, regex_pattern: pump}", false},
      {"{pattern_id: x, error_type: NETWORK, regex_pattern: hose}", true},
      {"{pattern_id: x, error_type: NETWORK, regex_pattern: pump, "
       "mode: DISABLED}",
       true},
      {"{pattern_id: x, error_type: NETWORK, regex_pattern: pump, "
       "conditions: {code: [E1]}}",
       true},
      // Declined.
      {absl::StrCat("{pattern_id: ", id,
                    ", error_type: NETWORK, regex_pattern: pump, "
                    "mode: DISABLED}"),
       false},
  };
  for (const auto& test : kCases) {
    patterns_.clear();
    AddPattern(test.pattern);
    EXPECT_EQ(Regexes().size(), test.suggested ? 1 : 0) << test.pattern;
  }
}

TEST_F(SuggestionsTest, ARegexTakesNothingOfAnotherCategory) {
  // "lease lost" stands in both.
  Learn("lease lost", 9, Of(Category::kConnection));
  Learn("the shard says lease lost, then gives in", 6,
        Of(Category::kPermanent));
  EXPECT_THAT(Regexes(),
              ElementsAre(R"(^lease lost\s*$)",
                          R"(\bthe shard says lease lost, then gives in\b)"));
}

TEST_F(SuggestionsTest, SmallerGroupsOfTheSameCategoryAreCountedWithIt) {
  Learn("lease lost", 9);
  Learn("the shard says lease lost, then gives in", 6);
  const auto response = Suggest();
  ASSERT_THAT(response.suggestions(), SizeIs(1));
  EXPECT_EQ(response.suggestions(0).count(), 15);
  EXPECT_THAT(response.suggestions(0).samples(), SizeIs(2));
}

TEST_F(SuggestionsTest, VagueTextsAreMatchedAsAWholeOrNotAtAll) {
  const struct {
    const char* text;
    std::vector<std::string> regexes;
  } kCases[] = {
      {"boom", {R"(^boom\s*$)"}},
      {"error 17", {R"(^error \d[\w.,]*\s*$)"}},
      {"it is on", {R"(^it is on\s*$)"}},
      {"17 / 4", {}},
      {"no", {}},
  };
  for (const auto& test : kCases) {
    miner_ = std::make_unique<TemplateMiner>(10);
    Learn(test.text, 5);
    EXPECT_EQ(Regexes(), test.regexes) << test.text;
  }
}

// A day of errors of many programs: whatever is suggested must hold what a
// suggestion promises.
TEST_F(SuggestionsTest, WhatIsPromisedHoldsForMany) {
  for (int i = 0; i < 30; ++i) {
    const std::string n = absl::StrCat(i * 37 % 101);
    Learn("BillingError: invoice INV-" + n + " of customer c" + n +
          " is locked");
    Learn("BillingError: invoice INV-" + n + " was already paid on 2024-05-0" +
          absl::StrCat(1 + i % 9));
    Learn("worker-" + n + " left the ring after " + n + "ms: no heartbeat");
    Learn("worker-" + n + " left the ring");
    Learn("could not place order " + n + ": warehouse '" + n + "' is closed");
    Learn("could not place order " + n + ": carrier \"x" + n + "\" says no", 1,
          Of(Category::kPermanent));
    Learn("render of /srv/out/" + n + ".png gave up at tile " + n + "/" + n);
    Learn("Schema drift in " + std::string(i % 2 ? "orders" : "users") +
          ": column added, removed or renamed");
    Learn("job " + n + " failed\ncaused by: scratch disk /mnt/" + n +
          " is gone");
    Learn("E" + n);
    Learn(n);
  }
  const auto response = Suggest({.min_count = 5, .max_suggestions = 100});
  EXPECT_GE(response.suggestions_size(), 8);
  std::vector<v1::ErrorPattern> file;
  int64_t count = 0;
  for (const v1::PatternSuggestion& suggestion : response.suggestions()) {
    const v1::ErrorPattern& pattern = suggestion.pattern();
    SCOPED_TRACE(pattern.regex_pattern());
    file.push_back(pattern);
    count += suggestion.count();
    const auto parsed = ParsePattern(pattern, Origin::kUser);
    ASSERT_EQ(parsed.status(), absl::OkStatus());
    EXPECT_THAT(FailingExamples(pattern, **parsed), IsEmpty());
    EXPECT_THAT(pattern.examples().no_match(), SizeIs(1));
    EXPECT_NE(pattern.suggested_action(), "");
    EXPECT_FALSE(LearnRequirement(*(*parsed)->regex).clauses.empty());
    for (const v1::PatternSuggestion& other : response.suggestions()) {
      if (&other == &suggestion) continue;
      EXPECT_NE(other.pattern().pattern_id(), pattern.pattern_id());
      for (const std::string& sample : other.samples()) {
        EXPECT_FALSE(RE2::PartialMatch(sample, *(*parsed)->regex)) << sample;
      }
    }
  }
  EXPECT_LE(count, response.unmatched_errors());
  const auto sources = ParsePatternText("learned.yaml", PatternFileText(file));
  ASSERT_EQ(sources.status(), absl::OkStatus());
  EXPECT_THAT(*sources, SizeIs(file.size()));
  // The same errors again: the same ids.
  std::vector<std::string> ids, again;
  for (const auto& pattern : file) ids.push_back(pattern.pattern_id());
  const auto later = Suggest({.min_count = 5, .max_suggestions = 100});
  for (const auto& suggestion : later.suggestions()) {
    again.push_back(suggestion.pattern().pattern_id());
  }
  EXPECT_EQ(ids, again);
}

}  // namespace
}  // namespace recourse

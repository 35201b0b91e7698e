// Tables, learned words and a pattern that yields, weighed together.
#include "server/match/assessment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "server/match/classifier.h"
#include "server/match/registry.h"
#include "tests/match/classifier_cases.h"

namespace recourse {
namespace {

using enum Category;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const LearnedWords& Model() {
  static const auto* const model = new LearnedWords(
      *LearnedWords::Parse(".unit\t1\n"
                           ".category\t1\t0.5\t0.5\t1"
                           "\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\n"
                           ".strategy\t1\t1\t0\t0\t0\t0\t0\t0\t0\t0\n"));
  return *model;
}

struct Tables {
  Category category = kUnknown;
  double weight = 0, confidence = 0;
  Strategy move = Strategy::kNone;
  uint8_t flags = 0;
};

struct Learned {
  Category category;
  double probability;
  Strategy strategy;
  double strategy_probability = 0.9;
  size_t known = 20;
};

LearnedWords::Opinion OpinionOf(const Learned& learned) {
  LearnedWords::Opinion opinion;
  opinion.categories.fill(
      std::log((1 - learned.probability) / (kCategoryCount - 2)));
  opinion.categories[0] = -INFINITY;
  opinion.categories[static_cast<size_t>(learned.category)] =
      std::log(learned.probability);
  opinion.strategies.fill(
      std::log((1 - learned.strategy_probability) / (kStrategyCount - 3)));
  opinion.strategies[0] = -INFINITY;
  opinion.strategies[static_cast<size_t>(learned.strategy)] =
      std::log(learned.strategy_probability);
  opinion.known = learned.known;
  return opinion;
}

Verdict VerdictOf(const Tables& tables) {
  Verdict verdict;
  verdict.category = tables.category;
  verdict.confidence = tables.confidence;
  verdict.flags = tables.flags;
  if (tables.category != kUnknown) {
    verdict.weights[static_cast<size_t>(tables.category)] = tables.weight;
  }
  return verdict;
}

TEST(AssessmentTest, WeighsTablesAndLearnedWords) {
  const struct {
    const char* name;
    Tables tables;
    Learned learned;
    Category category;
    Strategy strategy;
  } rows[] = {
      {"agreed",
       {kTimeout, 4, 0.95, kRetry},
       {kTimeout, 0.9, kRetry},
       kTimeout,
       kRetry},
      {"the words are sure, the tables are not",
       {kTransient, 2, 0.6, kRetry},
       {kPermanent, 0.95, kEscalate, 0.95},
       kPermanent,
       kEscalate},
      {"the tables are sure, the words are not",
       {kConcurrency, 8, 0.99, kRetry},
       {kPermanent, 0.4, kEscalate, 0.2},
       kConcurrency,
       kRetry},
      {"the tables say nothing",
       {},
       {kResource, 0.8, kDegrade},
       kResource,
       kDegrade},
      {"neither says what failed",
       {},
       {kUnknown, 0.9, Strategy::kNone},
       kUnknown,
       Strategy::kNone},
      {"what tables find clearly is not unknown",
       {kAuthentication, 3, 0.8, kEscalate},
       {kUnknown, 0.97, Strategy::kNone},
       kAuthentication,
       kEscalate},
      {"no category stands out: the tables",
       {kIntegrity, 2, 0.8, kSwitch},
       {kTimeout, 0.12, kRetry, 0.3},
       kIntegrity,
       kSwitch},
      {"the model knows nothing of the text",
       {kTimeout, 4, 0.8, kRetry},
       {kPermanent, 0.99, kEscalate, 0.99, 2},
       kTimeout,
       kRetry},
      {"nobody knows anything of the text",
       {},
       {kPermanent, 0.99, kEscalate, 0.99, 2},
       kUnknown,
       Strategy::kNone},
      {"it knows little, and the tables are sure",
       {kTimeout, 4, 0.95, kRetry},
       {kPermanent, 0.99, kEscalate, 0.99, 7},
       kTimeout,
       kRetry},
      {"of what fails again, words start no retry",
       {kPermanent, 4, 0.8, kEscalate},
       {kPermanent, 0.9, kRetry, 0.9},
       kPermanent,
       kEscalate},
      {"nor of what is no more than a guess",
       {},
       {kTimeout, 0.4, kRetry, 0.9},
       kTimeout,
       Strategy::kAlternativePath},
      {"what is vain by the tables",
       {kRateLimit, 4, 0.8, kEscalate, Meaning::kRetryIsVain},
       {kRateLimit, 0.9, kRetry, 0.99},
       kRateLimit,
       kEscalate},
      {"what helps by the tables, of any category",
       {kAuthentication, 4, 0.8, kRetry},
       {kAuthentication, 0.9, kRetry, 0.9},
       kAuthentication,
       kRetry},
      {"a retry must be likelier than the rest",
       {kResource, 4, 0.8, Strategy::kUnspecified},
       {kResource, 0.9, kRetry, 0.17},
       kResource,
       Strategy::kAlternativePath},
      {"but what seldom lasts is worth one",
       {kTimeout, 4, 0.8, Strategy::kUnspecified},
       {kTimeout, 0.9, kRetry, 0.17},
       kTimeout,
       kRetry},
      {"the tables' move for another category is none",
       {kIntegrity, 2, 0.6, kSwitch},
       {kResource, 0.95, kDegrade, 0.3},
       kResource,
       kDegrade},
  };
  for (const auto& row : rows) {
    const Assessment got =
        Assess(VerdictOf(row.tables), row.tables.move, kUnspecified,
               OpinionOf(row.learned), Model());
    EXPECT_EQ(Name(got.category), Name(row.category)) << row.name;
    EXPECT_EQ(Name(got.strategy), Name(row.strategy)) << row.name;
    EXPECT_EQ(got.confidence > 0, row.category != kUnknown) << row.name;
    EXPECT_LE(got.confidence, 1) << row.name;
  }
}

TEST(AssessmentTest, APatternThatYieldsIsContradictedWhenAllElseIsClear) {
  const struct {
    const char* name;
    Category said;
    Learned learned;
    bool contradicts;
  } rows[] = {
      {"agreed", kTimeout, {kTimeout, 0.9, kRetry}, false},
      {"clear", kTimeout, {kPermanent, 0.95, kEscalate}, true},
      {"doubtful", kTimeout, {kPermanent, 0.4, kEscalate}, false},
      {"unknown text", kTimeout, {kPermanent, 0.95, kEscalate, 0.9, 2}, false},
      {"nothing failed", kTimeout, {kUnknown, 0.95, Strategy::kNone}, false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Assess(VerdictOf({}), Strategy::kNone, row.said,
                     OpinionOf(row.learned), Model())
                  .contradicts,
              row.contradicts)
        << row.name;
  }
}

constexpr char kDeadlock[] =
    "ERROR: deadlock detected. Process 7 waits for ShareLock on transaction 9; "
    "blocked by process 8";

std::shared_ptr<const PatternRegistry> NoPatterns() {
  return *PatternRegistry::Create({}, 1);
}

MatchResult MatchOf(Category category, std::vector<Step> steps, bool yields) {
  auto pattern = std::make_shared<Pattern>();
  pattern->id = "wrong";
  pattern->category = category;
  pattern->steps = std::move(steps);
  pattern->yields = yields;
  MatchResult match;
  match.winner = std::move(pattern);
  return match;
}

TEST(ClassifyMatchTest, PassesOverABuiltInPatternThatIsContradicted) {
  const struct {
    const char* name;
    MatchResult match;
    bool passed_over;
    const char* subject = "";
  } rows[] = {
      {"built in", MatchOf(kAuthentication, {EscalationStep{}}, true), true},
      {"somebody's own", MatchOf(kAuthentication, {EscalationStep{}}, false),
       false},
      {"it is right", MatchOf(kConcurrency, {RetryStep{}}, true), false},
      {"it says no category", MatchOf(kUnspecified, {EscalationStep{}}, true),
       false},
      {"it corrects what came along",
       MatchOf(kAuthentication, {ErrorCorrectionStep{}}, true), false, "text"},
      {"there is nothing to correct",
       MatchOf(kAuthentication, {ErrorCorrectionStep{}}, true), true},
  };
  for (const auto& row : rows) {
    Failure failure = NewFailure(kDeadlock);
    failure.subject_field = row.subject;
    MatchResult match = row.match;
    const SharedPattern pattern = match.winner;
    const Classification got =
        ClassifyMatch(failure, *NoPatterns(), kNow, &match);
    EXPECT_EQ(match.winner, row.passed_over ? nullptr : pattern) << row.name;
    EXPECT_EQ(match.passed_over, row.passed_over ? pattern : nullptr)
        << row.name;
    EXPECT_EQ(got.pattern_id, row.passed_over ? "" : "wrong") << row.name;
    if (row.passed_over) {
      EXPECT_EQ(got.category, kConcurrency);
      EXPECT_EQ(got.recommended_strategy, kRetry);
      EXPECT_THAT(got.evidence,
                  HasSubstr("against the library's pattern wrong"));
    }
  }
}

TEST(ClassifyMatchTest, AsksTheNextThatMatches) {
  const auto pattern = [](const char* id, Category category, int priority) {
    auto made = std::make_shared<Pattern>();
    made->id = id;
    made->category = category;
    made->priority = priority;
    made->regex = std::make_shared<const RE2>("deadlock", RE2::Quiet);
    made->yields = true;
    return made;
  };
  const auto registry = PatternRegistry::Create(
      {pattern("first", kPermanent, 60), pattern("second", kResource, 55),
       pattern("third", kConcurrency, 50)},
      1);
  ASSERT_TRUE(registry.ok()) << registry.status();
  const Failure failure = NewFailure(kDeadlock);
  MatchResult match = (*registry)->Match(failure);
  ASSERT_EQ(match.winner->id, "first");
  const Classification got = ClassifyMatch(failure, **registry, kNow, &match);
  EXPECT_EQ(got.pattern_id, "third");
  EXPECT_EQ(got.category, kConcurrency);
  EXPECT_EQ(match.winner->id, "third");
  EXPECT_EQ(match.passed_over->id, "first");
}

// Somebody's own pattern names the category; words have no say in what it
// means.
TEST(ClassifyMatchTest, OwnPatternsWithoutAPlanAreObeyed) {
  const Failure failure = NewFailure("Wrong PIN, try again later please");
  for (const Category category : {kPermanent, kAuthentication, kTransient}) {
    MatchResult match = MatchOf(category, {}, false);
    const Classification got =
        ClassifyMatch(failure, *NoPatterns(), kNow, &match);
    EXPECT_EQ(got.category, category);
    EXPECT_EQ(got.retryable, IsRetryable(category)) << Name(category);
  }
}

TEST(ClassifyMatchTest, WithoutAMatchItIsTheClassifiers) {
  MatchResult match;
  const Classification got =
      ClassifyMatch(NewFailure(kDeadlock), *NoPatterns(), kNow, &match);
  EXPECT_EQ(got.category, kConcurrency);
  EXPECT_EQ(match.passed_over, nullptr);
}

TEST(ClassifierTest, EvidenceNamesLearnedWordsWhereTheyDecide) {
  const Classification got = Classify(
      NewFailure("Operation on mixed SRID geometries (Polygon, 4326) != "
                 "(Point, 3857) in function st_contains"),
      nullptr, kNow);
  EXPECT_NE(got.category, kUnknown);
  EXPECT_THAT(got.evidence, StartsWith("learned words '"));
}

}  // namespace
}  // namespace recourse

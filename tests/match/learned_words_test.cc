// The learned model: which features a text has, what is read of a model, and
// that what is computed fast is the sum it stands for.
#include "server/match/learned_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/match/evidence_words.h"
#include "server/match/text_features.h"
#include "tests/match/classifier_cases.h"

namespace recourse {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<Token> TokensOf(const Failure& failure) {
  std::vector<Token> tokens;
  ReadTokens(failure, AllWordings().vocabulary(), &tokens);
  return tokens;
}

std::map<std::string, double> FeaturesOf(const Failure& failure) {
  std::map<std::string, double> features;
  ReadFeatures(failure, TokensOf(failure),
               [&](absl::string_view name, double value) {
                 double& most = features[std::string(name)];
                 most = std::max(most, value);
               });
  return features;
}

std::string NamesOf(const Failure& failure) {
  return absl::StrJoin(FeaturesOf(failure), ", ",
                       [](std::string* out, const auto& feature) {
                         absl::StrAppend(out, feature.first);
                       });
}

TEST(TextFeaturesTest, AreWordsPairsBeginningsAndCodes) {
  const struct {
    const char* message;
    const char* type;
    int http_status;
    const char* features;
  } rows[] = {
      {"", "", 0, ""},
      {"Peer refused", "", 0, "peer, peer refused, refused, ~refus"},
      // CamelCase falls into words; the type is a sentence of its own.
      {"late", "ReadTimeout", 0, "late, read, read timeout, timeout, ~timeo"},
      // A number stands as "#" in pairs; one of 3 to 5 digits by itself too.
      {"code 40001 in 7 rows", "", 0,
       "# in, # rows, 40001, code, code #, in, in #, rows"},
      {"", "", 503, "http 503, http 5xx"},
      // No pair across sentences, addresses and paths.
      {"Peer. Refused", "", 0, "peer, refused, ~refus"},
      {"peer /etc/hosts refused", "", 0, "peer, refused, ~refus"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(NamesOf(NewFailure(row.message, row.type, row.http_status)),
              row.features)
        << row.message;
  }
  Failure failure = NewFailure("x");
  failure.grpc_code = GrpcCode::kUnavailable;
  EXPECT_THAT(NamesOf(failure), HasSubstr("grpc UNAVAILABLE"));
}

TEST(TextFeaturesTest, CountWhatTheirPlaceCounts) {
  const auto features = FeaturesOf(NewFailure("deadlock in \"timeouts\""));
  EXPECT_EQ(features.at("deadlock"), 1);
  EXPECT_LT(features.count("timeouts") ? features.at("timeouts") : 0, 0.5);
}

TEST(TextFeaturesTest, OfAHugeTextTheFirstTokensAreRead) {
  std::string text = "first ";
  for (size_t i = 0; i < 2 * kMaxFeatureTokens; ++i) {
    absl::StrAppend(&text, "word ");
  }
  text += "last";
  const auto features = FeaturesOf(NewFailure(text));
  EXPECT_TRUE(features.contains("first"));
  EXPECT_FALSE(features.contains("last"));
}

constexpr char kFactors[] =
    ".unit\t0.5\n"
    ".category\t1\t1\t1\t1\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\n"
    ".strategy\t1\t1\t0\t0\t0\t0\t0\t0\t0\t0\n";

// A row in which every class but `at` has a weight of 0.
std::string Row(const std::string& name, double rarity, size_t at, int weight) {
  std::vector<int> weights(LearnedWords::kClasses);
  weights[at] = weight;
  return absl::StrCat(name, "\t", rarity, "\t", absl::StrJoin(weights, "\t"),
                      "\n");
}

// Index of a category or strategy among the classes of a model.
constexpr size_t At(Category category) {
  return static_cast<size_t>(category) -
         static_cast<size_t>(Category::kTransient);
}
constexpr size_t At(Strategy strategy) {
  return LearnedWords::kCategories + static_cast<size_t>(strategy) -
         static_cast<size_t>(Strategy::kNone);
}

double Sum(absl::Span<const double> logarithms) {
  return std::accumulate(
      logarithms.begin(), logarithms.end(), 0.0,
      [](double sum, double value) { return sum + std::exp(value); });
}

TEST(LearnedWordsTest, SumsUpWhatItsFeaturesSay) {
  const std::string text =
      absl::StrCat("# A comment.\n\n", kFactors,
                   Row("quokka", 30, At(Category::kTimeout), 8),
                   Row("zorbed", 40, At(Category::kResource), 4),
                   // Of a number before a word, and no comment.
                   Row("# quokka", 1, At(Category::kTimeout), 0),
                   Row("quokka zorbed", 2, At(Strategy::kRetry), 100));
  const auto model = LearnedWords::Parse(text);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->size(), 4);
  const Failure failure = NewFailure("quokka zorbed, quokka");
  const LearnedWords::Opinion got = model->Judge(failure, TokensOf(failure));
  EXPECT_EQ(got.known, 3);
  EXPECT_NEAR(Sum(got.categories), 1, 1e-9);
  EXPECT_NEAR(Sum(got.strategies), 1, 1e-9);
  const double length = std::sqrt(30 * 30 + 40 * 40 + 2 * 2);
  const auto score = [&](Category category) {
    return got.categories[static_cast<size_t>(category)];
  };
  EXPECT_NEAR(score(Category::kTimeout) - score(Category::kPermanent),
              30 / length * 8 * 0.5, 1e-5);
  EXPECT_NEAR(score(Category::kResource) - score(Category::kPermanent),
              40 / length * 4 * 0.5, 1e-5);
  EXPECT_NEAR(got.strategies[static_cast<size_t>(Strategy::kRetry)] -
                  got.strategies[static_cast<size_t>(Strategy::kNone)],
              2 / length * 100 * 0.5, 1e-5);
  EXPECT_THAT(
      model->WordsFor(Category::kTimeout, failure, TokensOf(failure), 3),
      ElementsAre("quokka"));
  EXPECT_THAT(
      model->WordsFor(Category::kTimeout, failure, TokensOf(failure), 0),
      ElementsAre());
}

TEST(LearnedWordsTest, TextsOfFewWordsSayLess) {
  const std::string text =
      absl::StrCat(kFactors, Row("quokka", 5, At(Category::kTimeout), 10));
  const auto model = LearnedWords::Parse(text);
  ASSERT_TRUE(model.ok()) << model.status();
  const Failure failure = NewFailure("the quokka ran");
  const LearnedWords::Opinion got = model->Judge(failure, TokensOf(failure));
  EXPECT_NEAR(got.categories[static_cast<size_t>(Category::kTimeout)] -
                  got.categories[static_cast<size_t>(Category::kUnknown)],
              5.0 / 20 * 10 * 0.5, 1e-5);
}

TEST(LearnedWordsTest, RefusesWhatItCannotRead) {
  const std::string zeros = "\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0";
  const std::string word = absl::StrCat("word\t1\t0", zeros, "\n");
  const struct {
    std::string text;
    const char* error;
  } rows[] = {
      {"", "needs .unit, .category and .strategy, with factors above 0"},
      {".unit\t1\n",
       "needs .unit, .category and .strategy, with factors above 0"},
      {".unit\tnan\n", "line 1: 'nan' is no number"},
      {".unit\tx\n", "line 1: 'x' is no number"},
      {".unit\t1\n.bias\t1\n", "line 2: has 1 numbers, not 16"},
      {".unit\t1\n.category\t1\t1\n", "line 2: has 2 numbers, not 14"},
      {".unit\t1\n.strategy\n", "line 2: has 0 numbers, not 10"},
      {".unit\t1\nword\t1\t2\n", "line 2: has 2 numbers, not 17"},
      {absl::StrCat(".unit\t1\nword\t1\t128", zeros),
       "line 2: '128' is no integer from -127 to 127"},
      {absl::StrCat(".unit\t1\nword\t0\t1", zeros),
       "line 2: the rarity '0' is no number above 0"},
      {absl::StrCat(".unit\t1\n", word, word), "line 3: 'word' stands twice"},
  };
  for (const auto& row : rows) {
    const absl::Status status = LearnedWords::Parse(row.text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << row.error;
    EXPECT_EQ(status.message(), row.error);
  }
}

TEST(LearnedWordsTest, TheBuiltInModelKnowsOrdinaryErrors) {
  const LearnedWords& model = LearnedWords::BuiltIn();
  EXPECT_GT(model.size(), 10'000);
  EXPECT_GT(model.category_weights().learned, 0);
  EXPECT_GT(model.strategy_weights().learned, 0);
  const Failure failure = NewFailure(
      "could not obtain lock on row in relation \"orders\": deadlock detected");
  const LearnedWords::Opinion got = model.Judge(failure, TokensOf(failure));
  EXPECT_GT(got.categories[static_cast<size_t>(Category::kConcurrency)],
            std::log(0.8));
}

}  // namespace
}  // namespace recourse

#include "server/match/evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "server/match/code_tables.h"
#include "server/match/meaning.h"
#include "server/match/normalized_text.h"
#include "server/match/phrase_scanner.h"

namespace recourse {
namespace {

using ::testing::UnorderedElementsAre;

NormalizedText Normalized(absl::string_view text) {
  NormalizedText out;
  AppendNormalized(text, 100, &out);
  return out;
}

int WeightOf(absl::string_view text, const std::string& word) {
  const NormalizedText normalized = Normalized(text);
  const size_t at = normalized.text.find(word);
  if (at == std::string::npos) return -1;
  return normalized.weight[at];
}

TEST(NormalizedTextTest, NamesFallIntoWords) {
  const struct {
    const char* text;
    const char* expected;
  } kCases[] = {
      {"RateLimitError", "rate limit error"},
      {"rate_limit-exceeded", "rate limit exceeded"},
      {"HTTPError", "http error"},
      {"ECONNRESET", "econnreset"},
      {"a  \n\t b", "a b"},
      {R"(timed out.\n model)", "timed out. model"},
      {"", ""},
      {"ÄB", "Äb"},
  };
  for (const auto& c : kCases) {
    const NormalizedText got = Normalized(c.text);
    EXPECT_EQ(got.text, c.expected);
    EXPECT_EQ(got.text.size(), got.weight.size());
  }
}

TEST(NormalizedTextTest, LongPartsKeepBothEnds) {
  const std::string text =
      "head" + std::string(NormalizedText::kMaxPartBytes, ' ') +
      std::string(NormalizedText::kMaxPartBytes, 'x') + "tail";
  const NormalizedText got = Normalized(text);
  EXPECT_EQ(got.text.substr(0, 4), "head");
  EXPECT_EQ(got.text.substr(got.text.size() - 4), "tail");
  EXPECT_LE(got.text.size(), 2 * NormalizedText::kMaxPartBytes);
}

TEST(TextSegmentsTest, WhatDidNotFailCountsLittle) {
  EXPECT_EQ(WeightOf("plain timeout here", "timeout"), 100);
  EXPECT_LT(WeightOf("see https://x.example/timeout now", "timeout"), 20);
  EXPECT_LT(WeightOf("open /var/lib/timeout/x failed", "timeout"), 20);
  EXPECT_LT(WeightOf("with timeout=30", "timeout"), 30);
  EXPECT_LT(WeightOf("{\"timeout\": null}", "timeout"), 30);
  EXPECT_LT(WeightOf("flag --timeout bad", "timeout"), 30);
  EXPECT_LT(WeightOf("the field 'timeout' is bad", "timeout"), 50);
  EXPECT_LT(WeightOf("boom\n\tat com.acme.Timeout.run(Timeout.java:1)", "time"),
            20);
  EXPECT_LT(WeightOf("x failed. This may be a timeout.", "timeout"), 50);
  EXPECT_LT(WeightOf("  File \"a.py\", line 1, in f\n    raise Timeout()\nboom",
                     "timeout"),
            20);
}

TEST(TextSegmentsTest, ValuesAndRootsCount) {
  EXPECT_EQ(WeightOf(R"({"message": "request timeout"})", "timeout"), 100);
  EXPECT_EQ(WeightOf("['timeout']", "timeout"), 100);
  EXPECT_GT(WeightOf("x failed\nCaused by: timeout", "timeout"), 100);
  EXPECT_LT(WeightOf("timeout\nCaused by: deadlock", "timeout"), 100);
}

std::vector<std::string> Found(const PhraseScanner& scanner,
                               absl::string_view text) {
  std::vector<std::string> found;
  for (const PhraseHit& hit : scanner.Scan(text)) {
    found.emplace_back(scanner.phrase(hit.phrase));
  }
  return found;
}

TEST(PhraseScannerTest, WholeWordsAndTheLongestOfThem) {
  const PhraseScanner scanner(
      {"lock", "deadlock", "lock timeout", "throttl*", "undefined:"});
  EXPECT_THAT(Found(scanner, "deadlock"), UnorderedElementsAre("deadlock"));
  EXPECT_THAT(Found(scanner, "locks unlock"), UnorderedElementsAre());
  EXPECT_THAT(Found(scanner, "a lock timeout, lock"),
              UnorderedElementsAre("lock timeout", "lock"));
  EXPECT_THAT(Found(scanner, "throttling"), UnorderedElementsAre("throttl"));
  EXPECT_THAT(Found(scanner, "unthrottling"), UnorderedElementsAre());
  EXPECT_THAT(Found(scanner, "undefined:x"),
              UnorderedElementsAre("undefined:"));
  EXPECT_THAT(Found(scanner, ""), UnorderedElementsAre());
}

TEST(PhraseScannerTest, HitsAreCapped) {
  const PhraseScanner scanner({"a"});
  std::string text;
  for (size_t i = 0; i < 2 * PhraseScanner::kMaxHits; ++i) text += "a ";
  EXPECT_EQ(scanner.Scan(text).size(), PhraseScanner::kMaxHits);
}

// A wording that normalization would change can never be found.
TEST(WordingsTest, AreNormalizedAndSaidOnce) {
  std::set<std::string> seen;
  for (const auto& table :
       {NetworkWordings(), ServerWordings(), AccessWordings(), DataWordings(),
        ResourceWordings(), RequestWordings()}) {
    for (const Wordings& wordings : table) {
      EXPECT_FALSE(wordings.phrases.empty());
      for (const absl::string_view phrase : wordings.phrases) {
        EXPECT_EQ(Normalized(phrase).text, std::string(phrase));
        EXPECT_TRUE(seen.emplace(phrase).second) << phrase << " twice";
      }
    }
  }
  EXPECT_GT(seen.size(), 500u);
}

TEST(EvidenceTest, WeighsCategoriesAgainstEachOther) {
  Evidence evidence;
  EXPECT_EQ(evidence.Decide().category, Category::kUnknown);
  evidence.Add(Says(Category::kTimeout, 1), 1, "hint");
  EXPECT_EQ(evidence.Decide().category, Category::kUnknown);
  evidence.Add(Says(Category::kTimeout, 4), 1, "clear");
  evidence.Add(Says(Category::kResource, 5), 0.1, "quoted");
  evidence.Add(Meaning{}, 1, "nothing");
  const Verdict sure = evidence.Decide();
  EXPECT_EQ(sure.category, Category::kTimeout);
  EXPECT_EQ(sure.evidence, "clear, hint");
  evidence.Add(Says(Category::kResource, 4).First(Strategy::kEscalation), 1,
               "other");
  const Verdict doubtful = evidence.Decide();
  EXPECT_EQ(doubtful.category, Category::kTimeout);
  EXPECT_LT(doubtful.confidence, sure.confidence);
  EXPECT_EQ(doubtful.first_move, Strategy::kUnspecified);
  evidence.Add(Says(Category::kResource, 9), 1, "decisive");
  EXPECT_EQ(evidence.Decide().category, Category::kResource);
  EXPECT_EQ(evidence.Decide().first_move, Strategy::kEscalation);
}

TEST(EvidenceTest, NotExecutedNeedsProofWithoutVeto) {
  constexpr auto kProof = Meaning::kNotExecuted;
  struct Item {
    Meaning meaning;
    double factor = 1;
  };
  const Item refused = {Says(Category::kConnection, 5).With(kProof)};
  const struct {
    const char* name;
    std::vector<Item> items;
    bool proven;
  } rows[] = {
      {"alone", {refused}, true},
      {"agreeing",
       {refused, {Says(Category::kConnection, 6).With(kProof)}},
       true},
      {"a vague word", {refused, {Says(Category::kConnection, 3.5)}}, true},
      {"another family", {refused, {Says(Category::kTransient, 4)}}, true},
      {"a stack frame", {refused, {Says(Category::kTimeout, 5), 0.05}}, true},
      {"a clear one", {refused, {Says(Category::kConnection, 5)}}, false},
      {"a clear one in a wrapper",
       {{refused.meaning, 1.4}, {Says(Category::kConnection, 5), 0.3}},
       false},
      {"a time-out", {refused, {Says(Category::kTimeout, 4)}}, false},
      {"a time-out against a stronger proof",
       {{Says(Category::kRateLimit, 8).With(kProof)},
        {Says(Category::kTimeout, 5)}},
       false},
      {"a weak proof needs less",
       {{Says(Category::kRateLimit, 3).With(kProof)},
        {Says(Category::kTimeout, 2.5)}},
       false},
      {"the strongest does not say so",
       {{Says(Category::kTimeout, 2.5)},
        {Says(Category::kTimeout, 5).With(kProof), 0.15}},
       false},
  };
  for (const auto& row : rows) {
    Evidence evidence;
    for (const Item& item : row.items) {
      evidence.Add(item.meaning, item.factor, "x");
    }
    EXPECT_EQ((evidence.Decide().flags & kProof) != 0, row.proven) << row.name;
  }
}

TEST(CodeTablesTest, GrpcNamesInBothSpellings) {
  EXPECT_EQ(ParseGrpcName("DeadlineExceeded"), GrpcCode::kDeadlineExceeded);
  EXPECT_EQ(ParseGrpcName("DEADLINE_EXCEEDED"), GrpcCode::kDeadlineExceeded);
  EXPECT_EQ(ParseGrpcName("Unavailable"), GrpcCode::kUnavailable);
  EXPECT_EQ(ParseGrpcName("Nonsense"), std::nullopt);
}

TEST(CodeTablesTest, UnknownCodesSayNothing) {
  EXPECT_EQ(HttpMeaning(0).category, Category::kUnspecified);
  EXPECT_EQ(HttpMeaning(302).category, Category::kUnspecified);
  EXPECT_EQ(HttpMeaning(600).category, Category::kUnspecified);
  EXPECT_EQ(HttpMeaning(444).category, Category::kPermanent);
  EXPECT_EQ(HttpMeaning(555).category, Category::kTransient);
  EXPECT_EQ(SqlStateMeaning("ZZ000").category, Category::kUnspecified);
  EXPECT_EQ(SqlStateMeaning("").category, Category::kUnspecified);
  EXPECT_EQ(VendorNumberMeaning(7).category, Category::kUnspecified);
}

}  // namespace
}  // namespace recourse

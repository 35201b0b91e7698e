#include "server/record/template_miner.h"

#include <algorithm>
#include <map>
#include <random>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "re2/re2.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAreArray;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

Classification Unknown() { return {}; }

std::vector<ErrorCluster> Mine(const std::vector<std::string>& texts) {
  TemplateMiner miner(100);
  for (const std::string& text : texts) miner.Add("n", text, Unknown(), kNow);
  return miner.Clusters("");
}

std::vector<std::string> Templates(const std::vector<ErrorCluster>& clusters) {
  std::vector<std::string> templates;
  for (const ErrorCluster& cluster : clusters) {
    templates.push_back(
        absl::StrCat(cluster.count, " ", cluster.error_template.Text()));
  }
  return templates;
}

TEST(TemplateMinerTest, OneGroupOrSeveral) {
  const struct {
    const char* name;
    std::vector<std::string> texts;
    std::vector<std::string> templates;
  } kCases[] = {
      {"variables differ",
       {"job 17 of /a/b failed", "job 4 of /c failed", "job 99 of /d failed"},
       {"3 job <number> of <path> failed"}},
      {"kinds of variables differ",
       {"no such shard 17", "no such shard 7f3a2b1c9d"},
       {"2 no such shard <*>"}},
      {"two words in one place are a choice",
       {"pool of readers is drained", "pool of writers is drained"},
       {"2 pool of (readers|writers) is drained"}},
      {"three are any",
       {"user ann is not known", "user bob is not known",
        "user eve is not known"},
       {"3 user <*> is not known"}},
      {"the first word may differ",
       {"alpha quota is used up", "beta quota is used up",
        "gamma quota is used up"},
       {"3 <*> quota is used up"}},
      {"numbers of words may differ",
       {"field name is missing in form", "field first name is missing in form"},
       {"2 field (first )?name is missing in form"}},
      {"other words, other groups",
       {"disk is full", "disk is full", "lease was lost"},
       {"2 disk is full", "1 lease was lost"}},
      {"two words are too few to be like one another",
       {"lease lost", "lease found"},
       {"1 lease lost", "1 lease found"}},
      {"a single word", {"boom", "boom", "bang"}, {"2 boom", "1 bang"}},
      {"nothing", {"", "  \n"}, {}},
  };
  for (const auto& test : kCases) {
    EXPECT_THAT(Templates(Mine(test.texts)),
                UnorderedElementsAreArray(test.templates))
        << test.name;
  }
}

TEST(TemplateMinerTest, MostFrequentAnswersAndTimes) {
  TemplateMiner miner(10);
  Classification timeout{.error_type = ErrorType::kTimeout,
                         .category = Category::kTimeout,
                         .severity = Severity::kHigh,
                         .suggested_action = "Wait."};
  miner.Add("n", "job 1 is stuck", Unknown(), kNow);
  miner.Add("n", "job 2 is stuck", timeout, kNow + absl::Seconds(5));
  miner.Add("n", "job 3 is stuck", timeout, kNow + absl::Seconds(2));
  const auto clusters = miner.Clusters("n");
  ASSERT_THAT(clusters, SizeIs(1));
  EXPECT_EQ(clusters[0].count, 3);
  EXPECT_EQ(clusters[0].error_type, ErrorType::kTimeout);
  EXPECT_EQ(clusters[0].category, Category::kTimeout);
  EXPECT_EQ(clusters[0].severity, Severity::kHigh);
  EXPECT_EQ(clusters[0].suggested_action, "Wait.");
  EXPECT_EQ(clusters[0].first_seen, kNow);
  EXPECT_EQ(clusters[0].last_seen, kNow + absl::Seconds(5));
  EXPECT_THAT(
      clusters[0].samples,
      ElementsAre("job 1 is stuck", "job 2 is stuck", "job 3 is stuck"));
}

TEST(TemplateMinerTest, OtherCategoriesDoNotMixUnlessTheWordsAreTheSame) {
  TemplateMiner miner(10);
  Classification rate{.category = Category::kRateLimit};
  miner.Add("n", "too many tiles were asked", rate, kNow);
  miner.Add("n", "too many owls were asked", Unknown(), kNow);
  miner.Add("n", "too many tiles were asked", Unknown(), kNow);
  miner.Add("n", "too many tiles were asked!", Unknown(), kNow);
  EXPECT_THAT(Templates(miner.Clusters("")),
              ElementsAre("3 too many tiles were asked(!)?",
                          "1 too many owls were asked"));
}

TEST(TemplateMinerTest, NamespacesAreApart) {
  TemplateMiner miner(10);
  for (int i = 0; i < 3; ++i) miner.Add("a", "pump is dry", Unknown(), kNow);
  miner.Add("b", "pump is dry", Unknown(), kNow);
  EXPECT_THAT(Templates(miner.Clusters("a")), ElementsAre("3 pump is dry"));
  EXPECT_THAT(Templates(miner.Clusters("b")), ElementsAre("1 pump is dry"));
  EXPECT_THAT(miner.Clusters(""), SizeIs(2));
  EXPECT_THAT(miner.Clusters("c"), IsEmpty());
  EXPECT_EQ(miner.Total("a"), 3);
  EXPECT_EQ(miner.Total(""), 4);
}

TEST(TemplateMinerTest, LongTextsAreCutBetweenTokens) {
  const std::string tail(2 * TemplateMiner::kMaxTextBytes, 'x');
  const auto clusters = Mine({absl::StrCat("pump ran dry ", tail, "1"),
                              absl::StrCat("pump ran dry ", tail, "2")});
  EXPECT_THAT(Templates(clusters), ElementsAre("2 pump ran dry..."));
  EXPECT_THAT(clusters[0].samples, ElementsAre("pump ran dry"));
  std::string words;
  for (int i = 0; i < 300; ++i) absl::StrAppend(&words, "a ");
  for (const ErrorCluster& cluster : Mine({words})) {
    EXPECT_LE(cluster.error_template.parts.size(), ErrorTemplate::kMaxTokens);
    EXPECT_FALSE(cluster.error_template.complete);
  }
}

// The rules as one loop over all groups, without index, cache and limits.
class StupidMiner {
 public:
  void Add(const std::string& text) {
    const TextTokens tokens = Tokenize(text, 1000);
    std::string form;
    std::vector<std::string> words;
    for (const TextToken& token : tokens) {
      const bool kept = token.kind == TokenKind::kWord ||
                        token.kind == TokenKind::kPunctuation;
      absl::StrAppend(&form, static_cast<int>(token.kind), ",", token.variable,
                      ",", kept ? token.text : "", "\n");
      if (token.kind == TokenKind::kWord) words.emplace_back(token.text);
    }
    const auto known = forms_.find(form);
    if (known != forms_.end()) {
      ++groups_[known->second].count;
      return;
    }
    size_t best = groups_.size();
    double best_share = 0;
    for (size_t i = 0; i < groups_.size(); ++i) {
      const auto theirs = Words(groups_[i].error_template);
      const size_t common = Common(words, theirs, 0, 0);
      const double share = 2.0 * common / (words.size() + theirs.size());
      if (common >= 2 && 3 * common >= words.size() + theirs.size() &&
          2 * common >= groups_[i].first_words && share > best_share) {
        best = i;
        best_share = share;
      }
    }
    if (best == groups_.size()) {
      groups_.push_back({ErrorTemplate::Of(tokens, true), words.size(), 0});
    } else {
      groups_[best].error_template.Absorb(tokens, true);
    }
    ++groups_[best].count;
    forms_[form] = best;
  }

  std::vector<std::string> Templates() const {
    std::vector<std::string> result;
    for (const Group& group : groups_) {
      result.push_back(
          absl::StrCat(group.count, " ", group.error_template.Text()));
    }
    return result;
  }

 private:
  struct Group {
    ErrorTemplate error_template;
    size_t first_words;
    int count;
  };

  static std::vector<std::string> Words(const ErrorTemplate& error_template) {
    std::vector<std::string> words;
    for (const TemplatePart& part : error_template.parts) {
      if (part.kind == TemplatePart::Kind::kWord) words.push_back(part.text);
    }
    return words;
  }

  static size_t Common(const std::vector<std::string>& a,
                       const std::vector<std::string>& b, size_t i, size_t j) {
    if (i == a.size() || j == b.size()) return 0;
    if (a[i] == b[j]) return 1 + Common(a, b, i + 1, j + 1);
    return std::max(Common(a, b, i + 1, j), Common(a, b, i, j + 1));
  }

  std::vector<Group> groups_;
  std::map<std::string, size_t> forms_;
};

std::vector<std::string> RandomTexts(std::mt19937& random, int count) {
  static constexpr const char* kPieces[] = {
      "job ", "failed ", "not ", "found ", "12 ", "/a/b ", "'x' ",  "a, ",
      "is ",  "is ",     "pump", ": ",     "\n",  "0xab ", "pump ", "(a.b) "};
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) {
    std::string text;
    const int pieces = 1 + random() % 9;
    for (int j = 0; j < pieces; ++j) {
      absl::StrAppend(&text, kPieces[random() % std::size(kPieces)]);
    }
    texts.emplace_back(absl::StripAsciiWhitespace(text));
  }
  return texts;
}

TEST(TemplateMinerTest, AgreesWithOneThatAsksEveryGroup) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const auto texts = RandomTexts(random, 40);
    StupidMiner stupid;
    for (const std::string& text : texts) {
      if (!text.empty()) stupid.Add(text);
    }
    ASSERT_THAT(Templates(Mine(texts)),
                UnorderedElementsAreArray(stupid.Templates()))
        << absl::StrJoin(texts, "|\n");
  }
}

// What a template's regex must do: match all that went into it.
TEST(TemplateMinerTest, TheRegexMatchesEveryTextOfItsGroup) {
  std::mt19937 random(11);
  int regexes = 0;
  for (int round = 0; round < 1000; ++round) {
    const auto texts = RandomTexts(random, 1 + random() % 6);
    ErrorTemplate error_template =
        ErrorTemplate::Of(Tokenize(texts[0], 1000), true);
    for (size_t i = 1; i < texts.size(); ++i) {
      error_template.Absorb(Tokenize(texts[i], 1000), true);
    }
    for (const bool whole_text : {false, true}) {
      const std::string regex =
          TemplateRegex(error_template, {.whole_text = whole_text});
      if (regex.empty()) continue;
      ++regexes;
      const RE2 compiled(regex, RE2::Quiet);
      ASSERT_TRUE(compiled.ok()) << regex;
      for (const std::string& text : texts) {
        ASSERT_TRUE(RE2::PartialMatch(text, compiled))
            << regex << "\n"
            << absl::StrJoin(texts, "|\n");
      }
    }
  }
  EXPECT_GT(regexes, 500);
}

TEST(TemplateMinerTest, RegexesArePlain) {
  const struct {
    std::vector<std::string> texts;
    const char* regex;
    const char* whole;
  } kCases[] = {
      {{"job 17 of /a/b failed"},
       R"(\bjob \d[\w.,]* of \S+ failed\b)",
       R"(^job \d[\w.,]* of \S+ failed\s*$)"},
      {{"12 jobs (of 3) failed."},
       R"(\bjobs \(of \d[\w.,]*\) failed\b)",
       R"(^\d[\w.,]* jobs \(of \d[\w.,]*\) failed\.\s*$)"},
      {{"user ann is not known", "user bob is not known"},
       R"(\buser (?:ann|bob) is not known\b)",
       R"(^user (?:ann|bob) is not known\s*$)"},
      {{"worker-17 left"},
       R"(\bworker-\d[\w.,]* left\b)",
       R"(^worker-\d[\w.,]* left\s*$)"},
      {{"left worker-17"},
       R"(\bleft worker-)",
       R"(^left worker-\d[\w.,]*\s*$)"},
      {{"a 'b' or \"c\""},
       R"(\ba '[^\n]*?' or\b)",
       R"(^a '[^\n]*?' or "[^\n]*?"\s*$)"},
      {{"12 + 3"}, "", ""},
  };
  for (const auto& test : kCases) {
    ErrorTemplate error_template =
        ErrorTemplate::Of(Tokenize(test.texts[0], 1000), true);
    for (size_t i = 1; i < test.texts.size(); ++i) {
      error_template.Absorb(Tokenize(test.texts[i], 1000), true);
    }
    EXPECT_EQ(TemplateRegex(error_template, {}), test.regex);
    EXPECT_EQ(TemplateRegex(error_template, {.whole_text = true}), test.whole);
  }
}

std::string DistinctText(unsigned i) {
  // Words of letters only, so that no two are one form.
  std::string text;
  for (unsigned word = 0; word < 4; ++word, i = i * 31 + 7) {
    for (unsigned rest = i + word * 1'000'003u, n = 0; n < 6; ++n, rest /= 26) {
      text.push_back('a' + rest % 26);
    }
    text.push_back(' ');
  }
  return text;
}

TEST(TemplateMinerTest, AFloodIsBoundedAndLeavesWhatComesAgain) {
  TemplateMiner miner(50);
  for (int i = 0; i < 20'000; ++i) {
    miner.Add("n", DistinctText(i), Unknown(), kNow);
    // More often than once in as many errors as there are groups.
    if (i % 40 == 0) miner.Add("n", "the pump ran dry", Unknown(), kNow);
  }
  const auto clusters = miner.Clusters("");
  EXPECT_THAT(clusters, SizeIs(50));
  EXPECT_EQ(clusters[0].error_template.Text(), "the pump ran dry");
  EXPECT_EQ(clusters[0].count, 500);
  EXPECT_EQ(miner.Total(""), 20'500);
}

TEST(TemplateMinerTest, WhatNeverComesAgainGoesInTheEnd) {
  TemplateMiner miner(10);
  for (int i = 0; i < 100; ++i) miner.Add("n", "an old error", Unknown(), kNow);
  for (int i = 0; i < 10 * (TemplateMiner::kMaxCredit + 2); ++i) {
    miner.Add("n", DistinctText(i), Unknown(), kNow);
  }
  for (const ErrorCluster& cluster : miner.Clusters("")) {
    EXPECT_EQ(cluster.count, 1) << cluster.error_template.Text();
  }
  // It begins anew, whatever was remembered of its form.
  miner.Add("n", "an old error", Unknown(), kNow);
  for (const ErrorCluster& cluster : miner.Clusters("")) {
    EXPECT_EQ(cluster.count, 1) << cluster.error_template.Text();
  }
}

TEST(TemplateMinerTest, SamplesAndNamespacesAreBounded) {
  TemplateMiner miner(10);
  for (int i = 0; i < 100; ++i) {
    miner.Add("n", absl::StrCat("job ", i, " failed"), Unknown(), kNow);
  }
  EXPECT_THAT(miner.Clusters("n")[0].samples,
              SizeIs(TemplateMiner::kMaxSamples));
  for (size_t i = 0; i < 2 * TemplateMiner::kMaxNamespaces; ++i) {
    miner.Add(absl::StrCat("n", i), "pump is dry", Unknown(), kNow);
  }
  EXPECT_THAT(miner.Clusters(""), SizeIs(10));
  EXPECT_EQ(miner.Total("n3"), 1);
}

TEST(TemplateMinerTest, OfNoGroupsKeepsNothing) {
  TemplateMiner miner(0);
  miner.Add("n", "pump is dry", Unknown(), kNow);
  EXPECT_THAT(miner.Clusters(""), IsEmpty());
}

TEST(TemplateMinerTest, ManyThreads) {
  constexpr int kThreads = 4, kErrors = 3000;
  TemplateMiner miner(20);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&miner, t] {
      for (int i = 0; i < kErrors; ++i) {
        miner.Add("n", absl::StrCat("job ", i, " is stuck"), Unknown(), kNow);
        if (i % 10 == 0) {
          miner.Add("n", DistinctText(t * kErrors + i), Unknown(), kNow);
          miner.Clusters("");
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto clusters = miner.Clusters("");
  EXPECT_THAT(clusters, SizeIs(20));
  EXPECT_EQ(clusters[0].count, kThreads * kErrors);
  EXPECT_EQ(miner.Total("n"), kThreads * kErrors * 11 / 10);
}

}  // namespace
}  // namespace recourse

#include "server/match/literal_requirement.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/match/fold_text.h"
#include "tests/match/random_regex.h"

namespace recourse {
namespace {

using Clauses = std::vector<LiteralRequirement::Clause>;

std::string Folded(absl::string_view text) {
  std::string folded;
  FoldText(text, &folded);
  return folded;
}

TEST(FoldTextTest, LowersAsciiAndWhatRe2TakesForAscii) {
  EXPECT_EQ(Folded("Rate LIMIT 429"), "rate limit 429");
  EXPECT_EQ(Folded("\u017Fkip \u212Aelvin"), "skip kelvin");
  EXPECT_EQ(Folded("ÄÖÜ straße"), "ÄÖÜ straße");
  EXPECT_EQ(Folded("\xff\xC5"), "\xff\xC5");
  EXPECT_EQ(Folded(""), "");
}

// The facts about RE2's tables that fold_text.h and the choice of scannable
// parts rest on, over all of Unicode.
TEST(FoldTextTest, NoOtherCharacterFoldsToWhatIsScanned) {
  const RE2 ascii_letter("(?i)^[a-z]$");
  const RE2 caseless("^\\p{Lo}$");
  const RE2 caseless_folded("(?i)^\\p{Lo}$");
  for (char32_t rune = 0x80; rune <= 0x10FFFF; ++rune) {
    if (rune >= 0xD800 && rune <= 0xDFFF) continue;
    std::string text;
    if (rune >= 0x10000) {
      text = {static_cast<char>(0xF0 | rune >> 18),
              static_cast<char>(0x80 | (rune >> 12 & 0x3F))};
    } else if (rune >= 0x800) {
      text = {static_cast<char>(0xE0 | rune >> 12)};
    }
    text.push_back(static_cast<char>(rune >= 0x800 ? 0x80 | (rune >> 6 & 0x3F)
                                                   : 0xC0 | rune >> 6));
    text.push_back(static_cast<char>(0x80 | (rune & 0x3F)));
    ASSERT_EQ(RE2::PartialMatch(text, ascii_letter),
              rune == 0x017F || rune == 0x212A)
        << static_cast<uint32_t>(rune);
    ASSERT_EQ(RE2::PartialMatch(text, caseless),
              RE2::PartialMatch(text, caseless_folded))
        << static_cast<uint32_t>(rune);
  }
}

struct RequirementCase {
  const char* regex;
  Clauses clauses;
};

TEST(LearnRequirementTest, FindsTheClausesOfPlainRegexes) {
  const RequirementCase kCases[] = {
      {"timeout", {{"timeout"}}},
      {"Time[ -]?out", {{"time"}, {"out"}}},
      {"refused|reset by peer", {{"refused", "reset by peer"}}},
      {"(?i)RATE LIMIT.*exceeded", {{"rate limit"}, {"exceeded"}}},
      {"(connect|read) timed out after \\d+ms",
       {{"connect timed out after ", "read timed out after "}}},
      {".*", {}},
      {"", {}},
      {"a?b?", {}},
      {"ab", {}},
      {"timeout|x", {}},
      {"(?i)ошибка", {}},
      {"ошибка: failed", {{": failed"}}},
      {"接続エラー", {{"接続エラ"}}},  // U+30FC is no \p{Lo}.
  };
  for (const RequirementCase& c : kCases) {
    EXPECT_EQ(LearnRequirement(RE2(c.regex)).clauses, c.clauses) << c.regex;
  }
}

TEST(LearnRequirementTest, CutsLongLiteralsAndCapsClauses) {
  const auto cut = LearnRequirement(RE2(std::string(100, 'a')));
  ASSERT_EQ(cut.clauses.size(), 1u);
  EXPECT_EQ(cut.clauses[0][0].size(), LiteralRequirement::kMaxLiteralBytes);

  std::string many = "w000";
  for (int i = 1; i < 30; ++i) absl::StrAppend(&many, ".*w", 100 + i);
  EXPECT_EQ(LearnRequirement(RE2(many)).clauses.size(),
            LiteralRequirement::kMaxClauses);

  std::string wide = "v1000";
  for (int i = 1; i < 300; ++i) absl::StrAppend(&wide, "|v", 1000 + i);
  EXPECT_TRUE(LearnRequirement(RE2(wide)).clauses.empty());
}

TEST(LearnRequirementTest, LeavesOtherEncodingsAndBrokenRegexesAlone) {
  EXPECT_TRUE(LearnRequirement(RE2("abcdef", RE2::Latin1)).clauses.empty());
  RE2::Options never_nl;
  never_nl.set_never_nl(true);
  EXPECT_TRUE(LearnRequirement(RE2("abcdef", never_nl)).clauses.empty());
  EXPECT_TRUE(LearnRequirement(RE2("abc(def", RE2::Quiet)).clauses.empty());
}

// The clever thing against the stupid thing: nothing that matches is stopped.
TEST(LearnRequirementTest, NeverStopsAMatch) {
  RandomRegexes random(20240611);
  int matches = 0;
  int stopped = 0;
  std::vector<std::string> texts;
  for (int i = 0; i < 100; ++i) texts.push_back(random.Text());
  for (int i = 0; i < 1500; ++i) {
    const RE2 regex(random.Regex(), RE2::Quiet);
    const LiteralRequirement requirement = LearnRequirement(regex);
    for (const std::string& text : texts) {
      const bool may = requirement.MayMatch(Folded(text));
      const bool does = RE2::PartialMatch(text, regex);
      ASSERT_TRUE(may || !does) << regex.pattern() << "\non\n" << text;
      matches += does;
      stopped += !may;
    }
  }
  EXPECT_GT(matches, 5'000);  // The test would see a mistake ...
  EXPECT_GT(stopped, 5'000);  // ... and the filter does something.
}

}  // namespace
}  // namespace recourse

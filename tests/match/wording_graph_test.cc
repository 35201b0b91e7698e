#include "server/match/wording_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/match/evidence_words.h"
#include "server/match/meaning.h"
#include "server/match/wording_syntax.h"

namespace recourse {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The entries of the wordings found, in the order of the text.
std::vector<int> Found(const std::vector<std::string>& wordings,
                       absl::string_view text) {
  WordingGraph graph;
  for (size_t i = 0; i < wordings.size(); ++i) {
    EXPECT_TRUE(graph.Add(wordings[i], static_cast<uint16_t>(i)).ok())
        << wordings[i];
  }
  graph.Freeze();
  std::vector<Token> tokens;
  AppendTokens(text, 100, graph.vocabulary(), &tokens);
  std::vector<WordingHit> hits;
  graph.Find(tokens, &hits);
  std::vector<int> entries;
  for (const WordingHit& hit : hits) entries.push_back(hit.entry);
  return entries;
}

TEST(WordingGraphTest, FindsWhatTheNotationSays) {
  const struct {
    const char* wording;
    const char* text;
    bool found;
  } rows[] = {
      {"lock", "deadlock", false},
      {"lock", "a lock.", true},
      {"out of memory", "OutOfMemoryError", true},
      {"out of memory", "out of (memory", false},
      {"out of memory", "out of. Memory", false},
      {"out of : memory", "out of (memory", true},
      {"out of : memory", "out of. Memory", false},
      {"connection refused", "connection was refused", true},
      {"connection refused", "the connection has been refused", true},
      {"connection refused", "connection politely refused", false},
      {"connection .. refused", "connection politely refused", true},
      {"connection .. refused", "connection refused", true},
      {"connection .. refused", "connection to 10.0.0.1:80 (db) refused", true},
      {"connection .. refused", "connection a1 b2 c3 d4 e5 refused", false},
      {"connection .. refused", "connection made. Then refused", false},
      {"model .. not found", "model 'a b c' and its d not found", true},
      {"(a1|b1 c1|) d1", "d1", true},
      {"(a1|b1 c1|) d1", "b1 c1 d1", true},
      {"(a1|b1 c1) d1", "b1 d1", false},
      {"(a1|(b1|c1) d1) e1", "c1 d1 e1", true},
      {"exceed~ quota", "exceeding quota", true},
      {"retry~ later", "retries later", true},
      {"drop~~ packets", "dropping packets", true},
      {"$cannot connect", "unable to connect", true},
      {"$cannot connect", "cannot connect", true},
      {"$cannot connect", "connect", false},
      {"wait # seconds", "wait 30 seconds", true},
      {"wait # seconds", "wait some seconds", false},
      {"404 gone", "404 gone", true},
      {"404 gone", "405 gone", false},
      // A key and its value are two things.
      {"message .. long", "{\"message\": \"too long\"}", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(!Found({row.wording}, row.text).empty(), row.found)
        << row.wording << " in " << row.text;
  }
}

TEST(WordingGraphTest, WordingsThatBeginAlikeKeepApart) {
  const std::vector<std::string> wordings = {
      "(connect|dial) failed", "(connect|dial) .. refused", "(connect|dial)"};
  EXPECT_THAT(Found(wordings, "dial failed"), ElementsAre(2, 0));
  EXPECT_THAT(Found(wordings, "connect was refused"), ElementsAre(2, 1));
  EXPECT_THAT(Found(wordings, "refused"), IsEmpty());
}

TEST(WordingGraphTest, OfEqualWordingsTheFirstCounts) {
  EXPECT_THAT(Found({"a1 b1", "a1 b1"}, "a1 b1"), ElementsAre(0, 1));
}

TEST(WordingGraphTest, HitsAreCapped) {
  std::string text;
  for (size_t i = 0; i < 2 * WordingGraph::kMaxHits; ++i) text += "a1 ";
  EXPECT_EQ(Found({"a1"}, text).size(), WordingGraph::kMaxHits);
}

TEST(WordingSyntaxTest, SaysWhatIsWrong) {
  const struct {
    const char* wording;
    const char* error;
  } rows[] = {
      {"", "begin and end with a word"},
      {".. a1", "begin and end with a word"},
      {"a1 ..", "begin and end with a word"},
      {"a1 :", "begin and end with a word"},
      {"(a1", "a missing )"},
      {"a1)", "an unexpected | or )"},
      {"a1|b1", "an unexpected | or )"},
      {"~", "no word"},
      {"$nonsense a1", "no set $nonsense"},
      {"((((((a1))))))", "brackets too deep"},
  };
  for (const auto& row : rows) {
    const auto parts = ParseWording(row.wording);
    ASSERT_FALSE(parts.ok()) << row.wording;
    EXPECT_THAT(std::string(parts.status().message()), HasSubstr(row.error))
        << row.wording;
  }
}

// A wording that the reader of texts splits otherwise can never be found.
void ExpectReadable(const std::vector<WordingPart>& parts,
                    absl::string_view wording) {
  for (const WordingPart& part : parts) {
    if (part.kind == WordingPart::kWord) {
      std::vector<Token> tokens;
      AppendTokens(part.word, 100, AllWordings().vocabulary(), &tokens);
      const bool whole = tokens.size() == 1 && tokens[0].raw == part.word;
      EXPECT_TRUE(whole || part.word == "--->")
          << part.word << " of " << wording;
    }
    for (const auto& choice : part.choices) ExpectReadable(choice, wording);
  }
}

TEST(WordingsTest, AreWellFormedAndReadable) {
  size_t count = 0;
  for (const auto& table :
       {NetworkWordings(), TimeWordings(), ServerWordings(),
        ConcurrencyWordings(), AccessWordings(), DataWordings(),
        ResourceWordings(), RequestWordings(), ThingsWordings(),
        ProgramWordings(), ForeignWordings(), MarkerWordings()}) {
    for (const Wordings& wordings : table) {
      EXPECT_FALSE(wordings.phrases.empty());
      for (const absl::string_view phrase : wordings.phrases) {
        ++count;
        const auto parts = ParseWording(phrase);
        ASSERT_TRUE(parts.ok()) << parts.status();
        ExpectReadable(*parts, phrase);
      }
    }
  }
  EXPECT_GT(count, 500u);
}

}  // namespace
}  // namespace recourse

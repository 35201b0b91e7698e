#include "server/match/error_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/match/evidence_words.h"
#include "server/match/stack_frames.h"

namespace recourse {
namespace {

const Vocabulary& Words() { return AllWordings().vocabulary(); }

std::vector<Token> Read(absl::string_view text) {
  std::vector<Token> tokens;
  AppendTokens(text, 100, Words(), &tokens);
  return tokens;
}

// "|" where a sentence begins, "," at punctuation, [x] a name, #x a number.
std::string Shown(absl::string_view text) {
  std::string shown;
  for (const Token& token : Read(text)) {
    absl::StrAppend(&shown, shown.empty()                  ? ""
                            : token.Has(Token::kHardBreak) ? " | "
                            : token.Has(Token::kSoftBreak) ? " , "
                                                           : " ");
    const std::string word = absl::AsciiStrToLower(token.raw);
    absl::StrAppend(&shown, token.Has(Token::kName)     ? "[" + word + "]"
                            : token.Has(Token::kNumber) ? "#" + word
                                                        : word);
  }
  return shown;
}

// Of the first token that is `word`; -1: none is.
int PercentOf(absl::string_view text, absl::string_view word) {
  for (const Token& token : Read(text)) {
    if (absl::AsciiStrToLower(token.raw) == word) return token.percent;
  }
  return -1;
}

TEST(ErrorTokensTest, WordsNumbersAndNames) {
  const struct {
    const char* text;
    const char* tokens;
  } rows[] = {
      {"", ""},
      {"RateLimitError", "rate limit error"},
      {"rate_limit-exceeded", "rate limit exceeded"},
      {"HTTPError", "http error"},
      {"S3Exception", "s3 exception"},
      {"ECONNRESET", "econnreset"},
      {"can't connect", "can't connect"},
      {"can\xE2\x80\x99t connect", "can\xE2\x80\x99t connect"},
      {"a  \t b", "a b"},
      {"failed: refused (again). Bye", "failed , refused , again | bye"},
      {R"(timed out.\n model)", "timed out | model"},
      {"java.net.SocketTimeoutException: x", "socket timeout exception , x"},
      {"socket.timeout: timed out", "timeout , timed out"},
      {"PG::ConnectionBad", "connection bad"},
      {"Aws\\S3\\Exception\\S3Exception", "s3 exception"},
      {"Throttling.User", "throttling , user"},
      {"HTTP/1.1 503", "http #503"},
      {"i/o timeout", "io timeout"},
      {"fork/exec failed", "fork , exec failed"},
      {"open /var/lib/timeout/x failed", "open [/var/lib/timeout/x] failed"},
      {"in C:\\jobs\\timeout.py now", "in [c:\\jobs\\timeout.py] now"},
      {"see https://x.example/timeout?a=b, then",
       "see [https://x.example/timeout?a=b] , then"},
      {"ask ops@timeout.example", "ask [ops@timeout.example]"},
      {"dial tcp 10.0.0.1:53 now", "dial tcp [10.0.0.1:53] now"},
      {"timeout.py:12 is bad", "[timeout.py:12] is bad"},
      {"db.timeout.example is down", "[db.timeout.example] is down"},
      {"with --lock-timeout set", "with [--lock-timeout] set"},
      {"-OOM command", "oom command"},
      {"error -110", "error #-110"},
      {"HTTP503 AADSTS700016", "http #503 aadsts #700016"},
      {"in 45.000s on 2026-02-09 at 07:18:33.6",
       "in #45.000s on [2026-02-09] at [07:18:33.6]"},
      {"run_PRcz9SqWATDg0u5w is active", "run [prcz9sqwatdg0u5w] is active"},
      {"code 0x80070005", "code #0x80070005"},
      {"550 5.1.1 user unknown", "#550 [5.1.1] user unknown"},
      {"\xC3\x84rger", "\xC3\x84rger"},
      {"---> System.TimeoutException", "---> , system , timeout exception"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Shown(row.text), row.tokens) << row.text;
  }
}

TEST(ErrorTokensTest, WordsOfTheTablesAreFoundInAnyCase) {
  for (const char* text : {"Timeout", "TIMEOUT", "timeout"}) {
    EXPECT_NE(Read(text)[0].word, Vocabulary::kUnknown) << text;
  }
  EXPECT_EQ(Read("zeit\xC3\xBC"
                 "berschreitung")[0]
                .word,
            Read("ZEIT\xC3\x9C"
                 "BERSCHREITUNG")[0]
                .word);
  EXPECT_EQ(Read("Xyzzy")[0].word, Vocabulary::kUnknown);
  EXPECT_EQ(Read(std::string(500, 'x'))[0].word, Vocabulary::kUnknown);
}

TEST(ErrorTokensTest, WhatDidNotFailCountsLittle) {
  const struct {
    const char* text;
    const char* word;
    int at_most;
  } rows[] = {
      {"with timeout=30", "timeout", 20},
      {"with connect_timeout: 30 set", "timeout", 20},
      {"{\"timeout\": null}", "timeout", 20},
      {"{\"model\": \"timeout\"}", "timeout", 20},
      {"model=timeout", "timeout", 20},
      {"request: \"GET timeout\"", "timeout", 20},
      {"the field 'timeout' is bad", "timeout", 40},
      {"unknown parameter: 'timeout'", "timeout", 40},
      {"User `timeout` not found", "timeout", 40},
      {"he wrote \"the timeout was too short\" here", "timeout", 80},
  };
  for (const auto& row : rows) {
    const int percent = PercentOf(row.text, row.word);
    EXPECT_GE(percent, 0) << row.text;
    EXPECT_LE(percent, row.at_most) << row.text;
  }
}

TEST(ErrorTokensTest, WhatFailedCounts) {
  for (const char* text :
       {"plain timeout here", R"({"message": "request timeout"})",
        "['timeout']", "error \"timeout\"", "failed with 'timeout'",
        "error=timeout", "connect timeout: 3 times", "msg=\"a timeout\"",
        R"({\"error\": \"timeout\"})"}) {
    EXPECT_EQ(PercentOf(text, "timeout"), 100) << text;
  }
}

TEST(ErrorTokensTest, StackFramesAndSourceAreLeftOut) {
  const struct {
    const char* text;
    const char* tokens;
  } rows[] = {
      {"boom\n\tat com.acme.Timeout.run(Timeout.java:1)\n\t... 12 more",
       "boom"},
      {"  File \"a.py\", line 1, in f\n    raise Timeout()\nboom", "boom"},
      {"  File \"a.py\", line 1, in f\n    x(timeout)\n    ^^^^\nboom", "boom"},
      {"    raise Timeout()\nKeyError: x", "key error , x"},
      {"    raise Timeout()", "raise timeout"},
      {"boom\n#0 /srv/timeout.php(3): f()", "boom"},
      {"boom\n 1: 0xb09c10 node::Timeout() [node]", "boom"},
      {"boom\n    at async /srv/timeout.js:3:9", "boom"},
      {"it happened at least 5 times", "it happened at least #5 times"},
      {"at line 3, column 5", "at line #3 , column #5"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Shown(row.text), row.tokens) << row.text;
  }
}

TEST(ErrorTokensTest, QuotedNamesAreSkippedAsOne) {
  const std::vector<Token> tokens = Read("model 'phi 3 mini' not found");
  ASSERT_EQ(tokens.size(), 6u);
  EXPECT_EQ(tokens[0].next, 1u);
  EXPECT_EQ(tokens[1].next, 4u);
  EXPECT_EQ(tokens[4].next, 5u);
}

TEST(ErrorTokensTest, LongPartsKeepBothEnds) {
  const std::string text =
      absl::StrCat("head ", std::string(kMaxPartBytes, ' '),
                   std::string(kMaxPartBytes, 'x'), " tail");
  const std::vector<Token> tokens = Read(text);
  EXPECT_EQ(tokens.front().raw, "head");
  EXPECT_EQ(tokens.back().raw, "tail");
}

TEST(ErrorTokensTest, CausesCountByTheirPlace) {
  Failure failure;
  failure.exception_type = "Outer";
  failure.message = "wrapped";
  failure.causes = {
      {"", "one"}, {"", "two"}, {"", "three"}, {"", "four"}, {"", "five"}};
  std::vector<Token> tokens;
  ReadTokens(failure, Words(), &tokens);
  std::vector<std::string> shown;
  for (const Token& token : tokens) {
    shown.push_back(absl::StrCat(token.raw, token.percent));
  }
  EXPECT_EQ(absl::StrJoin(shown, " "),
            "Outer95 wrapped75 one90 two90 four90 five140");
}

// What could be quadratic in a careless reader.
TEST(ErrorTokensTest, HostileTextsAreRead) {
  for (const char* piece : {"\"", "'", "\\\"", "`'\"", "a.b.", "a::", "\\n",
                            "caused by ", "\x80", "\xE2\x80", "(", "https://",
                            "/a", "-", "=", "x=", "\"a\":", "1-", "#1 "}) {
    std::string text;
    while (text.size() < kMaxPartBytes) text += piece;
    EXPECT_LE(Read(text).size(), kMaxPartBytes) << piece;
  }
}

TEST(StackFramesTest, PythonFramesAreTold) {
  EXPECT_TRUE(IsPythonFrame("File \"a.py\", line 1, in f"));
  EXPECT_FALSE(IsPythonFrame("File not found"));
}

}  // namespace
}  // namespace recourse

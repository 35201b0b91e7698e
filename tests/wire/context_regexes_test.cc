// What the regexes that callers bring may cost.

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/wire/context.h"
#include "server/wire/errors.h"
#include "tests/wire/text_proto.h"

namespace recourse {
namespace {

using ::testing::HasSubstr;

using SharedContext = std::shared_ptr<const v1::RecoveryContext>;

SharedContext Context(const std::string& steps) {
  return std::make_shared<const v1::RecoveryContext>(
      FromText<v1::RecoveryContext>(
          absl::StrCat("error { message: 'x' } ", steps)));
}

std::string Correction(const std::string& rewrite) {
  return absl::StrCat("caller_steps { error_correction { rewrites { ", rewrite,
                      " } } }");
}

// A context whose regexes all are `regex`.
SharedContext WithRegexes(const std::string& regex, int count) {
  std::string rewrite = absl::StrCat("replacement: 'y' pattern: '", regex, "'");
  for (int i = 1; i < count; ++i) {
    absl::StrAppend(&rewrite, " ", i % 2 == 0 ? "only_if" : "unless",
                    "_text_matches: '", regex, "'");
  }
  return Context(Correction(rewrite));
}

TEST(BringsRegexesTest, TellsWhatWillBeCompiled) {
  struct Row {
    std::string steps;
    bool brings;
  };
  const Row rows[] = {
      {"", false},
      {"caller_steps { retry {} }", false},
      {"caller_steps { error_correction {} }", false},
      {Correction("fixer: FIXER_JSON_REPAIR"), false},
      {Correction("fixer: FIXER_JSON_REPAIR pattern: 'a'"), true},
      {Correction("fixer: FIXER_JSON_REPAIR only_if_text_matches: 'a'"), true},
      {Correction("replacement: 'b' pattern: 'a'"), true},
      {"caller_steps { error_correction { must_match_after: 'a' } }", true},
      {"caller_steps { error_correction { must_not_match_after: 'a' } }", true},
      {"caller_steps { retry {} } " + Correction("prepend: 'b' pattern: '^a'"),
       true},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(BringsRegexes(*Context(row.steps)), row.brings) << row.steps;
  }
}

TEST(RegexAllowanceTest, TheContextsOfABatchShareOne) {
  // ".{900}" takes 7,204 instructions: 12 of them nearly all that one context
  // may have.
  const SharedContext large = WithRegexes(".{900}", 12);
  ASSERT_EQ(ParseContext(large).status(), absl::OkStatus());
  RegexAllowance batch;
  int taken = 0;
  while (taken < 100 && ParseContext(large, &batch).ok()) ++taken;
  EXPECT_EQ(taken, 5) << "the fifth begins before 400,000 are reached";
  for (const SharedContext& late : {large, WithRegexes("a", 1)}) {
    const absl::Status refused = ParseContext(late, &batch).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(ReasonOf(refused), reason::kRegexTooLarge);
    EXPECT_THAT(std::string(refused.message()),
                AllOf(HasSubstr("400000"), HasSubstr("another batch")));
  }
  for (const std::string& without :
       {std::string(), std::string("caller_steps { retry {} }"),
        Correction("fixer: FIXER_JSON_REPAIR")}) {
    EXPECT_EQ(ParseContext(Context(without), &batch).status(),
              absl::OkStatus());
  }
  // What is wrong in itself is told as such.
  EXPECT_EQ(ReasonOf(ParseContext(Context("namespace: 'Not one' " +
                                          Correction("pattern: 'a'")),
                                  &batch)
                         .status()),
            reason::kInvalidField);
}

TEST(RegexAllowanceTest, WhatDoesNotCompileIsChargedToo) {
  struct Row {
    std::string regex;
    const char* reason;
    int max_tries;
  };
  const Row rows[] = {
      {".{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}"
       ".{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}",
       "REGEX_TOO_LARGE", 40},
      {"(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "INVALID_REGEX", 100'000},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.regex);
    const SharedContext bad = WithRegexes(row.regex, 1);
    RegexAllowance batch;
    absl::Status status = ParseContext(bad, &batch).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), row.reason);
    int tries = 0;
    while (status.code() == absl::StatusCode::kInvalidArgument &&
           tries < row.max_tries) {
      status = ParseContext(bad, &batch).status();
      ++tries;
    }
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << tries;
  }
}

}  // namespace
}  // namespace recourse

// Tables of errors and what the classifier's tables of codes and words are to
// make of them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/match/classifier.h"
#include "server/match/retry_after.h"
#include "server/match/table_verdict.h"

namespace recourse {

inline const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

inline Failure NewFailure(const std::string& message,
                          const std::string& type = "", int http_status = 0) {
  Failure failure;
  failure.message = message;
  failure.exception_type = type;
  failure.http_status = http_status;
  failure.text = MatchText(failure);
  return failure;
}

struct Case {
  const char* message;
  const char* type;
  int http_status;
  Category category;
  Strategy strategy;
};

// Each error gets its category and strategy by the tables alone.
inline void ExpectAll(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const Failure failure = NewFailure(c.message, c.type, c.http_status);
    const auto retry_after = FindRetryAfter(failure, kNow);
    std::vector<Token> tokens;
    const Verdict got = ReadTables(failure, retry_after, &tokens);
    const std::string where = absl::StrCat(c.message, " (", c.type, " ",
                                           c.http_status, "): ", got.evidence);
    EXPECT_EQ(Name(got.category), Name(c.category)) << where;
    EXPECT_EQ(Name(MoveOf(got, retry_after)), Name(c.strategy)) << where;
  }
}

inline constexpr Strategy kRetry = Strategy::kRetry;
inline constexpr Strategy kEscalate = Strategy::kEscalation;
inline constexpr Strategy kCorrect = Strategy::kErrorCorrection;
inline constexpr Strategy kDegrade = Strategy::kGracefulDegradation;
inline constexpr Strategy kSwitch = Strategy::kAlternativePath;

}  // namespace recourse

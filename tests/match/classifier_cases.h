// Tables of errors and what the classifier is to make of them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/match/classifier.h"

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

// Each error, without a pattern, gets its category and strategy, and is
// retryable exactly with RETRY.
inline void ExpectAll(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const Classification got =
        Classify(NewFailure(c.message, c.type, c.http_status), nullptr, kNow);
    const std::string where = absl::StrCat(c.message, " (", c.type, " ",
                                           c.http_status, "): ", got.evidence);
    EXPECT_EQ(Name(got.category), Name(c.category)) << where;
    EXPECT_EQ(Name(got.recommended_strategy), Name(c.strategy)) << where;
    EXPECT_EQ(got.retryable, got.recommended_strategy == Strategy::kRetry)
        << where;
  }
}

inline constexpr Strategy kRetry = Strategy::kRetry;
inline constexpr Strategy kEscalate = Strategy::kEscalation;
inline constexpr Strategy kCorrect = Strategy::kErrorCorrection;
inline constexpr Strategy kDegrade = Strategy::kGracefulDegradation;
inline constexpr Strategy kSwitch = Strategy::kAlternativePath;

}  // namespace recourse

// Patterns for tests, and rows of what must be refused.
#pragma once

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/wire/errors.h"
#include "server/wire/pattern.h"
#include "tests/wire/text_proto.h"

namespace recourse {

inline constexpr char kGood[] =
    R"pb(
  pattern_id: 'p' error_type: ERROR_TYPE_NETWORK regex_pattern: 'x'
    )pb";

inline v1::ErrorPattern Message(const std::string& more = "") {
  auto message = FromText<v1::ErrorPattern>(kGood);
  MergeText(more, message);
  return message;
}

struct BadRow {
  std::string text;  // Merged into a good pattern.
  const char* field;
  const char* message = "";
  const char* reason = "INVALID_FIELD";
};

inline void ExpectRefused(const BadRow& row) {
  SCOPED_TRACE(row.text.substr(0, 200));
  const absl::Status status =
      ParsePattern(Message(row.text), Origin::kUser).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FieldOf(status), row.field);
  EXPECT_EQ(ReasonOf(status), row.reason);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr(row.message));
}

inline std::string Quoted(int length) {
  return "'" + std::string(length, 'a') + "'";
}

}  // namespace recourse

#include "server/strategy/state_edit.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/state_edit_cases.h"
#include "tests/strategy/situation.h"

namespace recourse {
namespace {

using ::testing::ElementsAreArray;

std::string Repeat(const std::string& text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string EscapePathPart(absl::string_view part) {
  std::string escaped;
  for (const char c : part) {
    if (c == '.' || c == '\\') escaped.push_back('\\');
    escaped.push_back(c);
  }
  return escaped;
}

TEST(ParsePathTest, GoodRows) {
  const struct {
    std::string path;
    std::vector<std::string> parts;
  } kRows[] = {
      {"a", {"a"}},
      {"options.stops.0", {"options", "stops", "0"}},
      {"a\\.b.c", {"a.b", "c"}},
      {"a\\\\b", {"a\\b"}},
      {"\\a", {"a"}},
      {"\\.", {"."}},
      {"schlüssel.ключ", {"schlüssel", "ключ"}},
      {" a .b", {" a ", "b"}},
      {std::string(kMaxPathBytes, 'x'), {std::string(kMaxPathBytes, 'x')}},
      {"a" + Repeat(".a", kMaxPathParts - 1),
       std::vector<std::string>(kMaxPathParts, "a")},
  };
  for (const auto& row : kRows) {
    const auto parts = ParsePath(row.path);
    ASSERT_TRUE(parts.ok()) << row.path << ": " << parts.status();
    EXPECT_THAT(*parts, ElementsAreArray(row.parts)) << row.path;
    std::string joined;
    for (const std::string& part : *parts) {
      joined += (joined.empty() ? "" : ".") + EscapePathPart(part);
    }
    const auto again = ParsePath(joined);
    ASSERT_TRUE(again.ok()) << joined;
    EXPECT_EQ(*again, *parts);
  }
}

TEST(ParsePathTest, BadRows) {
  const struct {
    std::string path;
    const char* error;
  } kRows[] = {
      {"", "is empty"},
      {".", "empty part"},
      {"a.", "empty part"},
      {".a", "empty part"},
      {"a..b", "empty part"},
      {"a\\", "ends in a backslash"},
      {"a.\\", "ends in a backslash"},
      {std::string(kMaxPathBytes + 1, 'x'), "longer than 512 bytes"},
      {"a" + Repeat(".a", kMaxPathParts), "more than 30 parts"},
  };
  for (const auto& row : kRows) {
    const auto parts = ParsePath(row.path);
    EXPECT_EQ(parts.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(parts.status().message()),
                ::testing::HasSubstr(row.error))
        << row.path;
  }
}

TEST(FindValueTest, Table) {
  const JsonObject state =
      Json(R"({"a": {"b.c": [10, {"d": "x"}], "0": "zero"}, "n": null})");
  const struct {
    const char* path;
    std::string found;  // As text; empty: none.
  } kRows[] = {
      {"a.b\\.c.0", "10"},
      {"a.b\\.c.1.d", "\"x\""},
      {"a.0", "\"zero\""},
      {"n", "null"},
      {"a.b\\.c.2", ""},
      {"a.b\\.c.00", ""},
      {"a.b\\.c.-1", ""},
      {"a.b\\.c.+1", ""},
      {"a.b\\.c.1x", ""},
      {"a.b", ""},
      {"n.x", ""},
      {"missing", ""},
      {"a..b", ""},
      {"", ""},
      {"a.b\\.c.4294967296", ""},
  };
  for (const auto& row : kRows) {
    const JsonValue* value = FindValue(state, row.path);
    std::string text;
    if (value != nullptr) {
      ASSERT_TRUE(
          google::protobuf::util::MessageToJsonString(*value, &text).ok());
    }
    EXPECT_EQ(text, row.found) << row.path;
  }
}

StateEdit ToEdit(const StateEditCase& row) {
  JsonValue argument;
  if (!row.argument.empty()) {
    EXPECT_TRUE(
        google::protobuf::util::JsonStringToMessage(row.argument, &argument)
            .ok());
  }
  const double number = argument.number_value();
  switch (row.operation) {
    case StateEditCase::kSet:
      return {row.path, SetEdit{argument}};
    case StateEditCase::kCap:
      return {row.path, CapEdit{number}};
    case StateEditCase::kTruncate:
      return {row.path, TruncateEdit{static_cast<uint32_t>(number)}};
    case StateEditCase::kRemove:
      break;
  }
  return {row.path, RemoveEdit{}};
}

TEST(ApplyEditTest, Table) {
  for (const StateEditCase& row : StateEditCases()) {
    SCOPED_TRACE(absl::StrCat(row.path, ", ", row.name));
    JsonObject state = Json(row.before);
    const bool changed = ApplyEdit(ToEdit(row), state);
    EXPECT_EQ(changed, !row.after.empty());
    EXPECT_TRUE(Same(state, Json(changed ? row.after : row.before)))
        << ToText(state);
  }
}

}  // namespace
}  // namespace recourse

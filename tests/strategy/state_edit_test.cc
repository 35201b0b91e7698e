#include "server/strategy/state_edit.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/strategy/situation.h"

namespace recourse {
namespace {

using ::testing::ElementsAreArray;

std::string Repeat(const std::string& text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
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

struct EditRow {
  const char* name;
  const char* before;
  StateEdit edit;
  const char* after;  // Null: unchanged.
};

void Check(const EditRow& row) {
  JsonObject state = Json(row.before);
  const bool changed = ApplyEdit(row.edit, state);
  EXPECT_EQ(changed, row.after != nullptr) << row.name;
  EXPECT_TRUE(Same(state, Json(row.after ? row.after : row.before)))
      << row.name << ": " << ToText(state);
}

TEST(ApplyEditTest, Set) {
  const SetEdit seven{JsonNumber(7)};
  const EditRow kRows[] = {
      {"new field", "{}", {"a", seven}, R"({"a": 7})"},
      {"other type", R"({"a": "x"})", {"a", seven}, R"({"a": 7})"},
      {"over null", R"({"a": null})", {"a", seven}, R"({"a": 7})"},
      {"same value", R"({"a": 7})", {"a", seven}, nullptr},
      {"makes objects", "{}", {"a.b.c", seven}, R"({"a": {"b": {"c": 7}}})"},
      {"beside others",
       R"({"a": {"x": 1}})",
       {"a.b", seven},
       R"({"a": {"x": 1, "b": 7}})"},
      {"list item", R"({"a": [1, 2]})", {"a.1", seven}, R"({"a": [1, 7]})"},
      {"in a list item",
       R"({"a": [{}]})",
       {"a.0.b.c", seven},
       R"({"a": [{"b": {"c": 7}}]})"},
      {"never a list item", R"({"a": [1]})", {"a.1", seven}, nullptr},
      {"nothing below a number", R"({"a": 1})", {"a.b", seven}, nullptr},
      {"nothing below null", R"({"a": null})", {"a.b", seven}, nullptr},
      {"numbers are names too", "{}", {"a.0", seven}, R"({"a": {"0": 7}})"},
      {"bad path", "{}", {"a..b", seven}, nullptr},
  };
  for (const EditRow& row : kRows) Check(row);
}

TEST(ApplyEditTest, SetKeepsTheDepthLimit) {
  const std::string deep = "a" + Repeat(".a", kMaxPathParts - 1);
  JsonObject state;
  JsonValue object;
  object.mutable_struct_value();
  EXPECT_FALSE(ApplyEdit({deep, SetEdit{object}}, state));
  EXPECT_EQ(state.fields_size(), 0);
  EXPECT_TRUE(ApplyEdit({deep, SetEdit{JsonNumber(1)}}, state));
  JsonValue list_in_list;
  list_in_list.mutable_list_value()->add_values()->mutable_list_value();
  const std::string two_less = "b" + Repeat(".a", kMaxPathParts - 3);
  EXPECT_TRUE(ApplyEdit({two_less, SetEdit{list_in_list}}, state));
  EXPECT_FALSE(ApplyEdit({two_less + ".a", SetEdit{list_in_list}}, state));
}

TEST(ApplyEditTest, Cap) {
  const EditRow kRows[] = {
      {"larger", R"({"a": 10})", {"a", CapEdit{4.5}}, R"({"a": 4.5})"},
      {"equal", R"({"a": 4})", {"a", CapEdit{4}}, nullptr},
      {"smaller", R"({"a": -4})", {"a", CapEdit{4}}, nullptr},
      {"text", R"({"a": "10"})", {"a", CapEdit{4}}, nullptr},
      {"missing", "{}", {"a.b", CapEdit{4}}, nullptr},
      {"in a list",
       R"({"a": [[9]]})",
       {"a.0.0", CapEdit{4}},
       R"({"a": [[4]]})"},
  };
  for (const EditRow& row : kRows) Check(row);
}

TEST(ApplyEditTest, Truncate) {
  const EditRow kRows[] = {
      {"text", R"({"a": "hello"})", {"a", TruncateEdit{3}}, R"({"a": "hel"})"},
      {"to nothing",
       R"({"a": "hello"})",
       {"a", TruncateEdit{0}},
       R"({"a": ""})"},
      {"just fits", R"({"a": "hello"})", {"a", TruncateEdit{5}}, nullptr},
      {"code points, not bytes",
       R"({"a": "äöü€😀x"})",
       {"a", TruncateEdit{5}},
       R"({"a": "äöü€😀"})"},
      {"code points that fit",
       R"({"a": "äöü"})",
       {"a", TruncateEdit{3}},
       nullptr},
      {"list",
       R"({"a": [1, 2, 3]})",
       {"a", TruncateEdit{2}},
       R"({"a": [1, 2]})"},
      {"list that fits",
       R"({"a": [1]})",
       {"a", TruncateEdit{4000000000u}},
       nullptr},
      {"number", R"({"a": 123})", {"a", TruncateEdit{1}}, nullptr},
      {"object", R"({"a": {"b": 1}})", {"a", TruncateEdit{0}}, nullptr},
      {"missing", "{}", {"a", TruncateEdit{1}}, nullptr},
  };
  for (const EditRow& row : kRows) Check(row);
}

TEST(ApplyEditTest, Remove) {
  const EditRow kRows[] = {
      {"field", R"({"a": 1, "b": 2})", {"a", RemoveEdit{}}, R"({"b": 2})"},
      {"inner field",
       R"({"a": {"b": 1}})",
       {"a.b", RemoveEdit{}},
       R"({"a": {}})"},
      {"list item",
       R"({"a": [1, 2, 3]})",
       {"a.1", RemoveEdit{}},
       R"({"a": [1, 3]})"},
      {"past the list", R"({"a": [1]})", {"a.1", RemoveEdit{}}, nullptr},
      {"missing", R"({"a": 1})", {"b", RemoveEdit{}}, nullptr},
      {"missing parent", R"({"a": 1})", {"b.c", RemoveEdit{}}, nullptr},
      {"below a number", R"({"a": 1})", {"a.b", RemoveEdit{}}, nullptr},
  };
  for (const EditRow& row : kRows) Check(row);
}

}  // namespace
}  // namespace recourse

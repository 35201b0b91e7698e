#include "client/cpp/state_edits.h"

#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/client/scripted_server.h"

namespace recourse {
namespace {

google::protobuf::Struct Json(const std::string& text) {
  google::protobuf::Struct result;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text, &result).ok())
      << text;
  return result;
}

TEST(ApplyEdits, DoesWhatTheProtoSays) {
  const struct {
    const char* before;
    const char* edit;
    const char* after;
  } kCases[] = {
      {R"({"a":1})", "path: 'a' set { number_value: 2 }", R"({"a":2})"},
      {R"({})", "path: 'o.p.q' set { bool_value: true }",
       R"({"o":{"p":{"q":true}}})"},
      {R"({"l":[1,2]})", "path: 'l.1' set { number_value: 9 }",
       R"({"l":[1,9]})"},
      {R"({"l":[1]})", "path: 'l.1' set { number_value: 9 }", R"({"l":[1]})"},
      {R"({"a":"x"})", "path: 'a.b' set { number_value: 9 }", R"({"a":"x"})"},
      {R"({"a.b":1})", R"(path: "a\\.b" set { number_value: 2 })",
       R"({"a.b":2})"},
      {R"({"n":10})", "path: 'n' cap: 4", R"({"n":4})"},
      {R"({"n":3})", "path: 'n' cap: 4", R"({"n":3})"},
      {R"({"n":"10"})", "path: 'n' cap: 4", R"({"n":"10"})"},
      {R"({})", "path: 'n' cap: 4", R"({})"},
      {R"({"t":"añb"})", "path: 't' truncate: 2", R"({"t":"añ"})"},
      {R"({"t":"ab"})", "path: 't' truncate: 5", R"({"t":"ab"})"},
      {R"({"l":[1,2,3]})", "path: 'l' truncate: 1", R"({"l":[1]})"},
      {R"({"l":[1,2,3]})", "path: 'l.1' remove: true", R"({"l":[1,3]})"},
      {R"({"a":{"b":1,"c":2}})", "path: 'a.b' remove: true",
       R"({"a":{"c":2}})"},
      {R"({"a":1})", "path: 'x.y' remove: true", R"({"a":1})"},
      {R"({"a":1})", "path: 'a' remove: false", R"({"a":1})"},
      {R"({"a":1})", "path: '' set { number_value: 2 }", R"({"a":1})"},
      {R"({"a":1})", "path: 'b.' set { number_value: 2 }", R"({"a":1})"},
      {R"({"a":1})", R"(path: "b\\" set { number_value: 2 })", R"({"a":1})"},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.edit);
    google::protobuf::Struct state = Json(test.before);
    google::protobuf::RepeatedPtrField<v1::StateEdit> edits;
    *edits.Add() = FromText<v1::StateEdit>(test.edit);
    ApplyEdits(edits, state);
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(
        state, Json(test.after)))
        << state.DebugString();
  }
}

}  // namespace
}  // namespace recourse

#include "client/cpp/state_edits.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/state_edit_cases.h"

namespace recourse {
namespace {

template <typename Message>
Message FromJson(const std::string& text) {
  Message result;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text, &result).ok())
      << text;
  return result;
}

google::protobuf::Struct Json(const std::string& text) {
  return FromJson<google::protobuf::Struct>(text);
}

v1::StateEdit ToEdit(const StateEditCase& row) {
  v1::StateEdit edit;
  edit.set_path(row.path);
  if (row.operation == StateEditCase::kRemove) {
    edit.set_remove(true);
    return edit;
  }
  const auto argument = FromJson<google::protobuf::Value>(row.argument);
  switch (row.operation) {
    case StateEditCase::kCap:
      edit.set_cap(argument.number_value());
      break;
    case StateEditCase::kTruncate:
      edit.set_truncate(static_cast<uint32_t>(argument.number_value()));
      break;
    default:
      *edit.mutable_set() = argument;
  }
  return edit;
}

void Check(const std::string& before, const v1::StateEdit& edit,
           const std::string& after) {
  google::protobuf::Struct state = Json(before);
  google::protobuf::RepeatedPtrField<v1::StateEdit> edits;
  *edits.Add() = edit;
  ApplyEdits(edits, state);
  EXPECT_TRUE(
      google::protobuf::util::MessageDifferencer::Equals(state, Json(after)))
      << state.DebugString();
}

TEST(ApplyEdits, AgreesWithTheServer) {
  for (const StateEditCase& row : StateEditCases()) {
    SCOPED_TRACE(absl::StrCat(row.path, ", ", row.name));
    Check(row.before, ToEdit(row), row.after.empty() ? row.before : row.after);
  }
}

TEST(ApplyEdits, SkipsWhatSaysNothing) {
  v1::StateEdit edit;
  edit.set_path("a");
  Check(R"({"a": 1})", edit, R"({"a": 1})");
  edit.set_remove(false);
  Check(R"({"a": 1})", edit, R"({"a": 1})");
}

}  // namespace
}  // namespace recourse

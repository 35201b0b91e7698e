// What the tests of the strategies start from.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "server/strategy/strategy.h"

namespace recourse {

inline JsonObject Json(absl::string_view text) {
  JsonObject object;
  const auto status =
      google::protobuf::util::JsonStringToMessage(std::string(text), &object);
  EXPECT_TRUE(status.ok()) << text;
  return object;
}

inline JsonValue JsonString(const std::string& text) {
  JsonValue value;
  value.set_string_value(text);
  return value;
}

inline JsonValue JsonNumber(double number) {
  JsonValue value;
  value.set_number_value(number);
  return value;
}

inline std::string ToText(const JsonObject& object) {
  std::string text;
  const auto status =
      google::protobuf::util::MessageToJsonString(object, &text);
  EXPECT_TRUE(status.ok());
  return text;
}

inline bool Same(const JsonObject& a, const JsonObject& b) {
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

// Owns what a StepContext borrows; set what a row is about, then ask.
struct Situation {
  Failure failure;
  Classification classification;
  Progress progress;
  int granted = 0;
  std::optional<TraceReason> rerun_refused;
  const RE2* error_regex = nullptr;
  uint64_t seed = 1;
  const std::function<bool(absl::string_view)>* is_open = nullptr;

  StepAnswer Ask(const Step& step) const {
    return Decide(step, StepContext{failure, classification, progress, granted,
                                    rerun_refused, error_regex, seed, is_open});
  }

  void SetState(absl::string_view json) {
    failure.state = std::make_shared<const JsonObject>(Json(json));
  }
};

// The action of type T in `answer`; fails the test when it is another.
template <typename T>
T ActionIn(const StepAnswer& answer) {
  const auto* action = std::get_if<Action>(&answer);
  const T* own = action == nullptr ? nullptr : std::get_if<T>(action);
  if (own != nullptr) return *own;
  const auto* exhausted = std::get_if<Exhausted>(&answer);
  ADD_FAILURE() << "not this action; exhausted: "
                << (exhausted == nullptr ? "no" : exhausted->text);
  return T();
}

// Why the step is exhausted; kUnspecified when it is not.
inline TraceReason ReasonIn(const StepAnswer& answer) {
  const auto* exhausted = std::get_if<Exhausted>(&answer);
  return exhausted == nullptr ? TraceReason::kUnspecified : exhausted->reason;
}

}  // namespace recourse

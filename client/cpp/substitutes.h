// Which values of an operation are answers, and what stands in for one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/struct.pb.h"
#include "recourse/v1/incidents.pb.h"

namespace recourse {

// True for the status of an operation that a person told to skip.
bool IsSkipped(const absl::Status& status);

// The error of a value that is none, for Substitutes::validate: Recourse sees
// it as of type recourse.InvalidValue, which patterns can name.
absl::Status InvalidValueError(absl::string_view why);

// Readers of a fallback value, for the types that JSON has. INVALID_ARGUMENT:
// the value is of another kind.
absl::StatusOr<std::string> StringFrom(const google::protobuf::Value& value);
absl::StatusOr<double> NumberFrom(const google::protobuf::Value& value);
absl::StatusOr<bool> BoolFrom(const google::protobuf::Value& value);

template <typename T>
std::function<absl::StatusOr<T>(const google::protobuf::Value&)>
DefaultValueReader() {
  if constexpr (std::is_same_v<T, std::string>) return StringFrom;
  if constexpr (std::is_same_v<T, double>) return NumberFrom;
  if constexpr (std::is_same_v<T, bool>) return BoolFrom;
  if constexpr (std::is_same_v<T, google::protobuf::Value>) {
    return [](const google::protobuf::Value& value) { return value; };
  }
  return nullptr;
}

// Which values of type T are answers, and how they can come from elsewhere than
// the operation. Functions are called where those of RunOptions are.
template <typename T>
struct Substitutes {
  // Looks at each value that the operation gives. Not OK: the attempt failed
  // with this error, and the value is never returned. What stands in is not
  // looked at. Default: every value is good.
  std::function<absl::Status(const T&)> validate = {};
  // Turns a fallback value (RECOVERED) into an answer. Default: for
  // std::string, double, bool and google::protobuf::Value; without one, or when
  // it fails, the operation's error comes back.
  std::function<absl::StatusOr<T>(const google::protobuf::Value&)> from_value =
      DefaultValueReader<T>();
  // The answer after a person said to skip the operation. Default: a NOT_FOUND
  // for which IsSkipped is true.
  std::function<absl::StatusOr<T>(const v1::Resolution&)> on_skip = {};

  // What an attempt gave, where it is good; else why it is not.
  absl::StatusOr<T> Checked(absl::StatusOr<T> given) const {
    if (!validate || !given.ok()) return given;
    if (absl::Status refused = validate(*given); !refused.ok()) return refused;
    return given;
  }

  absl::StatusOr<T> StandIn(const google::protobuf::Value& value) const {
    if (from_value) return from_value(value);
    return absl::UnimplementedError("a fallback value cannot be read");
  }
};

}  // namespace recourse

// What Run does unless it is told otherwise.
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "client/cpp/durations.h"
#include "client/cpp/run_options.h"
#include "client/cpp/status_details.h"
#include "client/cpp/substitutes.h"

namespace recourse {
namespace {

using google::protobuf::Value;

constexpr char kInvalidValueUrl[] = "recourse/invalid-value";

absl::Status WrongKind(absl::string_view wanted) {
  return absl::InvalidArgumentError(
      absl::StrCat("the fallback value is not a ", wanted));
}

}  // namespace

bool Attempt::Enabled(absl::string_view feature) const {
  for (const std::string& disabled : disabled_features) {
    if (disabled == feature) return false;
  }
  return true;
}

std::string Attempt::Parameter(const std::string& name,
                               const std::string& fallback) const {
  if (alternative == nullptr) return fallback;
  const auto it = alternative->parameters().find(name);
  return it == alternative->parameters().end() ? fallback : it->second;
}

absl::Status InvalidValueError(absl::string_view why) {
  absl::Status status = absl::UnknownError(absl::StrCat("InvalidValue: ", why));
  status.SetPayload(kInvalidValueUrl, absl::Cord());
  return status;
}

v1::ErrorDetails DefaultErrorDetails(const absl::Status& error) {
  v1::ErrorDetails details;
  details.set_message(std::string(error.message()));
  if (error.GetPayload(kInvalidValueUrl).has_value()) {
    details.set_exception_type("recourse.InvalidValue");
    return details;
  }
  details.set_grpc_code(absl::StatusCodeToString(error.code()));
  if (const auto delay = ErrorRetryDelay(error); delay.has_value()) {
    *details.mutable_retry_after() = ToProtoDuration(*delay);
  }
  return details;
}

absl::StatusOr<std::string> StringFrom(const Value& value) {
  if (value.kind_case() != Value::kStringValue) return WrongKind("string");
  return value.string_value();
}

absl::StatusOr<double> NumberFrom(const Value& value) {
  if (value.kind_case() != Value::kNumberValue) return WrongKind("number");
  return value.number_value();
}

absl::StatusOr<bool> BoolFrom(const Value& value) {
  if (value.kind_case() != Value::kBoolValue) return WrongKind("boolean");
  return value.bool_value();
}

}  // namespace recourse

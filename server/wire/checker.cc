#include "server/wire/checker.h"

#include <algorithm>

#include "server/wire/times.h"

namespace recourse {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

// What is wrong with a JSON value; null: nothing.
const char* JsonFault(const Struct& object);

const char* JsonFault(const Value& value) {
  switch (value.kind_case()) {
    case Value::KIND_NOT_SET:
      return "a JSON value must be of some kind";
    case Value::kNumberValue:
      return std::isfinite(value.number_value())
                 ? nullptr
                 : "JSON has no NaN and no infinite number";
    case Value::kStructValue:
      return JsonFault(value.struct_value());
    case Value::kListValue:
      for (const Value& item : value.list_value().values()) {
        if (const char* fault = JsonFault(item)) return fault;
      }
      return nullptr;
    default:
      return nullptr;
  }
}

const char* JsonFault(const Struct& object) {
  for (const auto& [name, value] : object.fields()) {
    if (const char* fault = JsonFault(value)) return fault;
  }
  return nullptr;
}

// google.protobuf.Duration's own rules.
bool IsValid(const google::protobuf::Duration& value) {
  const int64_t max_seconds = absl::ToInt64Seconds(kMaxDuration);
  const int64_t seconds = value.seconds();
  const int32_t nanos = value.nanos();
  if (seconds < -max_seconds || seconds > max_seconds) return false;
  if (nanos < -999'999'999 || nanos > 999'999'999) return false;
  return (seconds <= 0 || nanos >= 0) && (seconds >= 0 || nanos <= 0);
}

std::string Bytes(size_t bytes) { return absl::StrCat(bytes, " bytes"); }

}  // namespace

size_t JsonDepth(const Value& value) {
  if (value.has_struct_value()) return JsonDepth(value.struct_value());
  if (!value.has_list_value()) return 0;
  size_t deepest = 0;
  for (const Value& item : value.list_value().values()) {
    deepest = std::max(deepest, JsonDepth(item));
  }
  return deepest + 1;
}

size_t JsonDepth(const Struct& object) {
  size_t deepest = 0;
  for (const auto& [name, value] : object.fields()) {
    deepest = std::max(deepest, JsonDepth(value));
  }
  return deepest + 1;
}

std::string Checker::PathOf(absl::string_view field, int index) const {
  std::string path =
      parent_ == nullptr ? std::string() : parent_->PathOf(name_, index_);
  if (field.empty()) return path;
  absl::StrAppend(&path, path.empty() ? "" : ".", field);
  if (index >= 0) absl::StrAppend(&path, "[", index, "]");
  return path;
}

void Checker::Fail(absl::string_view field, absl::string_view message,
                   absl::string_view reason) {
  FailItem(field, -1, message, reason);
}

void Checker::FailItem(absl::string_view field, int index,
                       absl::string_view message, absl::string_view reason) {
  if (ok())
    root().status_ = InvalidField(PathOf(field, index), message, reason);
}

void Checker::Text(absl::string_view field, absl::string_view value,
                   size_t max_bytes) {
  if (value.size() <= max_bytes) return;
  Fail(field,
       absl::StrCat("is ", Bytes(value.size()), " long, at most ", max_bytes));
}

void Checker::RequiredText(absl::string_view field, absl::string_view value,
                           size_t max_bytes) {
  if (value.empty()) Fail(field, "is required");
  Text(field, value, max_bytes);
}

void Checker::Count(absl::string_view field, size_t count, size_t max) {
  if (count <= max) return;
  Fail(field, absl::StrCat("has ", count, " items, at most ", max));
}

void Checker::Texts(absl::string_view field, const TextList& values,
                    size_t max_count, size_t max_bytes) {
  Count(field, values.size(), max_count);
  for (int i = 0; ok() && i < values.size(); ++i) {
    if (values[i].empty()) FailItem(field, i, "must not be empty");
    if (values[i].size() > max_bytes) {
      FailItem(field, i,
               absl::StrCat("is ", Bytes(values[i].size()), " long, at most ",
                            max_bytes));
    }
  }
}

void Checker::Labels(absl::string_view field, const TextMap& values,
                     size_t max_count, size_t max_key_bytes,
                     size_t max_value_bytes) {
  Count(field, values.size(), max_count);
  for (const auto& [key, value] : values) {
    if (key.empty()) Fail(field, "a key must not be empty");
    if (key.size() > max_key_bytes) {
      Fail(field, absl::StrCat("a key is ", Bytes(key.size()),
                               " long, at most ", max_key_bytes));
    }
    if (value.size() > max_value_bytes) {
      Fail(field, absl::StrCat("a value is ", Bytes(value.size()),
                               " long, at most ", max_value_bytes));
    }
  }
}

void Checker::Number(absl::string_view field, double value, double min,
                     double max) {
  if (value >= min && value <= max) return;
  if (std::isinf(max)) {
    Fail(field, std::isinf(value) || std::isnan(value)
                    ? absl::StrCat("must be a finite number, is ", value)
                    : absl::StrCat("must be at least ", min, ", is ", value));
    return;
  }
  Fail(field,
       absl::StrCat("must be between ", min, " and ", max, ", is ", value));
}

absl::Duration Checker::Duration(absl::string_view field,
                                 const google::protobuf::Duration& value,
                                 absl::Duration min, absl::Duration max) {
  if (!IsValid(value)) {
    Fail(field, "is not a valid duration");
    return absl::ZeroDuration();
  }
  const absl::Duration duration = FromMessage(value);
  if (duration >= min && duration <= max) return duration;
  const std::string is = absl::StrCat(", is ", absl::FormatDuration(duration));
  Fail(field,
       max == absl::InfiniteDuration()
           ? absl::StrCat("must be at least ", absl::FormatDuration(min), is)
           : absl::StrCat("must be between ", absl::FormatDuration(min),
                          " and ", absl::FormatDuration(max), is));
  return absl::ZeroDuration();
}

void Checker::JsonLimits(absl::string_view field, size_t depth,
                         size_t max_depth, size_t bytes, size_t max_bytes) {
  if (depth > max_depth) {
    Fail(field, absl::StrCat("is ", depth, " levels deep, at most ", max_depth),
         reason::kTooDeep);
  }
  if (bytes > max_bytes) {
    Fail(field, absl::StrCat("is ", Bytes(bytes), " long, at most ", max_bytes),
         reason::kMessageTooLarge);
  }
}

void Checker::Json(absl::string_view field, const Struct& object,
                   size_t max_depth, size_t max_bytes) {
  JsonLimits(field, JsonDepth(object), max_depth, object.ByteSizeLong(),
             max_bytes);
  if (!ok()) return;
  if (const char* fault = JsonFault(object)) Fail(field, fault);
}

void Checker::Json(absl::string_view field, const Value& value,
                   size_t max_depth, size_t max_bytes) {
  JsonLimits(field, JsonDepth(value), max_depth, value.ByteSizeLong(),
             max_bytes);
  if (!ok()) return;
  if (const char* fault = JsonFault(value)) Fail(field, fault);
}

std::vector<std::string> ToVector(const TextList& values) {
  return {values.begin(), values.end()};
}

std::map<std::string, std::string> ToMap(const TextMap& values) {
  return {values.begin(), values.end()};
}

}  // namespace recourse

// The checks that every message goes through: the first rule broken is kept
// with its field's path, the rest of the checks do nothing then.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "google/protobuf/map.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/struct.pb.h"
#include "server/wire/errors.h"

namespace recourse {

using TextList = google::protobuf::RepeatedPtrField<std::string>;
using TextMap = google::protobuf::Map<std::string, std::string>;

// Levels of a JSON value: 0 for a number or text, 1 for {"a": 1}.
size_t JsonDepth(const google::protobuf::Struct& object);
size_t JsonDepth(const google::protobuf::Value& value);

// Checks the fields of one message. Paths are put together only on failure, so
// a check that holds costs no allocation. Not thread-safe; a child must not
// outlive its parent, nor names the checker.
class Checker {
 public:
  Checker() = default;
  // For the message in field `name` of `parent`'s message; `index` for an item
  // of a repeated field. What it refuses, its parent refuses.
  Checker(Checker& parent, absl::string_view name, int index = -1)
      : parent_(&parent), name_(name), index_(index) {}

  Checker(const Checker&) = delete;
  Checker& operator=(const Checker&) = delete;

  bool ok() const { return root().status_.ok(); }
  const absl::Status& status() const { return root().status_; }

  // `field` empty: the message itself; `index` for an item of `field`.
  void Fail(absl::string_view field, absl::string_view message,
            absl::string_view reason = reason::kInvalidField);
  void FailItem(absl::string_view field, int index, absl::string_view message,
                absl::string_view reason = reason::kInvalidField);

  void Text(absl::string_view field, absl::string_view value, size_t max_bytes);
  void RequiredText(absl::string_view field, absl::string_view value,
                    size_t max_bytes);
  void Count(absl::string_view field, size_t count, size_t max);
  // Items that are not empty and not too long, and not too many of them.
  void Texts(absl::string_view field, const TextList& values, size_t max_count,
             size_t max_bytes);
  // Keys likewise; values may be empty.
  void Labels(absl::string_view field, const TextMap& values, size_t max_count,
              size_t max_key_bytes, size_t max_value_bytes);
  // NaN is in no range.
  void Number(absl::string_view field, double value, double min, double max);
  // A JSON value: finite numbers, every value of a kind, and within limits.
  void Json(absl::string_view field, const google::protobuf::Struct& object,
            size_t max_depth, size_t max_bytes);
  void Json(absl::string_view field, const google::protobuf::Value& value,
            size_t max_depth, size_t max_bytes);

  // The duration, or zero after a failure.
  absl::Duration Duration(absl::string_view field,
                          const google::protobuf::Duration& value,
                          absl::Duration min, absl::Duration max);

  template <typename Enum>
  void KnownEnum(absl::string_view field, Enum value) {
    const auto* type = google::protobuf::GetEnumDescriptor<Enum>();
    if (type->FindValueByNumber(static_cast<int>(value)) == nullptr) {
      Fail(field, absl::StrCat(static_cast<int>(value), " is no value of ",
                               type->name()));
    }
  }

 private:
  Checker& root() { return parent_ == nullptr ? *this : parent_->root(); }
  const Checker& root() const {
    return parent_ == nullptr ? *this : parent_->root();
  }
  std::string PathOf(absl::string_view field, int index) const;
  void JsonLimits(absl::string_view field, size_t depth, size_t max_depth,
                  size_t bytes, size_t max_bytes);

  Checker* const parent_ = nullptr;
  const absl::string_view name_;
  const int index_ = -1;
  absl::Status status_;  // The root's only.
};

std::vector<std::string> ToVector(const TextList& values);
std::map<std::string, std::string> ToMap(const TextMap& values);

}  // namespace recourse

// The API's values as people write and read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "google/protobuf/timestamp.pb.h"

namespace recourse::cli {

// RETRY for RECOVERY_STRATEGY_RETRY; a number that has no name as it is.
std::string ShortName(const google::protobuf::EnumDescriptor& type, int value);

template <typename Enum>
std::string ShortName(Enum value) {
  return ShortName(*google::protobuf::GetEnumDescriptor<Enum>(), value);
}

// The number of a name with or without its prefix, in any case, with - for _.
std::optional<int> ParseEnumName(const google::protobuf::EnumDescriptor& type,
                                 absl::string_view text);

// "retry, abort, skip": the names that ParseEnumName reads, but UNSPECIFIED.
std::string EnumNames(const google::protobuf::EnumDescriptor& type);

// 1.3s, 200ms, 1m30s; to the millisecond.
std::string DurationText(const google::protobuf::Duration& duration);
// 2024-01-31T12:00:00Z; empty when it is not set.
std::string TimeText(const google::protobuf::Timestamp& timestamp);
// 1 error, 2 errors
std::string Counted(int64_t count, absl::string_view noun);
// 12.5 %
std::string Percent(double share);
// 12.3 (one digit).
std::string Decimal(double number);

}  // namespace recourse::cli

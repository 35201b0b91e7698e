// YAML files in the field names of a protobuf message: one schema for files
// and API alike.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"

namespace recourse {

// Fills `message` from YAML. Keys are field names; enum values may be written
// without their type's prefix; google.protobuf.Duration as 1s, 1.5s, 200ms, 5m,
// 2h; Value and Struct as any YAML (a number that reads as one is one, quoted
// text is text); a oneof by naming one of its fields; maps as mappings.
// INVALID_ARGUMENT, "FILE:LINE: what is wrong and what would be right": bad
// YAML, an unknown or repeated key (with the nearest known one), a value of the
// wrong type, two fields of a oneof, an alias or anchor bomb (more than 1 MiB
// of text or 100,000 nodes). `path` names the file in errors only.
absl::Status ParseYaml(absl::string_view path, absl::string_view text,
                       google::protobuf::Message& message);

// Writes a message as YAML that ParseYaml reads back to an equal one. Fields
// that are not set are left out.
std::string ToYaml(const google::protobuf::Message& message);

// Reads 20s, 1.5s, 200ms, 5m, 2h, 1m30s (digits, a unit, no sign).
absl::StatusOr<absl::Duration> ParseDuration(absl::string_view text);

}  // namespace recourse

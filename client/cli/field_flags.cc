#include "client/cli/field_flags.h"

#include "absl/strings/strip.h"

namespace recourse::cli {
namespace {

struct FieldFlag {
  absl::string_view field;
  absl::string_view flag;
};

constexpr FieldFlag kFieldFlags[] = {
    {"acknowledged_by", "--by"},
    {"action", "--action"},
    {"capabilities", "--capability"},
    {"duration", "--duration"},
    {"error.code", "--code"},
    {"error.exception_type", "--type"},
    {"error.grpc_code", "--grpc-code"},
    {"error.headers", "--header"},
    {"error.http_status", "--http-status"},
    {"error.message", "--message"},
    {"error.retry_after", "--retry-after"},
    {"labels", "--label"},
    {"max_matches", "--max"},
    {"max_suggestions", "--max"},
    {"min_count", "--min-count"},
    {"namespace", "--namespace"},
    {"node_name", "--node"},
    {"note", "--note"},
    {"outcome", "--outcome"},
    {"recovery_token", "--token"},
    {"resolved_by", "--by"},
    {"state", "--state"},
    {"subject_field", "--subject-field"},
    {"target", "--target"},
    {"time_remaining", "--time-remaining"},
    {"timeout", "--wait"},
    {"waiter_id", "--waiter"},
    {"workflow_id", "--workflow"},
};

// True for error.headers[2], too: part of what the flag sets.
bool IsIn(absl::string_view field, absl::string_view whole) {
  return absl::ConsumePrefix(&field, whole) &&
         (field.empty() || field[0] == '.' || field[0] == '[');
}

}  // namespace

std::string FlagOfField(absl::string_view field) {
  absl::ConsumePrefix(&field, "context.");
  for (const FieldFlag& entry : kFieldFlags) {
    if (IsIn(field, entry.field)) return std::string(entry.flag);
  }
  return "";
}

}  // namespace recourse::cli

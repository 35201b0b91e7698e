// One failure as its caller described it, checked and normalised once at the
// edge (wire/context.h). Nothing after that checks it again.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/model/calls.h"
#include "server/model/enums.h"
#include "server/model/grpc_code.h"
#include "server/model/step.h"

namespace recourse {

inline constexpr absl::string_view kDefaultNamespace = "default";

struct Cause {
  std::string exception_type;
  std::string message;
};

// What the caller can do. `declared` false: it did not say, so every
// alternative, degradation and correction, no remediation, no waiting.
struct Capabilities {
  bool declared = false;
  std::vector<std::string> alternatives;  // "*" stands for any.
  std::vector<std::string> degradations;
  std::vector<std::string> remediations;
  bool await_human = false;

  bool CanTake(absl::string_view alternative) const;
  bool CanRemediate(absl::string_view remediation) const;
  // True when the level's name, or all of the features it switches off, are
  // declared.
  bool CanDegradeTo(const DegradationLevel& level) const;
};

// How long the failed server asked to wait.
struct RetryAfter {
  enum class Source { kField, kHeader, kRetryInfo, kText };
  absl::Duration delay;  // 0 or more; meaningless with `never`.
  bool never = false;    // It asked not to be tried again.
  Source source = Source::kField;
};

// Immutable once built; copies are cheap only in the sense that they are rare.
struct Failure {
  std::string ns = std::string(kDefaultNamespace);
  std::string workflow_id;
  std::string node_name;
  int64_t step_count = 0;

  std::string exception_type;
  std::string message;      // First and last 8 KiB of what came.
  std::string stack_trace;  // First 32 KiB.
  std::string code;
  int http_status = 0;  // 0: none.
  std::optional<GrpcCode> grpc_code;
  std::map<std::string, std::string> headers;  // Names in lower case.
  std::vector<Cause> causes;                   // Outermost first.
  // From the field or RetryInfo; headers and text are read in match/.
  std::optional<RetryAfter> retry_after;

  std::string target;
  std::string quota_scope;
  std::string caller_service;
  std::string caller_instance;
  std::optional<absl::Duration> time_remaining;  // nullopt: no limit.
  absl::Duration expected_call_time;
  Idempotency idempotency = Idempotency::kUnspecified;
  Capabilities capabilities;
  std::vector<Step> caller_steps;
  uint64_t caller_steps_hash = 0;
  ErrorType error_type_hint = ErrorType::kUnspecified;
  int upstream_attempt = 0;
  std::optional<CallSums> calls;  // To `target`, this one included.
  bool circuit_open = false;      // It did not begin; its caller asks when.
  std::map<std::string, std::string> labels;

  // The operation's input, shared with the request; null when none was sent.
  std::shared_ptr<const JsonObject> state;
  std::string subject_field;

  // What regexes are matched against: "type: message" (the type not repeated
  // when the message begins with it), then each cause on its own line.
  std::string text;
};

// Builds Failure::text from its parts.
std::string MatchText(const Failure& failure);

}  // namespace recourse

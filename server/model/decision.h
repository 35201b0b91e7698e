// What is decided about a failure, and why.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "server/model/enums.h"
#include "server/model/failure.h"
#include "server/model/step.h"

namespace recourse {

// A limit on size and what exceeded it, as the error states them.
struct SizeLimit {
  int64_t limit = 0;   // 0: not stated.
  int64_t actual = 0;  // What was sent; 0: not stated.
  std::string unit;    // "tokens", "bytes" ...; empty: not stated.
};

// What the error is taken to be (see Classification in recovery.proto).
struct Classification {
  ErrorType error_type = ErrorType::kUnknown;
  Category category = Category::kUnknown;
  Severity severity = Severity::kMedium;
  bool retryable = false;
  bool not_executed = false;
  double confidence = 0;  // 0-1: how sure the category is.
  Strategy recommended_strategy = Strategy::kNone;
  std::string suggested_action;
  std::string pattern_id;  // Empty: no pattern matched.
  // What decided, for people: "http_status 503", "words 'connection refused'".
  std::string evidence;
  std::optional<RetryAfter> retry_after;  // From whichever place told it.
  std::optional<SizeLimit> size_limit;
};

// Entry of the reasons, in the order in which they were met.
struct StepTrace {
  int step = -1;  // Index in the plan; -1: about the whole.
  Strategy strategy = Strategy::kUnspecified;
  TraceReason reason = TraceReason::kUnspecified;
  std::string text;
};

// The five actions; fields as in recovery.proto.
struct RetryAction {
  absl::Duration delay;
  int attempt = 1;
  int max_attempts = 1;
  std::optional<absl::Duration> timeout;
  std::string remediation;
};

struct AlternativeAction {
  Alternative alternative;
  std::vector<std::string> remaining;
};

struct DegradationAction {
  std::string level_name;
  int level = 1;
  int level_count = 1;
  std::vector<std::string> disable_features;
  std::vector<StateEdit> edits;
  std::optional<JsonObject> state;
  // Share of what was sent that would be accepted, in (0, 1); 0: not known.
  double keep_ratio = 0;
};

// A value that stands in for the operation's answer.
struct FallbackAction {
  JsonValue value;
};

struct CorrectionAction {
  std::string subject_field;
  std::string corrected_text;
  std::vector<StateEdit> edits;
  JsonObject state;
  std::string unified_diff;
  std::vector<std::string> applied;
};

// An escalation as decided; the orchestrator has the incident opened and fills
// in the second half.
struct EscalationAction {
  Severity priority = Severity::kMedium;
  std::string assignee;
  std::vector<std::string> channels;
  bool pause_workflow = false;  // Asked for, and the caller can wait.
  bool include_context = false;
  std::vector<std::string> include_state_keys;

  std::string incident_id;
  std::string waiter_id;
  bool joined = false;
  bool pending = false;
};

using Action = std::variant<RetryAction, AlternativeAction, DegradationAction,
                            FallbackAction, CorrectionAction, EscalationAction>;

// The decision as a whole. `action` is empty exactly when giving up.
struct Decision {
  std::string decision_id;  // 32 hex digits.
  std::string recovery_id;
  absl::Time time;
  Disposition disposition = Disposition::kGiveUp;
  Strategy strategy = Strategy::kNone;
  std::optional<Action> action;
  Classification classification;
  std::vector<StepTrace> trace;
  std::string error_message;
  std::string recovery_token;  // Sealed.
  int64_t registry_revision = 0;
  // Beside the action's own delay, because its target is held back.
  absl::Duration start_delay;
  bool recheck = false;  // Ask again then, in place of running.
  bool trial = false;    // Run then, whatever the circuit says.
  // This caller's share of the target's retries, should we be away.
  double local_retry_ratio = 0.1;
  double local_min_retries_per_second = 0;
  absl::Duration decide_duration;
  // The plan's steps: what the local plan is made from. Never null.
  std::shared_ptr<const std::vector<Step>> plan_steps =
      std::make_shared<std::vector<Step>>();
};

}  // namespace recourse

// The steps of a plan: five strategies, each with its policy. Fields, units,
// ranges and defaults are those of proto/recourse/v1/pattern.proto; here every
// default is filled in and every range holds.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/struct.pb.h"
#include "re2/re2.h"
#include "server/model/enums.h"

namespace recourse {

// A JSON value: the tree the API itself carries, so no second one is needed.
using JsonValue = google::protobuf::Value;
using JsonObject = google::protobuf::Struct;

struct RetryStep {
  int max_retries = 3;
  Backoff backoff = Backoff::kExponential;
  absl::Duration base_delay = absl::Seconds(1);
  double factor = 2;
  absl::Duration max_delay = absl::Seconds(60);
  Jitter jitter = Jitter::kFull;
  double jitter_min = 0.8;  // With Jitter::kRange only, as jitter_max.
  double jitter_max = 1.2;
  absl::Duration max_retry_after = absl::Minutes(10);
  double timeout_multiplier = 1;
  std::string remediation;  // Empty: none.
};

struct Alternative {
  std::string name;
  std::string target;  // Never empty: the name where none was given.
  std::map<std::string, std::string> parameters;
  double cost = 0;
  double quality = 0;
};

struct AlternativePathStep {
  std::vector<Alternative> alternatives;  // Empty: those the caller declares.
  AlternativeOrder order_by = AlternativeOrder::kPreference;
  std::vector<std::string> exclude;
};

struct SetEdit {
  JsonValue value;
};
struct CapEdit {
  double limit = 0;
};
struct TruncateEdit {
  uint32_t length = 0;
};
struct RemoveEdit {};

// A change to `state` at a path such as options.stops.0 (see StateEdit in
// pattern.proto for the syntax, strategy/state_edit.h for the parser).
struct StateEdit {
  std::string path;
  std::variant<SetEdit, CapEdit, TruncateEdit, RemoveEdit> operation;
};

struct DegradationLevel {
  std::string name;
  std::vector<std::string> disable_features;
  std::vector<StateEdit> edits;
};

struct GracefulDegradationStep {
  std::vector<DegradationLevel> levels;
  std::optional<JsonValue> fallback_value;
};

// A compiled regular expression, shared by all copies of its step.
using SharedRegex = std::shared_ptr<const RE2>;

struct Rewrite {
  enum class Operation { kReplace, kPrepend, kAppend, kFix };
  std::string description;
  SharedRegex pattern;  // With kFix it may be null: the fixer always acts then.
  Operation operation = Operation::kReplace;
  std::string text;  // The replacement, or what to prepend or append.
  Fixer fixer = Fixer::kUnspecified;  // With kFix only.
  std::vector<SharedRegex> only_if;
  std::vector<SharedRegex> unless;
};

struct ErrorCorrectionStep {
  std::vector<Rewrite> rewrites;
  std::vector<SharedRegex> must_match_after;
  std::vector<SharedRegex> must_not_match_after;
};

struct EscalationStep {
  std::vector<std::string> channels;  // Empty: the log, and what routes add.
  std::string assignee;
  Severity priority = Severity::kUnspecified;  // The classification's then.
  bool pause_workflow = false;
  bool include_context = false;
  std::vector<std::string> include_state_keys;
};

// A sixth strategy fails to compile wherever it is not handled.
using Step =
    std::variant<RetryStep, AlternativePathStep, GracefulDegradationStep,
                 ErrorCorrectionStep, EscalationStep>;

Strategy StrategyOf(const Step& step);

}  // namespace recourse

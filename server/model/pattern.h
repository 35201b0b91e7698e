// A compiled error pattern: what the registry holds and the planner reads.
// proto/recourse/v1/pattern.proto documents the fields; wire/pattern.h builds
// it from a message and is the only place that checks it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/model/enums.h"
#include "server/model/failure.h"
#include "server/model/pattern_regex.h"
#include "server/model/step.h"

namespace recourse {

inline constexpr int kDefaultPriority = 50;
inline constexpr int kMaxPriority = 1000;

// Set tests beside the regex: a set that is not empty must contain the
// failure's value.
struct Conditions {
  std::vector<std::string> exception_types;  // Whole, or the last part.
  std::vector<int> http_statuses;
  std::vector<GrpcCode> grpc_codes;
  std::vector<std::string> codes;
  std::vector<std::string> targets;  // A trailing * matches any ending.
  std::vector<std::string> node_names;
  std::map<std::string, std::string> labels;  // All must be present.

  bool Hold(const Failure& failure) const;
};

// Of every clause one literal must stand in the folded text. Empty: any text.
using RequiredLiterals = std::vector<std::vector<std::string>>;

// Immutable and shared between registries: compiling it is the costly part.
struct Pattern {
  std::string id;
  ErrorType error_type = ErrorType::kUnknown;
  Category category = Category::kUnspecified;  // Then the classifier's.
  Severity severity = Severity::kMedium;
  PatternRegex regex;
  // What must stand in a text for `regex` to match it, where that was learned
  // beforehand; unset: not yet.
  std::optional<RequiredLiterals> literals;
  int priority = kDefaultPriority;
  PatternMode mode = PatternMode::kActive;
  Conditions conditions;
  bool match_stack = false;
  std::vector<Step> steps;  // Empty: the default plan of the category.
  uint64_t steps_hash = 0;
  std::string suggested_action;
  bool not_executed = false;
  // Passed over where all else that is known about a failure contradicts its
  // category, as patterns of the built-in library are: they are guesses about
  // other people's software, and whoever writes one of their own is obeyed.
  bool yields = false;
  Origin origin = Origin::kUser;
  int64_t revision = 0;
};

using SharedPattern = std::shared_ptr<const Pattern>;

// True when `a` is asked before `b`: the user's before the library's, then the
// higher priority, then the smaller id in byte order. A strict total order for
// patterns of distinct (origin, id).
bool AskedBefore(const Pattern& a, const Pattern& b);

// True when `value` equals `glob`, whose trailing * matches any ending.
bool MatchesGlob(absl::string_view glob, absl::string_view value);

}  // namespace recourse

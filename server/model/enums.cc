#include "server/model/enums.h"

namespace recourse {
namespace {

// Looks a value up in the list of its set's names.
template <typename Enum, size_t N>
constexpr absl::string_view NameIn(const absl::string_view (&names)[N],
                                   Enum value) {
  const auto index = static_cast<size_t>(value);
  return index < N ? names[index] : "UNSPECIFIED";
}

}  // namespace

absl::string_view Name(ErrorType value) {
  static constexpr absl::string_view kNames[] = {
      "UNSPECIFIED", "NETWORK",  "VALIDATION", "GENERATION",
      "SYNTAX",      "CONTRACT", "TIMEOUT",    "RATE_LIMIT",
      "AI_SERVICE",  "SECURITY", "UNKNOWN",    "CUSTOM"};
  return NameIn(kNames, value);
}

absl::string_view Name(Strategy value) {
  static constexpr absl::string_view kNames[] = {"UNSPECIFIED",
                                                 "NONE",
                                                 "RETRY",
                                                 "ALTERNATIVE_PATH",
                                                 "GRACEFUL_DEGRADATION",
                                                 "ERROR_CORRECTION",
                                                 "ESCALATION",
                                                 "CUSTOM"};
  return NameIn(kNames, value);
}

absl::string_view Name(Category value) {
  static constexpr absl::string_view kNames[] = {
      "UNSPECIFIED", "TRANSIENT",      "CONNECTION", "TIMEOUT",
      "RATE_LIMIT",  "AUTHENTICATION", "INTEGRITY",  "RESOURCE",
      "CONCURRENCY", "PERMANENT",      "UNKNOWN"};
  return NameIn(kNames, value);
}

absl::string_view Name(Severity value) {
  static constexpr absl::string_view kNames[] = {"UNSPECIFIED", "LOW", "MEDIUM",
                                                 "HIGH", "CRITICAL"};
  return NameIn(kNames, value);
}

absl::string_view Name(PatternMode value) {
  static constexpr absl::string_view kNames[] = {"UNSPECIFIED", "ACTIVE",
                                                 "SHADOW", "DISABLED"};
  return NameIn(kNames, value);
}

absl::string_view Name(Origin value) {
  static constexpr absl::string_view kNames[] = {"UNSPECIFIED", "USER",
                                                 "LIBRARY"};
  return NameIn(kNames, value);
}

absl::string_view Name(Idempotency value) {
  static constexpr absl::string_view kNames[] = {"UNSPECIFIED", "IDEMPOTENT",
                                                 "NOT_IDEMPOTENT"};
  return NameIn(kNames, value);
}

absl::string_view Name(Disposition value) {
  static constexpr absl::string_view kNames[] = {
      "UNSPECIFIED",    "ACT",       "RECOVERED",
      "WAIT_FOR_HUMAN", "ESCALATED", "GIVE_UP"};
  return NameIn(kNames, value);
}

absl::string_view Name(Outcome value) {
  static constexpr absl::string_view kNames[] = {
      "UNSPECIFIED", "SUCCESS", "FAILURE", "ABANDONED", "CANCELLED", "IGNORED"};
  return NameIn(kNames, value);
}

absl::string_view Name(TraceReason value) {
  static constexpr absl::string_view kNames[] = {
      "UNSPECIFIED",         "CHOSEN",
      "ATTEMPTS_EXHAUSTED",  "NOT_IDEMPOTENT",
      "TIME_TOO_SHORT",      "BREAKER_OPEN",
      "BUDGET_EXHAUSTED",    "CAPABILITY_MISSING",
      "NO_ALTERNATIVE_LEFT", "NO_CHANGE",
      "GUARD_FAILED",        "RETRY_AFTER_TOO_LONG",
      "STORE_UNAVAILABLE",   "TOTAL_ATTEMPTS_EXHAUSTED",
      "MAX_ELAPSED",         "NO_SUBJECT",
      "NO_LEVEL_LEFT",       "EMPTY_PLAN",
      "ASSUMED_IDEMPOTENT",  "CLASSIFIED",
      "PLAN_SWITCHED",       "RETRIED_ELSEWHERE",
      "TARGET_HINT",         "HELD_BACK",
      "VOLUME_UNKNOWN",      "TOKEN_DROPPED",
      "INCIDENTS_FULL"};
  return NameIn(kNames, value);
}

absl::string_view Name(Backoff value) {
  static constexpr absl::string_view kNames[] = {"UNSPECIFIED", "EXPONENTIAL",
                                                 "LINEAR", "FIXED", "NONE"};
  return NameIn(kNames, value);
}

absl::string_view Name(Jitter value) {
  static constexpr absl::string_view kNames[] = {
      "UNSPECIFIED", "NONE", "FULL", "EQUAL", "DECORRELATED", "RANGE"};
  return NameIn(kNames, value);
}

absl::string_view Name(AlternativeOrder value) {
  static constexpr absl::string_view kNames[] = {"UNSPECIFIED", "PREFERENCE",
                                                 "COST", "QUALITY"};
  return NameIn(kNames, value);
}

absl::string_view Name(Fixer value) {
  static constexpr absl::string_view kNames[] = {
      "UNSPECIFIED",        "JSON_REPAIR",
      "JSON_COMPLETE",      "PYTHON_MISSING_COLON",
      "PYTHON_BRACKETS",    "PYTHON_TABS",
      "PYTHON_INDENTATION", "PYTHON_ASYNC",
      "PYTHON_AWAIT",       "PYTHON_IMPORTS",
      "PYTHON_TYPOGRAPHY",  "YAML_TABS",
      "BYTE_ORDER_MARK",    "LINE_ENDINGS",
      "SMART_QUOTES",       "CODE_FENCE"};
  return NameIn(kNames, value);
}

bool IsRetryable(Category category) {
  switch (category) {
    case Category::kTransient:
    case Category::kConnection:
    case Category::kTimeout:
    case Category::kRateLimit:
    case Category::kConcurrency:
      return true;
    case Category::kUnspecified:
    case Category::kAuthentication:
    case Category::kIntegrity:
    case Category::kResource:
    case Category::kPermanent:
    case Category::kUnknown:
      return false;
  }
  return false;
}

}  // namespace recourse

// The closed sets of the model. Numbers and names are those of the API's enums
// (proto/recourse/v1/enums.proto and pattern.proto), which document every
// value; wire/enums.h asserts that they stay the same.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace recourse {

// What kind of thing went wrong.
enum class ErrorType : uint8_t {
  kUnspecified,
  kNetwork,
  kValidation,
  kGeneration,
  kSyntax,
  kContract,
  kTimeout,
  kRateLimit,
  kAiService,
  kSecurity,
  kUnknown,
  kCustom
};
absl::string_view Name(ErrorType value);  // The API's name without its prefix.

// The way of recovering that produced a decision.
enum class Strategy : uint8_t {
  kUnspecified,
  kNone,
  kRetry,
  kAlternativePath,
  kGracefulDegradation,
  kErrorCorrection,
  kEscalation,
  kCustom
};
absl::string_view Name(Strategy value);  // The API's name without its prefix.

inline constexpr size_t kStrategyCount =
    static_cast<size_t>(Strategy::kCustom) + 1;

// What a failure means for trying again; chooses the default plan.
enum class Category : uint8_t {
  kUnspecified,
  kTransient,
  kConnection,
  kTimeout,
  kRateLimit,
  kAuthentication,
  kIntegrity,
  kResource,
  kConcurrency,
  kPermanent,
  kUnknown
};
absl::string_view Name(Category value);  // The API's name without its prefix.
inline constexpr size_t kCategoryCount =
    static_cast<size_t>(Category::kUnknown) + 1;

// How bad one occurrence is.
enum class Severity : uint8_t { kUnspecified, kLow, kMedium, kHigh, kCritical };
absl::string_view Name(Severity value);  // The API's name without its prefix.

// Whether a pattern takes part in decisions.
enum class PatternMode : uint8_t { kUnspecified, kActive, kShadow, kDisabled };
absl::string_view Name(
    PatternMode value);  // The API's name without its prefix.

// Whose pattern it is; a user's is asked before the library's.
enum class Origin : uint8_t { kUnspecified, kUser, kLibrary };
absl::string_view Name(Origin value);  // The API's name without its prefix.

// Whether running the operation twice is safe.
enum class Idempotency : uint8_t { kUnspecified, kIdempotent, kNotIdempotent };
absl::string_view Name(
    Idempotency value);  // The API's name without its prefix.

// What the caller is to do with a decision.
enum class Disposition : uint8_t {
  kUnspecified,
  kAct,
  kRecovered,
  kWaitForHuman,
  kEscalated,
  kGiveUp
};
absl::string_view Name(
    Disposition value);  // The API's name without its prefix.

// How an operation that had asked for help ended.
enum class Outcome : uint8_t {
  kUnspecified,
  kSuccess,
  kFailure,
  kAbandoned,
  kCancelled,
  kIgnored
};
absl::string_view Name(Outcome value);  // The API's name without its prefix.

// Why a step was taken or passed over.
enum class TraceReason : uint8_t {
  kUnspecified,
  kChosen,
  kAttemptsExhausted,
  kNotIdempotent,
  kTimeTooShort,
  kBreakerOpen,
  kBudgetExhausted,
  kCapabilityMissing,
  kNoAlternativeLeft,
  kNoChange,
  kGuardFailed,
  kRetryAfterTooLong,
  kStoreUnavailable,
  kTotalAttemptsExhausted,
  kMaxElapsed,
  kNoSubject,
  kNoLevelLeft,
  kEmptyPlan,
  kAssumedIdempotent,
  kClassified,
  kPlanSwitched,
  kRetriedElsewhere,
  kTargetHint,
  kHeldBack,
  kVolumeUnknown,
  kTokenDropped,
  kIncidentsFull
};
absl::string_view Name(
    TraceReason value);  // The API's name without its prefix.

// How the wait grows with the retries of a step.
enum class Backoff : uint8_t {
  kUnspecified,
  kExponential,
  kLinear,
  kFixed,
  kNone
};
absl::string_view Name(Backoff value);  // The API's name without its prefix.

// How chance spreads callers out.
enum class Jitter : uint8_t {
  kUnspecified,
  kNone,
  kFull,
  kEqual,
  kDecorrelated,
  kRange
};
absl::string_view Name(Jitter value);  // The API's name without its prefix.

// In which order alternatives are taken.
enum class AlternativeOrder : uint8_t {
  kUnspecified,
  kPreference,
  kCost,
  kQuality
};
absl::string_view Name(
    AlternativeOrder value);  // The API's name without its prefix.

// The built-in corrections of texts.
enum class Fixer : uint8_t {
  kUnspecified,
  kJsonRepair,
  kJsonComplete,
  kPythonMissingColon,
  kPythonBrackets,
  kPythonTabs,
  kPythonIndentation,
  kPythonAsync,
  kPythonAwait,
  kPythonImports,
  kPythonTypography,
  kYamlTabs,
  kByteOrderMark,
  kLineEndings,
  kSmartQuotes,
  kCodeFence
};
absl::string_view Name(Fixer value);  // The API's name without its prefix.

// True for the categories that a careful engineer repeats unchanged after a
// wait: TRANSIENT, CONNECTION, TIMEOUT, RATE_LIMIT, CONCURRENCY.
bool IsRetryable(Category category);

}  // namespace recourse

// Refusals: absl::Status with what google.rpc's error details carry. The
// reasons are public API: golden file tests/wire/reasons.txt lists them.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/rpc/status.pb.h"

namespace recourse {

inline constexpr absl::string_view kErrorDomain = "recourse";

// Reasons, UPPER_SNAKE, for ErrorInfo.reason.
namespace reason {
inline constexpr absl::string_view kInvalidField = "INVALID_FIELD";
inline constexpr absl::string_view kUndecodable = "UNDECODABLE_MESSAGE";
inline constexpr absl::string_view kInvalidUtf8 = "INVALID_UTF8";
inline constexpr absl::string_view kTooDeep = "STATE_TOO_DEEP";
inline constexpr absl::string_view kMessageTooLarge = "MESSAGE_TOO_LARGE";
inline constexpr absl::string_view kEmptyError = "EMPTY_ERROR";
inline constexpr absl::string_view kTokenMalformed = "TOKEN_MALFORMED";
inline constexpr absl::string_view kTokenForged = "TOKEN_FORGED";
inline constexpr absl::string_view kTokenExpired = "TOKEN_EXPIRED";
inline constexpr absl::string_view kInvalidRegex = "INVALID_REGEX";
inline constexpr absl::string_view kRegexTooLarge = "REGEX_TOO_LARGE";
inline constexpr absl::string_view kPatternExists = "PATTERN_EXISTS";
inline constexpr absl::string_view kPatternNotFound = "PATTERN_NOT_FOUND";
inline constexpr absl::string_view kStaleRevision = "STALE_REVISION";
inline constexpr absl::string_view kRegistryBehind = "REGISTRY_BEHIND";
inline constexpr absl::string_view kRegistryFull = "REGISTRY_FULL";
inline constexpr absl::string_view kStoreFull = "STORE_FULL";
inline constexpr absl::string_view kStoreUnavailable = "STORE_UNAVAILABLE";
inline constexpr absl::string_view kStoreCorrupt = "STORE_CORRUPT";
inline constexpr absl::string_view kDecisionNotFound = "DECISION_NOT_FOUND";
inline constexpr absl::string_view kIncidentNotFound = "INCIDENT_NOT_FOUND";
inline constexpr absl::string_view kWaiterNotFound = "WAITER_NOT_FOUND";
inline constexpr absl::string_view kIncidentResolved = "INCIDENT_RESOLVED";
inline constexpr absl::string_view kNotWaiting = "NOT_WAITING";
inline constexpr absl::string_view kPolicyNotFound = "POLICY_NOT_FOUND";
inline constexpr absl::string_view kTooManyPolicies = "TOO_MANY_POLICIES";
inline constexpr absl::string_view kCircuitNotFound = "CIRCUIT_NOT_FOUND";
inline constexpr absl::string_view kTooManyOverrides = "TOO_MANY_OVERRIDES";
inline constexpr absl::string_view kTooManyWatchers = "TOO_MANY_WATCHERS";
inline constexpr absl::string_view kOverloaded = "OVERLOADED";
inline constexpr absl::string_view kDraining = "DRAINING";
inline constexpr absl::string_view kInternal = "INTERNAL";
}  // namespace reason

// What a message, a field's path or a value of the metadata says beyond this is
// cut: a status with its details must fit into the 8 KiB of metadata that
// clients take, or all of it is lost. Bytes.
inline constexpr size_t kMaxRefusalBytes = 1024;
inline constexpr size_t kMaxRefusalValueBytes = 200;

// INVALID_ARGUMENT with BadRequest: `field` as a path in the request
// ("context.error.http_status"), `message` says what would be right.
absl::Status InvalidField(absl::string_view field, absl::string_view message,
                          absl::string_view reason = reason::kInvalidField);

// A refusal of any code. Metadata: everything variable that the message says.
absl::Status Refusal(absl::StatusCode code, absl::string_view reason,
                     absl::string_view message,
                     const std::map<std::string, std::string>& metadata = {});

// Adds RetryInfo.
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);

// Prepends `prefix` (with a dot where due) to the field of an InvalidField;
// other statuses come back as they are.
absl::Status PrefixField(absl::string_view prefix, const absl::Status& status);

// A status of the Store's with the reason that goes with its code; a status
// that has a reason already comes back as it is.
absl::Status FromStore(const absl::Status& status);

// Reason and field of a status; empty where it has none.
std::string ReasonOf(const absl::Status& status);
std::string FieldOf(const absl::Status& status);

// The status as google.rpc.Status with ErrorInfo, BadRequest and RetryInfo:
// what goes into grpc-status-details-bin.
google::rpc::Status ToRpcStatus(const absl::Status& status);

}  // namespace recourse

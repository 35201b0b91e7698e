// What a refusal says beside its code and message: google.rpc error details,
// carried as payloads of absl::Status under their type URLs.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/support/status.h"

namespace recourse {

// The same code and message, with each google.rpc detail of `status` as a
// payload under its type URL (at most 16). OK stays OK.
absl::Status FromGrpcStatus(const grpc::Status& status);

// The reason in UPPER_SNAKE of a refusal by Recourse ("TOKEN_EXPIRED"); empty
// where it has none, as when the server could not be reached.
std::string ErrorReason(const absl::Status& status);

// The field at fault ("context.error.http_status"); empty where it has none.
std::string ErrorField(const absl::Status& status);

// How long the server asks to wait before the call is repeated.
std::optional<absl::Duration> ErrorRetryDelay(const absl::Status& status);

// True when no answer of a Recourse server stands behind the status: it is
// away, too slow, or something else listens there.
bool IsUnreachable(const absl::Status& status);

// True when the service is away or overloaded, by the code alone; else it
// refused what it was asked.
bool IsAway(const absl::Status& status);

}  // namespace recourse

// The seventeen canonical codes of gRPC, without gRPC.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"

namespace recourse {

enum class GrpcCode {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

// The name as the specification spells it, for example DEADLINE_EXCEEDED.
absl::string_view Name(GrpcCode code);

// Reads a name in any case ("unavailable"), or a number ("14"). nullopt when it
// is neither.
std::optional<GrpcCode> ParseGrpcCode(absl::string_view text);

}  // namespace recourse

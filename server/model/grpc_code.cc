#include "server/model/grpc_code.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace recourse {
namespace {

constexpr absl::string_view kNames[] = {"OK",
                                        "CANCELLED",
                                        "UNKNOWN",
                                        "INVALID_ARGUMENT",
                                        "DEADLINE_EXCEEDED",
                                        "NOT_FOUND",
                                        "ALREADY_EXISTS",
                                        "PERMISSION_DENIED",
                                        "RESOURCE_EXHAUSTED",
                                        "FAILED_PRECONDITION",
                                        "ABORTED",
                                        "OUT_OF_RANGE",
                                        "UNIMPLEMENTED",
                                        "INTERNAL",
                                        "UNAVAILABLE",
                                        "DATA_LOSS",
                                        "UNAUTHENTICATED"};
constexpr int kCount = std::size(kNames);

}  // namespace

absl::string_view Name(GrpcCode code) { return kNames[static_cast<int>(code)]; }

std::optional<GrpcCode> ParseGrpcCode(absl::string_view text) {
  int number = -1;
  if (absl::SimpleAtoi(text, &number)) {
    if (number < 0 || number >= kCount) return std::nullopt;
    return static_cast<GrpcCode>(number);
  }
  for (int i = 0; i < kCount; ++i) {
    if (absl::EqualsIgnoreCase(text, kNames[i]))
      return static_cast<GrpcCode>(i);
  }
  return std::nullopt;
}

}  // namespace recourse

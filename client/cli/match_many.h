// Many errors through MatchErrorPattern, several in flight.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/labelled_errors.h"
#include "client/cpp/client.h"

namespace recourse::cli {

inline constexpr int kMaxParallel = 64;

// One answer per error, in their order, with at most `parallel` calls (1 to
// kMaxParallel) at a time. After an answer that the server cannot be reached
// no more are asked, and the rest are CANCELLED.
std::vector<absl::StatusOr<v1::MatchErrorPatternResponse>> MatchMany(
    Client& client, const std::vector<LabelledError>& errors, int parallel);

}  // namespace recourse::cli

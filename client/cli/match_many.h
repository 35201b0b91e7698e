// Many errors through MatchErrorPattern, several in flight.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/labelled_errors.h"
#include "client/cpp/client.h"

namespace recourse::cli {

inline constexpr int kMaxParallel = 64;

// An answer, or why the server refuses the error.
using MatchAnswer = absl::StatusOr<v1::MatchErrorPatternResponse>;

// One answer per error, in their order, with at most `parallel` calls (1 to
// kMaxParallel) at a time. Errors: of a server that cannot be reached, or does
// not know the call; then no more are asked.
absl::StatusOr<std::vector<MatchAnswer>> MatchMany(
    Client& client, const std::vector<LabelledError>& errors, int parallel);

}  // namespace recourse::cli

// What the tables of codes and words say about a failure.
#pragma once

#include <optional>
#include <vector>

#include "server/match/error_tokens.h"
#include "server/match/evidence.h"
#include "server/model/enums.h"
#include "server/model/failure.h"

namespace recourse {

// Weighs codes before words. *tokens: the words of the failure, each with how
// much it counts after the markers among them ("caused by", "not") have been
// obeyed.
Verdict ReadTables(const Failure& failure,
                   const std::optional<RetryAfter>& retry_after,
                   std::vector<Token>* tokens);

// Whether the same call is worth a repetition: the category's rule, but for
// words that say otherwise and a server that says never.
bool RetryHelps(const Verdict& verdict,
                const std::optional<RetryAfter>& retry_after);

// RETRY where that helps, else what helps first; NONE for UNKNOWN.
Strategy MoveOf(const Verdict& verdict,
                const std::optional<RetryAfter>& retry_after);

// What helps first when nothing more is known and a retry does not.
Strategy FirstMoveOf(Category category);

// The category that goes with an error type; UNKNOWN: none does.
Category CategoryOf(ErrorType type);

}  // namespace recourse

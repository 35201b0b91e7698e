// What is a failure taken to be, when its pattern does not say, or when no
// pattern matches? Codes before words: HTTP and gRPC status, SQLSTATE class,
// errno, exception type; then words.
#pragma once

#include "absl/time/time.h"
#include "server/model/decision.h"
#include "server/model/failure.h"
#include "server/model/pattern.h"

namespace recourse {

// Joins what the winning pattern says (null: none) with what the failure's
// codes and words say; the pattern wins where it speaks. `now` is needed to
// read HTTP dates. Pure; safe for concurrent use.
//
// category: the pattern's, else the evidence's, else the one that goes with
//   the pattern's error_type, else UNKNOWN.
// retryable: with a plan in the pattern, whether it begins with a plain retry;
//   without one, or where that retry follows corrections only,
//   IsRetryable(category), but false when the failed server said never
//   or its words rule it out (a daily quota that is spent), and true where the
//   words say that waiting helps (connection slots that others will free, a
//   mirror in the middle of its update).
// not_executed: the pattern's, or proven by the evidence (connection refused,
//   name not resolved, rejected before execution: 401, 429) where nothing clear
//   in it says that a connection stood or the call was under way; never on the
//   word of a 5xx, nor when the pattern's category is another.
// confidence: 0 with UNKNOWN; 0.95 for a pattern's category; else how often
//   evidence that agrees as much as this was right on errors not seen before.
// retry_after, size_limit: what headers or the text state (retry_after.h,
//   size_limit.h), whatever the category.
// recommended_strategy: ERROR_CORRECTION when the pattern's plan begins with
//   it; else RETRY exactly when retryable; else the pattern's first step that
//   is no retry; else by category: what helps first whatever this caller can
//   do; NONE for UNKNOWN.
Classification Classify(const Failure& failure, const Pattern* winner,
                        absl::Time now);

}  // namespace recourse

// What is a failure taken to be, when its pattern does not say, or when no
// pattern matches? Tables of codes and words (table_verdict.h) and words
// learned from labelled errors (learned_words.h) are weighed together
// (assessment.h).
#pragma once

#include "absl/time/time.h"
#include "server/match/registry.h"
#include "server/model/decision.h"
#include "server/model/failure.h"
#include "server/model/pattern.h"

namespace recourse {

// Joins what the winning pattern says (null: none) with what the failure's
// codes and words say; the pattern wins where it speaks. One that yields
// (model/pattern.h) is weighed with the rest instead, unless it corrects a text
// that came along: where another category is clearly more likely, it is passed
// over, and the result is that of no pattern. `now` is needed to read HTTP
// dates. Pure; safe for concurrent use.
//
// category: the pattern's, else what is most likely, else the one that goes
//   with the pattern's error_type, else UNKNOWN.
// retryable: with a plan in the pattern, whether it begins with a plain retry;
//   with the category of a pattern that does not yield, as the category and the
//   tables say; else, and where that retry follows corrections only, whether a
//   retry is the most likely first move (a quota that is spent for the day is
//   none, connection slots that others will free are one); never when the
//   failed server said never.
// not_executed: the pattern's, or proven by the evidence (connection refused,
//   name not resolved, rejected before execution: 401, 429) where nothing clear
//   in it says that a connection stood or the call was under way; never on the
//   word of a 5xx, nor when the pattern's category is another.
// confidence: 0 with UNKNOWN; 0.95 for a pattern's category; else the
//   probability of the category, fitted on errors not seen before.
// retry_after, size_limit: what headers or the text state (retry_after.h,
//   size_limit.h), whatever the category.
// recommended_strategy: ERROR_CORRECTION when the pattern's plan begins with
//   it; else RETRY exactly when retryable; else the pattern's first step that
//   is no retry; else the most likely first move, whatever this caller can do;
//   NONE for UNKNOWN.
Classification Classify(const Failure& failure, const Pattern* winner,
                        absl::Time now);

// The same for what `registry` found, which outlives the call. A winner that is
// passed over is moved to `match->passed_over`, and the next ACTIVE pattern
// that matches and is not contradicted takes its place.
Classification ClassifyMatch(const Failure& failure,
                             const PatternRegistry& registry, absl::Time now,
                             MatchResult* match);

// Reads the built-in tables and the learned words now: it takes tens of
// milliseconds, which the first call would wait else. Safe for concurrent use.
void PrepareClassifier();

}  // namespace recourse

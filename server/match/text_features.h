// What the learned weights (learned_words.h) are asked about: the words of an
// error, their pairs and beginnings, its status and its code.
#pragma once

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/match/error_tokens.h"
#include "server/model/failure.h"

namespace recourse {

// A feature's name: "refused", "connection refused" (side by side), "~refus"
// (the beginning of a longer word), "http 429", "http 4xx", "grpc UNAVAILABLE".
// Words are in lower case, in pairs a number is "#"; one of three to five
// digits stands alone as it is.
//
// value: how much it counts where it stands, 1 being normal (Token::percent).
using FeatureSink =
    absl::FunctionRef<void(absl::string_view name, double value)>;

// Of a longer text the beginning is read.
inline constexpr size_t kMaxFeatureTokens = 400;

// Tells `sink` each feature of the failure, in the order of the text; one that
// stands twice is told twice. `tokens`: as ReadTables leaves them
// (table_verdict.h). Safe for concurrent use.
void ReadFeatures(const Failure& failure, absl::Span<const Token> tokens,
                  FeatureSink sink);

}  // namespace recourse

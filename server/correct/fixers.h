// Built-in corrections of texts that regexes cannot express: JSON, Python,
// YAML, line ends, quotes. Pure functions; safe for concurrent use.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/model/enums.h"

namespace recourse {

// Longer texts are left alone.
inline constexpr size_t kMaxFixedBytes = 1 << 20;
// What one fixer costs at most: as much as reading the text this often.
inline constexpr size_t kFixerPasses = 16;

// What is known of the failure. Borrowed for the duration of one call.
struct FixerHints {
  absl::string_view error;  // "type: message" and the causes.
  absl::string_view stack;  // Empty: none.
};

// `text` as `fixer` corrects it (the API's Fixer says what each changes, and
// what it never changes); nullopt when it has nothing to correct, or no
// correction is certain, or the text is longer than kMaxFixedBytes or nested
// too deeply. Time and memory are linear in the text.
//
// Applied to its own result a fixer changes nothing. What is right is decided
// by the text alone: by a strict JSON parser, by Python's own rules of tokens,
// brackets, blocks and indentation, by YAML's rule for indentation. Where right
// and wrong text look alike (a coroutine that is not awaited, a carriage
// return) the error must say so.
std::optional<std::string> ApplyFixer(Fixer fixer, absl::string_view text,
                                      const FixerHints& hints);

}  // namespace recourse

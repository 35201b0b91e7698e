// Compiling the regular expressions that people send.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "server/model/step.h"
#include "server/wire/checker.h"

namespace recourse {

// What the regexes of one plan or pattern may cost together. A few bytes such
// as ".{900}" compile to thousands of instructions, so the length alone bounds
// neither time nor memory. Not thread-safe; one per message.
struct RegexBudget {
  int64_t max_memory = 0;        // Bytes, each regex.
  size_t max_count = 0;          // All steps' regexes together.
  int64_t max_instructions = 0;  // RE2::ProgramSize(), all regexes together.
  // Of those compiled so far; for one that does not compile, what trying took.
  int64_t instructions = 0;
};

// How patterns' regexes are compiled, within `max_memory` bytes each.
RE2::Options RegexOptions(int64_t max_memory);

// Compiles `text`, at most kMaxRegexBytes long, within `budget`, and charges it
// there. On failure returns null and lets `check` refuse `field` (item `index`
// of it): INVALID_REGEX with offset and reason, or REGEX_TOO_LARGE.
SharedRegex CompileRegex(absl::string_view text, RegexBudget& budget,
                         Checker& check, absl::string_view field,
                         int index = -1);

}  // namespace recourse

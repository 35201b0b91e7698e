// The examples in pattern files as tests of the patterns, alone and together.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/wire/pattern_file.h"

namespace recourse::cli {

struct ExampleReport {
  int examples = 0;                   // How many were run.
  std::vector<std::string> failures;  // "FILE:LINE: pattern: what failed"
};

// Runs each pattern's own examples, then asks which of all patterns wins each
// `match` example: it must be that pattern or one of the same category. An
// example is bare text, so patterns with conditions win only their own.
// INVALID_ARGUMENT "FILE:LINE: …": a pattern does not compile; ALREADY_EXISTS:
// an id stands twice.
absl::StatusOr<ExampleReport> TestExamples(
    const std::vector<PatternSource>& sources);

}  // namespace recourse::cli

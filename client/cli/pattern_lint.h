// What a server takes and what is nevertheless most likely a mistake.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/wire/pattern_file.h"

namespace recourse::cli {

// One remark about one pattern. Rules, as docs/patterns.md lists them:
//   shadowed         another pattern, asked before, matches all its examples
//   duplicate-regex  another has the same regex and conditions
//   no-literal       no word is required, so the regex runs on every error
//   rank-tie         another of the same priority and of another category
//                    matches an example: which one decides hangs on the id
//   few-examples     fewer than kMinMatchExamples that match
//   no-near-miss     no example that must not match
//   no-category      none, and no label kCategoryLabel that says it is meant
//   no-description, no-action
//   no-effect        a setting without effect, a regex that matches everything
struct LintFinding {
  std::string file;
  int line = 0;
  std::string pattern_id;
  std::string rule;
  std::string text;
};

inline constexpr int kMinMatchExamples = 2;
// category: classified. For patterns around texts that say more than they do.
inline constexpr char kCategoryLabel[] = "category";
inline constexpr char kCategoryByWords[] = "classified";

// About the whole set: `sources` are the patterns that are used together. In
// the order of files and lines. Errors as CompiledPatterns::Compile.
absl::StatusOr<std::vector<LintFinding>> LintPatterns(
    const std::vector<PatternSource>& sources);

}  // namespace recourse::cli

// A unified diff of two texts, as `diff -u` and `git apply` understand it.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace recourse {

inline constexpr size_t kMaxDiffBytes = 64 << 10;

// Lines of `before` that became `after`, three lines of context, file name
// `name` on both sides; empty when they are equal. "\ No newline at end of
// file" where due. A diff of more than kMaxDiffBytes ends at the last whole
// hunk that fits and a line that says so. Time is O((N+M) x D) for D
// differences (Myers); far-apart texts fall back to replacing the middle.
std::string UnifiedDiff(absl::string_view before, absl::string_view after,
                        absl::string_view name);

}  // namespace recourse

// Which literals must stand in a text for a regex to match it?
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "re2/re2.h"

namespace recourse {

// What a text must contain, folded as in fold_text.h, for a regex to have a
// chance: of every clause at least one literal. No clauses: any text may match.
// It may let through what does not match, and never stops what does.
struct LiteralRequirement {
  using Clause = std::vector<std::string>;

  static constexpr size_t kMinLiteralBytes = 3;
  static constexpr size_t kMaxLiteralBytes = 32;  // The rest is not looked for.
  static constexpr size_t kMaxClauses = 8;
  static constexpr size_t kMaxLiteralsPerClause = 256;
  static constexpr size_t kMaxAtoms = 512;  // Beyond: no clauses.

  std::vector<Clause> clauses;

  // Plain substring search: what an index must agree with.
  bool MayMatch(absl::string_view folded_text) const;
};

// Asks RE2's own prefilter, through FilteredRE2: its atoms are the variables of
// a monotone formula, of which AllPotentials tells the value for any set of
// atoms seen. A smallest set of atoms without which the formula is false is a
// clause. Takes about 30 microseconds.
LiteralRequirement LearnRequirement(const RE2& regex);

}  // namespace recourse

// The smallest pieces of a line: where they begin and end, and of what kind
// they are.
#pragma once

#include <cstddef>

#include "absl/strings/string_view.h"

namespace recourse {

struct Atom {
  absl::string_view text;
  size_t end = 0;  // In the line.
  int dots = 0, slashes = 0, colons = 0, backslashes = 0, dollars = 0;
  bool url = false, at_sign = false, path = false, flag = false;

  bool Qualified() const { return dots + colons + backslashes + dollars > 0; }
};

// A byte of a word: a letter, a digit, _ or one of a multi-byte character that
// is no punctuation.
bool IsWordByte(absl::string_view line, size_t at);

// Whether an atom begins at `at`: a word, a number with its sign, a path, a
// flag.
bool StartsAtom(absl::string_view line, size_t at);

// The atom that begins at `at`; it does not reach beyond `end`.
// REQUIRES: StartsAtom.
Atom ScanAtom(absl::string_view line, size_t at, size_t end);

// How many bytes of typographic punctuation (quotes, dashes, full-width marks)
// begin at `at`; 0: none.
size_t WidePunctuation(absl::string_view line, size_t at);

}  // namespace recourse

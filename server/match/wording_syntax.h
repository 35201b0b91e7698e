// The notation in which the tables write wordings.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace recourse {

// A wording is words in lower case, as error_tokens.h splits them ("out of
// memory", "rate limit error"). Besides:
//   (a|b c|)   one of these; the empty one: nothing
//   exceed~    exceed, exceeds, exceeded, exceeding; drop~~ doubles the last
//              letter: drop, drops, dropped, dropping
//   $cannot    a named set: cannot, could not, unable to, ...
//   ..         up to four words or names, within the sentence
//   :          punctuation may stand here, but no word
//   #          any number
// Every other two neighbours stand side by side, with nothing but blanks, _ or
// - between them and words like "is", "has been" and "the" (see Fillers). It
// begins and ends with a word or a number.
struct WordingPart {
  enum Kind { kWord, kNumber, kGap, kSoftBreak, kChoice };

  Kind kind = kWord;
  std::string word;                               // kWord
  std::vector<std::vector<WordingPart>> choices;  // kChoice
};

// INVALID_ARGUMENT: what is wrong, and where it stands.
absl::StatusOr<std::vector<WordingPart>> ParseWording(
    absl::string_view wording);

// Words that may stand between any two of a wording: forms of to be, to have
// and to get, articles, "already".
absl::Span<const absl::string_view> Fillers();

}  // namespace recourse

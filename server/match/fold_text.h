// The letter case in which literals are looked for.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace recourse {

// Writes `text` into *folded with ASCII letters in lower case, and with the two
// other characters that RE2 takes for ASCII letters when it ignores case: the
// long s (U+017F) becomes s and the Kelvin sign (U+212A) becomes k. All other
// bytes stay as they are, well-formed UTF-8 or not.
//
// A literal of ASCII and caseless letters that RE2's prefilter requires, in
// lower case, stands in the folded text of everything the regex matches.
void FoldText(absl::string_view text, std::string* folded);

}  // namespace recourse

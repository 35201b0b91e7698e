// Names of a text's own structure: keys, the words before a quote, the endings
// of files.
#pragma once

#include "absl/strings/string_view.h"

namespace recourse {

// Whether the value of this key is a name, an input or a link, and not what
// happened: model, param, documentation_url. Any case.
bool NamesAThing(absl::string_view key);

// Whether an identifier right after `word` is a name that the text speaks of:
// "column lock_timeout".
bool PrecedesAName(absl::string_view word);

// Whether quotes after this word hold what happened: error "timeout", failed
// with "no space left". Any case.
bool TellsWhatFailed(absl::string_view word);

// Whether it is an error that a number may follow, and not a parameter with its
// value: StackOverflowError: null, HttpError$ServiceUnavailable: 503.
bool NamesAnError(absl::string_view name);

// py, go, yaml. In lower case.
bool IsFileEnding(absl::string_view ending);

}  // namespace recourse

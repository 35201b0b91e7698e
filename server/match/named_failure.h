// The last guess, where no table knows the words of an error.
#pragma once

#include "absl/types/span.h"
#include "server/match/error_tokens.h"

namespace recourse {

// Whether the text says that some particular thing failed or is refused: a
// word of failure or negation, and two words that are neither that nor such as
// any error uses ("operation failed, see log"). "Posting period 003 is not
// open" does. A cause that no table knows seldom goes away by itself. Of
// words in other scripts: false.
bool NamesAFailure(absl::Span<const Token> tokens);

}  // namespace recourse

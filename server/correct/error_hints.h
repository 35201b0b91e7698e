// What an error says about the text that caused it.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/correct/fixers.h"

namespace recourse {

// Names taken from one error are at most this many.
inline constexpr size_t kMaxHintNames = 16;

// The names that the error calls undefined, each once, in its order: Python's
// NameError, mypy's name-defined, flake8's F821.
std::vector<std::string> UndefinedNames(const FixerHints& hints);

// The functions whose coroutines were never awaited, without what they are
// members of.
std::vector<std::string> NeverAwaited(const FixerHints& hints);

// True when a coroutine was used as if it were its result.
bool MisusesCoroutine(const FixerHints& hints);

// True when the error speaks of such characters.
bool SpeaksOfByteOrderMark(const FixerHints& hints);
bool SpeaksOfCarriageReturn(const FixerHints& hints);
bool SpeaksOfTypographicQuote(const FixerHints& hints);
bool SpeaksOfTab(const FixerHints& hints);

}  // namespace recourse

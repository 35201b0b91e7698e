// Which fixers an error asks for, where no pattern names any.
#pragma once

#include <vector>

#include "server/correct/fixers.h"

namespace recourse {

// The fixers that fit what `hints.error` says of the text that caused it, each
// once, in the order in which to apply them; empty when it says nothing that a
// fixer knows. JSON_COMPLETE is never among them: what it drops may be missed.
std::vector<Fixer> FittingFixers(const FixerHints& hints);

}  // namespace recourse

// The words of an error as evidence.
#pragma once

#include "server/match/evidence.h"
#include "server/match/normalized_text.h"

namespace recourse {

// Adds every wording of the tables that `text` holds, once a meaning, with the
// weight of the best place it stands in.
void AddWordEvidence(const NormalizedText& text, Evidence* evidence);

}  // namespace recourse

// The words of an error as evidence.
#pragma once

#include <vector>

#include "server/match/error_tokens.h"
#include "server/match/evidence.h"
#include "server/match/wording_graph.h"

namespace recourse {

// All tables joined. Built at the first call, which takes some tens of
// milliseconds.
const WordingGraph& AllWordings();

// Adds every wording of the tables that stands in `tokens`, once a meaning,
// with the weight of the best place it stands in. First lowers and raises the
// tokens' percentages as the markers among them say; those of wordings that say
// nothing end at 0.
void AddWordEvidence(std::vector<Token>* tokens, Evidence* evidence);

// Adds what the text says in Chinese, Japanese or Korean.
void AddSignEvidence(const Failure& failure, Evidence* evidence);

}  // namespace recourse

// Which words count more, and which less, because of the words around them.
#pragma once

#include <vector>

#include "server/match/error_tokens.h"
#include "server/match/meaning.h"
#include "server/match/wording_graph.h"

namespace recourse {

struct MarkedPlace {
  Marker marker = Marker::kNone;
  WordingHit hit;
};

inline constexpr size_t kMaxMarkers = 32;  // The rest has no effect.

// Changes the percentages of the tokens that `places`, in the order of the
// text, speak of. Of the causes that follow one another the last is the root.
void ApplyMarkers(const std::vector<MarkedPlace>& places,
                  std::vector<Token>* tokens);

}  // namespace recourse

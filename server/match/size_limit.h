// What does an error say was too large, and how large may it be?
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "server/model/decision.h"

namespace recourse {

// Both sizes, or the one of them that `text` states, as software words them:
// "maximum context length is 128000 tokens ... resulted in 130512 tokens",
// "larger than max (5000000 vs. 4194304)", "value too long for type character
// varying(255)". KB, MiB and the like are turned into bytes, 1024 of each being
// one of the next. Two sizes of which the sent one is not the larger are no
// such statement, nor are rates ("3 per second") and times. nullopt: none is
// stated. Linear in the text's length.
std::optional<SizeLimit> FindSizeLimit(absl::string_view text);

}  // namespace recourse

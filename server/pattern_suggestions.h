// Patterns for errors that none matched, ready to be added.
#pragma once

#include <cstdint>
#include <string>

#include "recourse/v1/orchestrator.pb.h"
#include "server/match/registry.h"
#include "server/record/template_miner.h"

namespace recourse {

struct SuggestionOptions {
  int64_t min_count = 5;  // Errors that a suggestion must account for.
  int max_suggestions = 20;
  std::string ns;  // Empty: of all namespaces.
};

// A pattern in SHADOW mode for each large group of unmatched errors, the
// largest first. A suggested regex matches all samples of its group, requires a
// literal, and matches no sample of a group of another category; a smaller
// group of the same category that it covers is counted with it. Where the words
// between the group's first and last do not set it apart, the regex covers the
// whole text; where that does not either, nothing is suggested.
//
// Left out: groups of which `registry` by now matches at least half of the
// samples (SHADOW patterns too, none with conditions), and those whose pattern
// is there and DISABLED: somebody declined it. The id is made of the template's
// words, so it is the same as long as these are.
//
// Takes up to some 100 ms: not for an event loop.
v1::SuggestErrorPatternsResponse SuggestPatterns(
    const TemplateMiner& miner, const PatternRegistry& registry,
    const SuggestionOptions& options);

}  // namespace recourse

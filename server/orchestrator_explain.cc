// MatchErrorPattern: what would be decided, without taking or keeping anything.
#include <algorithm>
#include <utility>

#include "server/explain.h"
#include "server/orchestrator.h"

namespace recourse {

absl::StatusOr<Explanation> Orchestrator::Explain(
    RecoveryRequest request, std::vector<SharedPattern> candidates,
    size_t max_matches) const {
  std::shared_ptr<const PatternRegistry> registry = parts_.catalog->registry();
  if (!candidates.empty()) {
    // A candidate takes the place of the pattern of its id, as adding it would.
    for (const SharedPattern& pattern : registry->patterns()) {
      const bool replaced =
          std::any_of(candidates.begin(), candidates.end(),
                      [&](const auto& c) { return c->id == pattern->id; });
      if (!replaced) candidates.push_back(pattern);
    }
    absl::StatusOr<std::shared_ptr<const PatternRegistry>> extended =
        PatternRegistry::Create(std::move(candidates), registry->revision(),
                                registry.get());
    if (!extended.ok()) return extended.status();
    registry = *std::move(extended);
  }
  const Begun recovery = Start(std::move(request), registry);
  if (!recovery.ok()) return recovery.status();
  (*recovery)->dry_run = true;
  DecideNextStep(**recovery, Corrections::kRun);
  Conclude(**recovery);
  Explanation explanation;
  explanation.matches =
      registry->MatchAll((*recovery)->request.failure, max_matches);
  explanation.why =
      WhyWon(explanation.matches, (*recovery)->match.passed_over.get(),
             (*recovery)->match.winner.get());
  explanation.decision = std::move((*recovery)->decision);
  return explanation;
}

}  // namespace recourse

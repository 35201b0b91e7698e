// ApplyErrorPatterns: what a set of patterns changes.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "recourse/v1/orchestrator.pb.h"
#include "server/catalog/pattern_store.h"
#include "server/catalog/pattern_view.h"

namespace recourse {

inline constexpr int kMaxAppliedPatterns = 2000;

// The request's patterns, checked and compiled.
struct PatternSet {
  std::map<std::string, v1::ErrorPattern> messages;  // By id.
  std::map<std::string, SharedPattern> compiled;
  std::vector<std::string> warnings;
};

// INVALID_ARGUMENT names the field: "patterns[3].steps[0].retry.factor".
absl::StatusOr<PatternSet> ParseSet(
    const v1::ApplyErrorPatternsRequest& request,
    const std::set<std::string>& known_channels);

struct PatternPlan {
  PatternChanges changes;
  v1::ApplyErrorPatternsResponse response;  // Without registry_revision.
};

// What makes `base` into `set`. With `prune`, users' patterns that are not in
// the set go; hidden patterns of the library stay hidden.
PatternPlan PlanApply(const StoredPatterns& base, const PatternSet& set,
                      bool prune, const std::string& by, absl::Time now);

// RESOURCE_EXHAUSTED (REGISTRY_FULL) when the registry would be too large after
// `changes`; `view` lends what is compiled already.
absl::Status CheckRoomFor(const StoredPatterns& base, const PatternSet& set,
                          const PatternChanges& changes,
                          const PatternView& view, size_t max_patterns);

}  // namespace recourse

// The living set of patterns: the read-only library below, the users' patterns
// from the Store above, and the registry built of both.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/field_mask.pb.h"
#include "recourse/v1/orchestrator.pb.h"
#include "server/match/registry.h"
#include "server/store/store.h"

namespace recourse {

struct CatalogOptions {
  std::vector<v1::ErrorPattern> library;  // Checked by the caller's loader.
  // What the library's regexes require, in its order, where that is known and
  // they are known to compile; else empty.
  std::vector<RequiredLiterals> library_literals;
  // PatternRegistry::SaveLiterals of the library; may be empty.
  std::string library_index;
  std::set<std::string> known_channels;  // For warnings only.
  // The library's and the users' together; more are refused.
  size_t max_patterns = PatternRegistry::kMaxPatterns;
};

// A change that was made, or would be with validate_only.
struct PatternChange {
  v1::ErrorPattern pattern;  // As it stands, with its output-only fields.
  std::vector<std::string> warnings;
  int64_t registry_revision = 0;
};

// Changes are compare-and-set transactions on the Store, and what another
// server writes arrives through a watch; a change decides here from the moment
// its method returns. When the watch is lost the catalog lists anew. A stored
// pattern that this version cannot compile is kept, logged and left out.
//
// Statuses carry the reasons of wire/errors.h.
//
// Thread safety: safe for concurrent use. Changes block on the Store: not on an
// event loop. Reads never do.
class PatternCatalog {
 public:
  // Reads the users' patterns and watches them. `store` outlives the catalog.
  static absl::StatusOr<std::unique_ptr<PatternCatalog>> Open(
      Store* store, CatalogOptions options);
  ~PatternCatalog();

  // The current registry: one pointer copy under a lock.
  std::shared_ptr<const PatternRegistry> registry() const;

  // Counts what a decision's match found: the winner, and the shadows.
  void CountMatch(const MatchResult& match);

  // Changes begin again a few times when another server is faster, then give
  // ABORTED; with a revision in the request they give ABORTED at once. Reasons:
  // PATTERN_EXISTS, PATTERN_NOT_FOUND, STALE_REVISION, REGISTRY_FULL,
  // STORE_UNAVAILABLE (also when the change was stored, but did not arrive here
  // in time), STORE_FULL, and those of ParsePattern for a field "pattern.X".
  absl::StatusOr<PatternChange> Add(const v1::ErrorPattern& pattern,
                                    bool validate_only, const std::string& by,
                                    absl::Time now);
  absl::StatusOr<PatternChange> Update(
      const v1::UpdateErrorPatternRequest& request, const std::string& by,
      absl::Time now);
  // Returns the registry's revision without it.
  absl::StatusOr<int64_t> Remove(const v1::RemoveErrorPatternRequest& request,
                                 absl::Time now);
  // At one revision for every reader on every server, however large the set;
  // pattern_store.h says how. Fields are called "patterns[3].X".
  absl::StatusOr<v1::ApplyErrorPatternsResponse> Apply(
      const v1::ApplyErrorPatternsRequest& request, const std::string& by,
      absl::Time now);

  absl::StatusOr<v1::ErrorPattern> Get(const std::string& pattern_id) const;
  absl::StatusOr<v1::ListErrorPatternsResponse> List(
      const v1::ListErrorPatternsRequest& request) const;

  // Runs after each change of the registry, from the thread that made it; must
  // be quick. Set once, before the server serves.
  void OnChange(std::function<void(int64_t registry_revision)> listener);

 private:
  struct State;
  explicit PatternCatalog(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

}  // namespace recourse

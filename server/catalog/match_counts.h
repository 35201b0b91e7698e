// How often each pattern decided an error (a SHADOW one: matched), since the
// server started.
#pragma once

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "server/catalog/pattern_view.h"
#include "server/match/registry.h"

namespace recourse {

// Counts by origin and id, so that they outlive changes of a pattern and the
// registries. Thread safety: safe for concurrent use.
class MatchCounts {
 public:
  void Count(const MatchResult& match);

  // Writes the count into an entry's message.
  void FillIn(v1::ErrorPattern& pattern) const;

  // Forgets users' patterns that are not in `view` any more: the counts do not
  // outgrow the patterns.
  void Retain(const PatternView& view);

 private:
  using Counts = absl::flat_hash_map<std::string, int64_t>;

  Counts& Of(Origin origin) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return origin == Origin::kUser ? users_ : library_;
  }

  mutable absl::Mutex mu_;
  Counts users_ ABSL_GUARDED_BY(mu_);
  Counts library_ ABSL_GUARDED_BY(mu_);
};

}  // namespace recourse

// Stage "match" of the pipeline rpc -> match -> plan -> strategy -> record:
// which recovery pattern, if any, applies to a failure?
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/model/failure.h"
#include "server/model/pattern.h"

namespace recourse {

// What the registry says about one failure.
struct MatchResult {
  // Null: no ACTIVE pattern matches, or the one that does was passed over.
  SharedPattern winner;
  SharedPattern passed_over;           // By ClassifyMatch (classifier.h).
  std::vector<SharedPattern> shadows;  // SHADOW patterns that match, in order.
};

// An immutable set of N patterns, 0 <= N <= kMaxPatterns. A change builds a new
// registry, reusing what the previous one compiled, and swaps the pointer: one
// call sees exactly one revision from first read to last.
//
// Order: AskedBefore of model/pattern.h; the order of loading never matters.
// DISABLED patterns are held and never match.
//
// Thread safety: safe for concurrent use, no external synchronization needed.
class PatternRegistry {
 public:
  static constexpr size_t kMaxPatterns = 100'000;

  // Builds the index over `patterns`, which come in any order with distinct
  // ids; `revision` >= 0 labels the set. With `previous`, only what is not in
  // it is indexed anew, so that one added pattern among 10,000 costs
  // milliseconds. `saved_literals` is what SaveLiterals gave for the same
  // patterns, indexed without a previous registry: it saves most of the time;
  // of other patterns, or damaged, it is passed over. Errors:
  //   RESOURCE_EXHAUSTED  kMaxPatterns or the memory of the index is exceeded
  static absl::StatusOr<std::shared_ptr<const PatternRegistry>> Create(
      std::vector<SharedPattern> patterns, int64_t revision,
      const PatternRegistry* previous = nullptr,
      absl::string_view saved_literals = {});
  ~PatternRegistry();

  // The winner and the shadows for `failure`. "No match" is an answer.
  MatchResult Match(const Failure& failure) const;

  // All ACTIVE and SHADOW patterns that match, in order, at most `max`.
  std::vector<SharedPattern> MatchAll(const Failure& failure, size_t max) const;

  // What Create needs to index the same patterns fast: bytes for this version
  // of Vectorscan on any CPU of this kind; empty where there are few patterns.
  std::string SaveLiterals() const;

  // In match order, the first asked first.
  absl::Span<const SharedPattern> patterns() const;
  int64_t revision() const { return revision_; }

 private:
  class Index;  // Keeps RE2 and Vectorscan out of this header.
  PatternRegistry(int64_t revision, std::unique_ptr<const Index> index);

  const int64_t revision_;
  const std::unique_ptr<const Index> index_;
};

// True when `pattern`'s conditions hold and its regex is found in the
// failure's text (and stack, if the pattern asks for it). What the registry
// must agree with, one pattern at a time.
bool Matches(const Pattern& pattern, const Failure& failure);

}  // namespace recourse

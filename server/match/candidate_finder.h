// Which patterns could match a text? The live form of the index: what is new
// waits in a short list, and moves into indexes of growing size.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/match/literal_index.h"

namespace recourse {

// An immutable set of patterns that are searched for in the same text. Members
// are named by the caller's number for them, their rank.
//
// Each new generation reuses the indexes of the one before. At most
// kMaxPending patterns are in none and are tested one by one; more are put in a
// new index, together with every index less than twice its size, so that a
// pattern is indexed anew about log2(N / kMaxPending) times in its life.
//
// Thread safety: safe for concurrent use; a scratch serves one call at a time.
class CandidateFinder {
 public:
  static constexpr size_t kMaxPending = 32;

  struct Member {
    uint32_t rank;
    SharedCompiled compiled;
  };

  // `previous` may be null. `saved` is what SaveLiterals gave for the same
  // members without a previous one; else it is of no use and does no harm.
  CandidateFinder(const std::vector<Member>& members,
                  const CandidateFinder* previous,
                  absl::string_view saved = {});

  bool empty() const { return size_ == 0; }
  size_t MemoryBytes() const;
  // The first index's literals, compiled; empty when there is none.
  std::string SaveLiterals() const;
  bool PrepareScratch(HsScratch* scratch) const;

  // Appends the ranks of all members that could match `folded_text`, in no
  // order, perhaps more than once. A null scratch costs time only.
  void Find(absl::string_view folded_text, hs_scratch* scratch,
            std::vector<uint32_t>* ranks) const;

 private:
  static constexpr uint32_t kAbsent = UINT32_MAX;

  // An index shared between generations, and this generation's ranks.
  struct Segment {
    std::shared_ptr<const LiteralIndex> index;
    std::vector<uint32_t> ranks;  // By member of the index; kAbsent: removed.
    size_t live = 0;
  };

  using Unplaced = std::vector<Member>;

  Unplaced TakeOver(const std::vector<Member>& members,
                    const CandidateFinder& previous);
  void AbsorbSmallSegments(Unplaced* unplaced);
  void AddSegments(Unplaced unplaced, absl::string_view saved);

  size_t size_ = 0;
  std::vector<Segment> segments_;
  std::vector<Member> pending_;   // In no index yet.
  std::vector<uint32_t> always_;  // Regexes without required literals.
};

}  // namespace recourse

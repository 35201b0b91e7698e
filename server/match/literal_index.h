// Many literals looked for in one pass over the text.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/match/literal_requirement.h"
#include "server/match/scratch_pool.h"
#include "server/match/trigram_set.h"
#include "server/model/pattern.h"

struct hs_database;

namespace recourse {

// A pattern with what was learned about its regex; shared by all registries
// that hold the pattern.
struct CompiledPattern {
  SharedPattern pattern;
  LiteralRequirement requirement;
};
using SharedCompiled = std::shared_ptr<const CompiledPattern>;

// An immutable index over patterns that have a requirement: finds those whose
// requirement a text meets.
//
// Of every pattern one clause, the rarest within this index, goes into a
// Vectorscan database, a few bytes of each literal: long ones take long to
// compile. On the patterns that the scan turns up, the rest of the literal and
// the other clauses are tested, first by a few of their trigrams.
//
// Thread safety: safe for concurrent use; a scratch serves one call at a time.
class LiteralIndex {
 public:
  // Compile time grows faster than the number of literals.
  static constexpr size_t kMaxMembers = 16'384;

  // nullptr when Vectorscan cannot compile the literals (no memory, or a CPU it
  // does not know). REQUIRES: 1 to kMaxMembers members, all with clauses.
  // `saved` is what Save gave for an index of the same members, which need not
  // be compiled then; anything else, or nothing, costs that time only.
  static std::shared_ptr<const LiteralIndex> Create(
      std::vector<SharedCompiled> members, absl::string_view saved = {});
  ~LiteralIndex();

  const std::vector<SharedCompiled>& members() const { return members_; }
  size_t MemoryBytes() const;

  // The compiled literals, for this version of Vectorscan on any CPU of this
  // kind; empty: no memory.
  std::string Save() const;

  // Makes *scratch large enough for this index, keeping it fit for those it
  // was prepared for before. False: no memory. Reads the whole database, so
  // call it once, and clone the result.
  bool PrepareScratch(HsScratch* scratch) const;

  // Appends the members whose requirement `folded_text` meets, by number and
  // perhaps more than once; all of them when the scan fails.
  // `trigrams` are those of the text.
  void FindMembers(absl::string_view folded_text, const TrigramSet& trigrams,
                   hs_scratch* scratch, std::vector<uint32_t>* found) const;

 private:
  // A member under one of its triggers. Flat, since most are only glanced at.
  struct Posting {
    uint32_t member;
    std::array<TrigramSet::Slot, 6> needs;
    // The whole literal, in the member's requirement; empty: all was scanned.
    absl::string_view literal;
  };

  LiteralIndex() = default;
  // Fills postings_ and returns what to scan for, in the same order.
  std::vector<absl::string_view> ChooseTriggers();
  bool CompileDatabase(const std::vector<absl::string_view>& fragments);
  bool LoadDatabase(absl::string_view saved);

  std::vector<SharedCompiled> members_;
  std::vector<std::vector<Posting>> postings_;  // By number of the fragment.
  std::string fragments_;  // What is scanned for, as saved in front.
  hs_database* database_ = nullptr;
};

}  // namespace recourse

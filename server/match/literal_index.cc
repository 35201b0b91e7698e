#include "server/match/literal_index.h"

#include <hs/hs.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace recourse {
namespace {

using Clause = LiteralRequirement::Clause;

size_t ShortestLiteral(const Clause& clause) {
  size_t shortest = LiteralRequirement::kMaxLiteralBytes;
  for (const std::string& literal : clause) {
    shortest = std::min(shortest, literal.size());
  }
  return shortest;
}

// Some trigrams that texts must have beside a literal of clauses[trigger]: the
// first and the last one of the single literals in other clauses.
std::array<TrigramSet::Slot, 4> NeededTrigrams(
    const std::vector<Clause>& clauses, size_t trigger) {
  std::array<TrigramSet::Slot, 4> needs;
  needs.fill(TrigramSet::kAlwaysSet);
  size_t used = 0;
  for (size_t i = 0; i < clauses.size() && used < needs.size(); ++i) {
    if (i == trigger || clauses[i].size() != 1) continue;
    const absl::string_view literal = clauses[i][0];
    needs[used++] = TrigramSet::SlotOf(literal.substr(0, 3));
    needs[used++] = TrigramSet::SlotOf(literal.substr(literal.size() - 3));
  }
  return needs;
}

// Vectorscan's callback: each literal is reported once a scan.
int NoteLiteral(unsigned int id, unsigned long long, unsigned long long,
                unsigned int, void* seen) {
  static_cast<std::vector<uint32_t>*>(seen)->push_back(id);
  return 0;
}

}  // namespace

LiteralIndex::~LiteralIndex() { hs_free_database(database_); }

std::shared_ptr<const LiteralIndex> LiteralIndex::Create(
    std::vector<SharedCompiled> members) {
  std::shared_ptr<LiteralIndex> index(new LiteralIndex);
  index->members_ = std::move(members);
  if (!index->CompileDatabase(index->ChooseTriggers())) return nullptr;
  return index;
}

// Fills postings_ and returns the literals they are for, in the same order.
std::vector<std::string> LiteralIndex::ChooseTriggers() {
  absl::flat_hash_map<absl::string_view, int> uses;
  for (const SharedCompiled& member : members_) {
    for (const Clause& clause : member->requirement.clauses) {
      for (const std::string& literal : clause) ++uses[literal];
    }
  }
  // Few candidates come of literals that few patterns share, few false ones of
  // long literals.
  const auto cost = [&uses](const Clause& clause) {
    int total = 0;
    for (const std::string& literal : clause) total += uses[literal];
    return std::make_tuple(total, -static_cast<int>(ShortestLiteral(clause)),
                           clause.size());
  };
  std::vector<std::string> literals;
  absl::flat_hash_map<absl::string_view, uint32_t> numbers;
  for (uint32_t i = 0; i < members_.size(); ++i) {
    const std::vector<Clause>& clauses = members_[i]->requirement.clauses;
    const auto trigger = std::min_element(
        clauses.begin(), clauses.end(),
        [&](const Clause& a, const Clause& b) { return cost(a) < cost(b); });
    const Posting posting{i,
                          NeededTrigrams(clauses, trigger - clauses.begin())};
    for (const std::string& literal : *trigger) {
      const auto number = static_cast<uint32_t>(literals.size());
      const auto [it, added] = numbers.try_emplace(literal, number);
      if (added) {
        literals.push_back(literal);
        postings_.emplace_back();
      }
      postings_[it->second].push_back(posting);
    }
  }
  return literals;
}

bool LiteralIndex::CompileDatabase(const std::vector<std::string>& literals) {
  std::vector<const char*> starts;
  std::vector<size_t> lengths;
  std::vector<unsigned int> ids;
  for (const std::string& literal : literals) {
    ids.push_back(static_cast<unsigned int>(starts.size()));
    starts.push_back(literal.data());
    lengths.push_back(literal.size());
  }
  const std::vector<unsigned int> flags(literals.size(), HS_FLAG_SINGLEMATCH);
  hs_compile_error_t* error = nullptr;
  const hs_error_t result = hs_compile_lit_multi(
      starts.data(), flags.data(), ids.data(), lengths.data(),
      static_cast<unsigned int>(literals.size()), HS_MODE_BLOCK, nullptr,
      &database_, &error);
  if (error != nullptr) hs_free_compile_error(error);
  return result == HS_SUCCESS;
}

size_t LiteralIndex::MemoryBytes() const {
  size_t bytes = 0;
  return hs_database_size(database_, &bytes) == HS_SUCCESS ? bytes : 0;
}

bool LiteralIndex::PrepareScratch(HsScratch* scratch) const {
  hs_scratch_t* raw = scratch->release();
  const hs_error_t result = hs_alloc_scratch(database_, &raw);
  scratch->reset(raw);
  return result == HS_SUCCESS;
}

void LiteralIndex::FindMembers(absl::string_view folded_text,
                               const TrigramSet& trigrams, hs_scratch* scratch,
                               std::vector<uint32_t>* found) const {
  std::vector<uint32_t> seen;
  if (scratch == nullptr ||
      hs_scan(database_, folded_text.data(),
              static_cast<unsigned int>(folded_text.size()), 0, scratch,
              NoteLiteral, &seen) != HS_SUCCESS) {
    for (uint32_t i = 0; i < members_.size(); ++i) found->push_back(i);
    return;
  }
  for (const uint32_t literal : seen) {
    for (const Posting& posting : postings_[literal]) {
      const bool has_all = std::all_of(
          posting.needs.begin(), posting.needs.end(),
          [&](TrigramSet::Slot slot) { return trigrams.Has(slot); });
      if (!has_all) continue;
      const auto& requirement = members_[posting.member]->requirement;
      if (requirement.clauses.size() == 1 ||
          requirement.MayMatch(folded_text)) {
        found->push_back(posting.member);
      }
    }
  }
}

}  // namespace recourse

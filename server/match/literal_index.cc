#include "server/match/literal_index.h"

#include <hs/hs.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"

namespace recourse {
namespace {

using Clause = LiteralRequirement::Clause;

// Enough to be rare; more makes the database slow to compile.
constexpr size_t kScannedBytes = 8;

size_t ShortestLiteral(const Clause& clause) {
  size_t shortest = LiteralRequirement::kMaxLiteralBytes;
  for (const std::string& literal : clause) {
    shortest = std::min(shortest, literal.size());
  }
  return shortest;
}

bool Contains(absl::string_view text, absl::string_view literal) {
  if (literal.empty()) return true;  // Its data may be null, as the text's.
  return literal.size() <= text.size() &&
         memmem(text.data(), text.size(), literal.data(), literal.size()) !=
             nullptr;
}

// Some trigrams that texts must have: the first and the last one of `literal`,
// and of the single literals in the clauses beside clauses[trigger].
std::array<TrigramSet::Slot, 6> NeededTrigrams(
    const std::vector<Clause>& clauses, size_t trigger,
    absl::string_view literal) {
  std::array<TrigramSet::Slot, 6> needs;
  needs.fill(TrigramSet::kAlwaysSet);
  size_t used = 0;
  const auto need = [&](absl::string_view wanted) {
    needs[used++] = TrigramSet::SlotOf(wanted.substr(0, 3));
    needs[used++] = TrigramSet::SlotOf(wanted.substr(wanted.size() - 3));
  };
  need(literal);
  for (size_t i = 0; i < clauses.size() && used < needs.size(); ++i) {
    if (i != trigger && clauses[i].size() == 1) need(clauses[i][0]);
  }
  return needs;
}

// How many of an index's literals have each sequence of kScannedBytes.
class FragmentUses {
 public:
  void Add(absl::string_view literal) {
    for (size_t i = 0; i + kScannedBytes <= literal.size(); ++i) {
      ++uses_[literal.substr(i, kScannedBytes)];
    }
  }

  // The part of an added literal that fewest of the others have.
  absl::string_view Rarest(absl::string_view literal) const {
    absl::string_view rarest = literal.substr(0, kScannedBytes);
    int fewest = INT_MAX;
    for (size_t i = 0; i + kScannedBytes <= literal.size(); ++i) {
      const absl::string_view part = literal.substr(i, kScannedBytes);
      const int uses = uses_.at(part);
      if (uses < fewest) {
        fewest = uses;
        rarest = part;
      }
    }
    return rarest;
  }

 private:
  absl::flat_hash_map<absl::string_view, int> uses_;
};

// Unambiguous: no fragment is longer than a byte says.
std::string Joined(const std::vector<absl::string_view>& fragments) {
  static_assert(LiteralRequirement::kMaxLiteralBytes < 256);
  std::string joined;
  for (const absl::string_view fragment : fragments) {
    joined.push_back(static_cast<char>(fragment.size()));
    joined.append(fragment.data(), fragment.size());
  }
  return joined;
}

// Vectorscan's callback.
int NoteLiteral(unsigned int id, unsigned long long, unsigned long long,
                unsigned int, void* seen) {
  static_cast<std::vector<uint32_t>*>(seen)->push_back(id);
  return 0;
}

// By member, the number of the clause that is scanned for.
std::vector<size_t> TriggersOf(absl::Span<const SharedCompiled> members) {
  absl::flat_hash_map<absl::string_view, int> uses;
  for (const SharedCompiled& member : members) {
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
  std::vector<size_t> triggers;
  for (const SharedCompiled& member : members) {
    const std::vector<Clause>& clauses = member->requirement.clauses;
    const auto trigger = std::min_element(
        clauses.begin(), clauses.end(),
        [&](const Clause& a, const Clause& b) { return cost(a) < cost(b); });
    triggers.push_back(trigger - clauses.begin());
  }
  return triggers;
}

}  // namespace

LiteralIndex::~LiteralIndex() { hs_free_database(database_); }

std::shared_ptr<const LiteralIndex> LiteralIndex::Create(
    std::vector<SharedCompiled> members, absl::string_view saved) {
  std::shared_ptr<LiteralIndex> index(new LiteralIndex);
  index->members_ = std::move(members);
  const std::vector<absl::string_view> fragments = index->ChooseTriggers();
  index->fragments_ = Joined(fragments);
  if (absl::ConsumePrefix(&saved, index->fragments_) &&
      index->LoadDatabase(saved)) {
    return index;
  }
  if (!index->CompileDatabase(fragments)) return nullptr;
  return index;
}

std::vector<absl::string_view> LiteralIndex::ChooseTriggers() {
  const std::vector<size_t> triggers = TriggersOf(members_);
  FragmentUses fragment_uses;
  for (size_t i = 0; i < members_.size(); ++i) {
    const Clause& clause = members_[i]->requirement.clauses[triggers[i]];
    for (const std::string& literal : clause) fragment_uses.Add(literal);
  }
  std::vector<absl::string_view> fragments;
  absl::flat_hash_map<absl::string_view, uint32_t> numbers;
  for (uint32_t i = 0; i < members_.size(); ++i) {
    const std::vector<Clause>& clauses = members_[i]->requirement.clauses;
    for (const std::string& literal : clauses[triggers[i]]) {
      const absl::string_view fragment = fragment_uses.Rarest(literal);
      const auto number = static_cast<uint32_t>(fragments.size());
      const auto [it, added] = numbers.try_emplace(fragment, number);
      if (added) {
        fragments.push_back(fragment);
        postings_.emplace_back();
      }
      postings_[it->second].push_back(
          {i, NeededTrigrams(clauses, triggers[i], literal),
           fragment.size() < literal.size() ? literal : absl::string_view()});
    }
  }
  return fragments;
}

bool LiteralIndex::CompileDatabase(
    const std::vector<absl::string_view>& fragments) {
  std::vector<const char*> starts;
  std::vector<size_t> lengths;
  std::vector<unsigned int> ids;
  for (const absl::string_view fragment : fragments) {
    ids.push_back(static_cast<unsigned int>(starts.size()));
    starts.push_back(fragment.data());
    lengths.push_back(fragment.size());
  }
  const std::vector<unsigned int> flags(fragments.size(), 0);
  // Literals gain nothing by what this CPU can do beyond the common.
  hs_platform_info_t any_cpu = {};
  any_cpu.tune = HS_TUNE_FAMILY_GENERIC;
  hs_compile_error_t* error = nullptr;
  const hs_error_t result = hs_compile_lit_multi(
      starts.data(), flags.data(), ids.data(), lengths.data(),
      static_cast<unsigned int>(fragments.size()), HS_MODE_BLOCK, &any_cpu,
      &database_, &error);
  if (error != nullptr) hs_free_compile_error(error);
  return result == HS_SUCCESS;
}

bool LiteralIndex::LoadDatabase(absl::string_view saved) {
  if (hs_deserialize_database(saved.data(), saved.size(), &database_) !=
      HS_SUCCESS) {
    return false;
  }
  // Whether this CPU can run it shows here.
  HsScratch scratch;
  if (PrepareScratch(&scratch)) return true;
  hs_free_database(std::exchange(database_, nullptr));
  return false;
}

std::string LiteralIndex::Save() const {
  char* bytes = nullptr;
  size_t size = 0;
  if (hs_serialize_database(database_, &bytes, &size) != HS_SUCCESS) return "";
  std::string saved = fragments_;
  saved.append(bytes, size);
  free(bytes);
  return saved;
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
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  for (const uint32_t fragment : seen) {
    for (const Posting& posting : postings_[fragment]) {
      const bool may_have_all = std::all_of(
          posting.needs.begin(), posting.needs.end(),
          [&](TrigramSet::Slot slot) { return trigrams.Has(slot); });
      if (!may_have_all || !Contains(folded_text, posting.literal)) continue;
      const auto& requirement = members_[posting.member]->requirement;
      if (requirement.clauses.size() == 1 ||
          requirement.MayMatch(folded_text)) {
        found->push_back(posting.member);
      }
    }
  }
}

}  // namespace recourse

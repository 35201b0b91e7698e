#include "server/record/template_index.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/types/span.h"

namespace recourse {
namespace {

constexpr int kLengthBits = 6;

absl::Span<const uint64_t> Prefix(const TemplateWords& words) {
  if (words.keys.empty()) return {};
  return absl::MakeConstSpan(words.keys).subspan(0, words.keys.size() / 2 + 1);
}

}  // namespace

void TemplateWords::Add(absl::string_view word, uint64_t hash) {
  const auto before = std::count(in_order.begin(), in_order.end(), hash);
  in_order.push_back(hash);
  const uint64_t numbered =
      before == 0 ? hash : absl::HashOf(hash, static_cast<int64_t>(before));
  constexpr uint64_t kLongest = (1 << kLengthBits) - 1;
  const uint64_t shortness =
      kLongest - std::min<uint64_t>(word.size(), kLongest);
  keys.push_back(shortness << (64 - kLengthBits) | numbered >> kLengthBits);
}

void TemplateWords::Finish() { std::sort(keys.begin(), keys.end()); }

size_t CommonWords(const TemplateWords& a, const TemplateWords& b) {
  // Longest common subsequence, one row at a time.
  absl::InlinedVector<uint16_t, 64> row(b.size() + 1, 0);
  for (const uint64_t word : a.in_order) {
    uint16_t diagonal = 0;
    for (size_t j = 0; j < b.size(); ++j) {
      const uint16_t above = row[j + 1];
      row[j + 1] =
          word == b.in_order[j] ? diagonal + 1 : std::max(above, row[j]);
      diagonal = above;
    }
  }
  return row.back();
}

size_t CommonWordsInAnyOrder(const TemplateWords& a, const TemplateWords& b) {
  size_t common = 0;
  auto ours = a.keys.begin();
  auto theirs = b.keys.begin();
  while (ours != a.keys.end() && theirs != b.keys.end()) {
    common += *ours == *theirs ? 1 : 0;
    const bool ours_moves = *ours <= *theirs;
    theirs += *theirs <= *ours ? 1 : 0;
    ours += ours_moves ? 1 : 0;
  }
  return common;
}

void TemplateIndex::Add(uint32_t group, const TemplateWords& words) {
  for (const uint64_t key : Prefix(words)) groups_[key].push_back(group);
}

void TemplateIndex::Remove(uint32_t group, const TemplateWords& words) {
  for (const uint64_t key : Prefix(words)) {
    const auto it = groups_.find(key);
    if (it == groups_.end()) continue;
    std::vector<uint32_t>& members = it->second;
    members.erase(std::remove(members.begin(), members.end(), group),
                  members.end());
    if (members.empty()) groups_.erase(it);
  }
}

std::vector<uint32_t> TemplateIndex::Candidates(
    const TemplateWords& words) const {
  absl::InlinedVector<const std::vector<uint32_t>*, 32> lists;
  for (const uint64_t key : Prefix(words)) {
    const auto it = groups_.find(key);
    if (it != groups_.end()) lists.push_back(&it->second);
  }
  std::stable_sort(
      lists.begin(), lists.end(),
      [](const auto* a, const auto* b) { return a->size() < b->size(); });
  std::vector<uint32_t> candidates;
  candidates.reserve(kMaxCandidates);
  for (const auto* list : lists) {
    const size_t room = kMaxCandidates - candidates.size();
    candidates.insert(candidates.end(), list->begin(),
                      list->begin() + std::min(room, list->size()));
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()),
                   candidates.end());
  return candidates;
}

}  // namespace recourse

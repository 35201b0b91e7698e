#include "server/match/candidate_finder.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "server/match/trigram_set.h"

namespace recourse {

CandidateFinder::CandidateFinder(const std::vector<Member>& members,
                                 const CandidateFinder* previous,
                                 absl::string_view saved)
    : size_(members.size()) {
  std::vector<Member> indexable;
  for (const Member& member : members) {
    if (member.compiled->requirement.clauses.empty()) {
      always_.push_back(member.rank);
    } else {
      indexable.push_back(member);
    }
  }
  Unplaced unplaced = previous == nullptr ? std::move(indexable)
                                          : TakeOver(indexable, *previous);
  if (unplaced.size() <= kMaxPending) {
    pending_ = std::move(unplaced);
    return;
  }
  AbsorbSmallSegments(&unplaced);
  AddSegments(std::move(unplaced), saved);
}

// Keeps the segments of `previous` of which at least half is still wanted.
// Returns the members that are in none of them.
CandidateFinder::Unplaced CandidateFinder::TakeOver(
    const std::vector<Member>& members, const CandidateFinder& previous) {
  absl::flat_hash_map<const CompiledPattern*, size_t> wanted;
  wanted.reserve(members.size());
  for (size_t i = 0; i < members.size(); ++i) {
    wanted.emplace(members[i].compiled.get(), i);
  }
  std::vector<bool> placed(members.size(), false);
  for (const Segment& old : previous.segments_) {
    Segment segment{old.index, {}, 0};
    std::vector<size_t> found;
    for (const SharedCompiled& compiled : old.index->members()) {
      const auto it = wanted.find(compiled.get());
      if (it == wanted.end()) {
        segment.ranks.push_back(kAbsent);
      } else {
        segment.ranks.push_back(members[it->second].rank);
        found.push_back(it->second);
      }
    }
    segment.live = found.size();
    if (segment.live * 2 < segment.ranks.size()) continue;
    for (const size_t i : found) placed[i] = true;
    segments_.push_back(std::move(segment));
  }
  Unplaced unplaced;
  for (size_t i = 0; i < members.size(); ++i) {
    if (!placed[i]) unplaced.push_back(members[i]);
  }
  return unplaced;
}

void CandidateFinder::AbsorbSmallSegments(Unplaced* unplaced) {
  std::sort(segments_.begin(), segments_.end(),
            [](const Segment& a, const Segment& b) { return a.live > b.live; });
  while (!segments_.empty() && segments_.back().live < 2 * unplaced->size() &&
         segments_.back().live + unplaced->size() <=
             LiteralIndex::kMaxMembers) {
    const Segment& small = segments_.back();
    for (size_t i = 0; i < small.ranks.size(); ++i) {
      if (small.ranks[i] == kAbsent) continue;
      unplaced->push_back({small.ranks[i], small.index->members()[i]});
    }
    segments_.pop_back();
  }
}

void CandidateFinder::AddSegments(Unplaced unplaced, absl::string_view saved) {
  for (size_t start = 0; start < unplaced.size();
       start += LiteralIndex::kMaxMembers) {
    const size_t end =
        std::min(unplaced.size(), start + LiteralIndex::kMaxMembers);
    Segment segment;
    std::vector<SharedCompiled> compiled;
    for (size_t i = start; i < end; ++i) {
      compiled.push_back(unplaced[i].compiled);
      segment.ranks.push_back(unplaced[i].rank);
    }
    segment.live = segment.ranks.size();
    segment.index = LiteralIndex::Create(std::move(compiled), saved);
    if (segment.index != nullptr) {
      segments_.push_back(std::move(segment));
    } else {  // Slower, and still right.
      pending_.insert(pending_.end(), unplaced.begin() + start,
                      unplaced.begin() + end);
    }
  }
}

size_t CandidateFinder::MemoryBytes() const {
  size_t bytes = 0;
  for (const Segment& segment : segments_) {
    bytes += segment.index->MemoryBytes();
  }
  return bytes;
}

std::string CandidateFinder::SaveLiterals() const {
  return segments_.empty() ? "" : segments_.front().index->Save();
}

bool CandidateFinder::PrepareScratch(HsScratch* scratch) const {
  return std::all_of(segments_.begin(), segments_.end(),
                     [scratch](const Segment& segment) {
                       return segment.index->PrepareScratch(scratch);
                     });
}

void CandidateFinder::Find(absl::string_view folded_text, hs_scratch* scratch,
                           std::vector<uint32_t>* ranks) const {
  ranks->insert(ranks->end(), always_.begin(), always_.end());
  for (const Member& member : pending_) {
    if (member.compiled->requirement.MayMatch(folded_text)) {
      ranks->push_back(member.rank);
    }
  }
  if (segments_.empty()) return;
  const TrigramSet trigrams(folded_text);
  std::vector<uint32_t> found;
  for (const Segment& segment : segments_) {
    found.clear();
    segment.index->FindMembers(folded_text, trigrams, scratch, &found);
    for (const uint32_t i : found) {
      if (segment.ranks[i] != kAbsent) ranks->push_back(segment.ranks[i]);
    }
  }
}

}  // namespace recourse

#include "server/catalog/match_counts.h"

namespace recourse {

void MatchCounts::Count(const MatchResult& match) {
  absl::MutexLock lock(&mu_);
  if (match.winner) ++Of(match.winner->origin)[match.winner->id];
  for (const SharedPattern& shadow : match.shadows) {
    ++Of(shadow->origin)[shadow->id];
  }
}

void MatchCounts::FillIn(v1::ErrorPattern& pattern) const {
  absl::MutexLock lock(&mu_);
  const Counts& counts =
      pattern.origin() == v1::PATTERN_ORIGIN_USER ? users_ : library_;
  const auto count = counts.find(pattern.pattern_id());
  if (count != counts.end()) pattern.set_match_count(count->second);
}

void MatchCounts::Retain(const PatternView& view) {
  absl::MutexLock lock(&mu_);
  absl::erase_if(users_, [&](const auto& count) {
    return view.users.count(count.first) == 0;
  });
}

}  // namespace recourse

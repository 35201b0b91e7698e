#include "server/guard/holds.h"

#include <algorithm>

#include "server/guard/heap_bytes.h"
#include "server/model/stable_hash.h"

namespace recourse {

uint64_t Holds::HashOf(absl::string_view scope) { return StableHash(scope); }

Holds::Hold* Holds::Find(uint64_t hash, absl::Time now) {
  for (Hold& hold : holds_) {
    if (hold.hash == hash && now < hold.next_slot) return &hold;
  }
  return nullptr;
}

void Holds::Begin(absl::string_view scope, absl::Duration wait,
                  double release_rate, absl::Time now) {
  const absl::Time end = now + wait;
  const uint64_t hash = HashOf(scope);
  if (Hold* hold = Find(hash, now)) {
    hold->begin = now;
    hold->end = std::max(hold->end, end);
    hold->next_slot = std::max(hold->next_slot, hold->end);
    return;
  }
  const auto earliest = [](const Hold& a, const Hold& b) {
    return a.end < b.end;
  };
  if (holds_.size() >= kMaxHolds) {
    holds_.erase(std::min_element(holds_.begin(), holds_.end(), earliest));
  }
  std::erase_if(holds_,
                [now](const Hold& hold) { return hold.next_slot <= now; });
  holds_.push_back({hash, std::string(scope), now, end, end, release_rate});
}

void Holds::End(uint64_t scope_hash, absl::Time since) {
  std::erase_if(holds_, [&](const Hold& hold) {
    return hold.hash == scope_hash && hold.begin <= since;
  });
}

std::optional<absl::Time> Holds::Lift(absl::string_view scope, const Wish& wish,
                                      absl::Time now) {
  if (holds_.empty()) return std::nullopt;
  Hold* hold = Find(HashOf(scope), now);
  if (hold == nullptr || wish.at >= hold->next_slot) return std::nullopt;
  const absl::Duration spread =
      std::clamp(kJitter * (hold->end - now), absl::ZeroDuration(), kMaxJitter);
  absl::Time lifted =
      std::max(wish.at, hold->end) + spread * UnitInterval(wish.seed);
  if (hold->release_rate > 0) {
    lifted = std::max(lifted, hold->next_slot);
    if (lifted <= wish.last) {
      hold->next_slot += absl::Seconds(1 / hold->release_rate);
    }
  }
  return lifted;
}

size_t Holds::heap_bytes() const {
  size_t bytes = HeapBytes(holds_);
  for (const Hold& hold : holds_) bytes += HeapBytes(hold.scope);
  return bytes;
}

std::vector<HoldView> Holds::View(absl::Time now) const {
  std::vector<HoldView> views;
  for (const Hold& hold : holds_) {
    if (views.size() == kMaxHoldsShown) break;
    if (now < hold.end) views.push_back({hold.scope, hold.end - now});
  }
  return views;
}

}  // namespace recourse

// What one caller was told to wait, for all callers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/model/circuit.h"

namespace recourse {

// A Retry-After above this holds nobody: whoever lies about ten years harms
// itself alone.
inline constexpr absl::Duration kMaxBelievedRetryAfter = absl::Minutes(10);

// Times until which the retries of a quota scope wait. A longer one replaces a
// shorter one. Those who come back are spread: by chance over a tenth of the
// wait (at most 5 s), and no faster than calls came before it.
//
// Thread-compatible.
class Holds {
 public:
  static constexpr size_t kMaxHolds = 64;  // The first to end makes room.
  static constexpr double kJitter = 0.1;
  static constexpr absl::Duration kMaxJitter = absl::Seconds(5);

  // `release_rate`: calls a second that came before; 0: unknown.
  void Begin(absl::string_view scope, absl::Duration wait, double release_rate,
             absl::Time now);
  // The scope's calls succeed again. `since`: those who succeeded began after
  // it; a hold that began later stays.
  void End(uint64_t scope_hash, absl::Time since);
  static uint64_t HashOf(absl::string_view scope);

  struct Wish {
    absl::Time at;
    absl::Time last;  // A later place is told and not taken.
    uint64_t seed;
  };
  // When a run of `scope` that would be at `wish.at` may be instead; nullopt:
  // then.
  std::optional<absl::Time> Lift(absl::string_view scope, const Wish& wish,
                                 absl::Time now);

  std::vector<HoldView> View(absl::Time now) const;
  void Clear() { holds_.clear(); }
  bool empty() const { return holds_.empty(); }
  size_t heap_bytes() const;

 private:
  struct Hold {
    uint64_t hash;
    std::string scope;
    absl::Time begin;
    absl::Time end;
    absl::Time next_slot;
    double release_rate;
  };

  Hold* Find(uint64_t hash, absl::Time now);

  std::vector<Hold> holds_;  // Few.
};

}  // namespace recourse

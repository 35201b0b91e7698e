// The callers of one target, and how many of them see it fail.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/guard/call_window.h"
#include "server/guard/caller_breaker.h"
#include "server/guard/name_pair.h"
#include "server/model/target_policy.h"

namespace recourse {

// How long a caller that told sums once is taken to tell all its calls so.
inline constexpr absl::Duration kVolumeKnownFor = absl::Minutes(1);
// A caller that did not try again for this long, though its circuit let it, has
// gone: many a process ends because what it calls fails.
inline constexpr absl::Duration kTriesAgainWithin = absl::Minutes(30);

struct CallerKey {
  absl::string_view service;
  absl::string_view instance;

  // Stands for the caller, the same in every process; never 0. Who makes up
  // names that collide shares a circuit, as who uses another's name does.
  uint64_t Hash() const;
};

// One caller of one target. Thread-compatible.
struct Caller {
  Caller(const CallerKey& key, absl::Duration window_length)
      : names(key.service, key.instance),
        hash(key.Hash()),
        window(window_length) {}

  absl::string_view service() const { return names.first(); }
  absl::string_view instance() const { return names.second(); }

  bool TellsVolume(absl::Time now) const {
    return now - last_sums < kVolumeKnownFor;
  }
  // Its circuit is not CLOSED, and nobody will close it.
  bool HasGone(absl::Time now) const {
    return breaker.state() != CircuitState::kClosed &&
           now - std::max(last_seen, breaker.open_until()) >= kTriesAgainWithin;
  }

  size_t heap_bytes() const {
    return names.heap_bytes() + window.heap_bytes() + breaker.heap_bytes();
  }

  const NamePair names;
  const uint64_t hash;
  bool failing = false;  // As last worked out.
  CallerBreaker::Cause cause = CallerBreaker::Cause::kConsecutive;
  int64_t epoch = 0;   // Of its own circuit.
  uint64_t scope = 0;  // Hash of the quota scope it last named.
  absl::Time last_seen = absl::InfinitePast();
  absl::Time last_sums = absl::InfinitePast();
  absl::Time last_failure = absl::InfinitePast();
  CallWindow window;
  CallerBreaker breaker;
};

// Numbers of distinct callers; services where two or more are active, else
// instances. A service counts as failing (open, ...) when at least half of its
// active instances do.
struct Quorum {
  int active = 0;
  int failing = 0;      // By their rate in the window, or their own circuit.
  int slow = 0;         // By their slow calls in the window.
  int open = 0;         // By their own circuit alone.
  int failing_now = 0;  // By their last calls.
  int needed = 0;       // max(min_quorum, quorum x active).
  bool of_services = false;
};

// As many as the limits allow. Callers beyond are not known: their calls still
// count in the pool of the target. What is idle makes room first; where that is
// of other targets, with the next sweep.
//
// Thread-compatible, apart from `Limits::all_callers`.
class Callers {
 public:
  // Those of all targets share one.
  struct Limits {
    size_t max_callers;      // Of a target.
    size_t max_all_callers;  // Of all together: of `all_callers`.
    std::atomic<size_t> all_callers{0};

    bool AllAreKnown() const { return all_callers < max_all_callers; }
  };

  // `limits` must outlive it.
  explicit Callers(Limits* limits) : limits_(*limits) {}
  ~Callers();
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  // The caller, known from now on; nullptr when there is no room for it.
  Caller* Touch(const CallerKey& key, absl::Duration window_length,
                absl::Time now);
  // By CallerKey::Hash; nullptr when it is not known.
  Caller* Find(uint64_t hash);
  Caller* Find(const CallerKey& key);

  // Forgets those that are not active, so that other targets have room.
  void ForgetIdle(absl::Time now) { ForgetIdle(absl::ZeroDuration(), now); }

  Quorum CountQuorum(const BreakerPolicy& policy, absl::Time now);
  template <typename Visit>  // Called with Caller&.
  void ForEach(Visit visit) {
    for (const auto& caller : callers_) visit(*caller);
  }
  size_t size() const { return callers_.size(); }
  size_t heap_bytes() const;

 private:
  struct HashOf {
    static uint64_t Get(uint64_t hash) { return hash; }
    static uint64_t Get(const std::unique_ptr<Caller>& caller) {
      return caller->hash;
    }
  };
  struct Hash : HashOf {
    using is_transparent = void;
    template <typename T>
    size_t operator()(const T& key) const {
      return absl::HashOf(Get(key));
    }
  };
  struct Equal : HashOf {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return Get(a) == Get(b);
    }
  };

  static constexpr size_t kFirstLook = 16;

  bool MakeRoom(absl::Time now);
  void ForgetIdle(absl::Duration idle, absl::Time now);

  Limits& limits_;
  absl::flat_hash_set<std::unique_ptr<Caller>, Hash, Equal> callers_;
  Caller* last_ = nullptr;  // Found last: an error is followed by a question.
  size_t look_at_ = kFirstLook;  // With so many, for what is idle.
  absl::Time next_cleaning_ = absl::InfinitePast();
};

}  // namespace recourse

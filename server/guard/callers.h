// The callers of one target, and how many of them see it fail.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/guard/call_tally.h"
#include "server/guard/caller_breaker.h"
#include "server/guard/sliding_window.h"
#include "server/model/target_policy.h"

namespace recourse {

// How long a caller that told sums once is taken to tell all its calls so.
inline constexpr absl::Duration kVolumeKnownFor = absl::Minutes(1);

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
      : service(key.service),
        instance(key.instance),
        hash(key.Hash()),
        window(window_length) {}

  bool TellsVolume(absl::Time now) const {
    return now - last_sums < kVolumeKnownFor;
  }
  void Count(const CallTally& sum, absl::Time now);
  // What ended at an earlier time.
  void CountAt(const CallTally& sum, absl::Time at, absl::Time now);

  const std::string service;
  const std::string instance;
  const uint64_t hash;
  uint32_t service_number = 0;  // Of its table's services.
  bool failing = false;         // As last worked out.
  int64_t epoch = 0;            // Of its own circuit.
  CallerBreaker::Cause cause = CallerBreaker::Cause::kConsecutive;
  uint64_t scope = 0;  // Hash of the quota scope it last named.
  absl::Time last_seen = absl::InfinitePast();
  absl::Time last_sums = absl::InfinitePast();
  absl::Time last_failure = absl::InfinitePast();
  SlidingWindow<SmallCallTally> window;
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

// At most `max_callers`, and `*all_callers` of all targets together at most
// `max_all_callers`. Callers beyond are not known: their calls still count in
// the pool of the target. What is idle makes room first.
//
// Thread-compatible, apart from `all_callers`.
class Callers {
 public:
  struct Limits {
    size_t max_callers;
    size_t max_all_callers;
    std::atomic<size_t>* all_callers;
  };

  explicit Callers(const Limits& limits) : limits_(limits) {}
  ~Callers();
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  // The caller, known from now on; nullptr when there is no room for it.
  Caller* Touch(const CallerKey& key, absl::Duration window_length,
                absl::Time now);
  // By CallerKey::Hash; nullptr when it is not known.
  Caller* Find(uint64_t hash);
  Caller* Find(const CallerKey& key) { return Find(key.Hash()); }

  Quorum CountQuorum(const BreakerPolicy& policy, absl::Time now);
  template <typename Visit>  // Called with Caller&.
  void ForEach(Visit visit) {
    for (const auto& caller : callers_) visit(*caller);
  }
  size_t size() const { return callers_.size(); }

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

  bool MakeRoom(absl::Time now);
  void ForgetIdle(absl::Duration idle, absl::Time now);
  uint32_t ServiceNumber(absl::string_view service);

  const Limits limits_;
  absl::flat_hash_set<std::unique_ptr<Caller>, Hash, Equal> callers_;
  std::vector<size_t> services_;  // Hashes, by service_number.
  Caller* last_ = nullptr;  // Found last: an error is followed by a question.
  absl::Time next_cleaning_ = absl::InfinitePast();
};

}  // namespace recourse

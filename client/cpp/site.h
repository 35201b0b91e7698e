// One target of one client: what a call that succeeds touches, and no more.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "recourse/v1/circuit_breakers.pb.h"

namespace recourse {

// A call that succeeds reads `special` and adds one to a counter that few other
// threads use. Get one from Sites; it lives as long as that.
//
// Thread safety: safe for concurrent use. What is private belongs to Sites and
// its lock.
class Site {
 public:
  explicit Site(std::string target) : target_(std::move(target)) {}
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  const std::string& target() const { return target_; }

  // Something must be looked at before, and told after, the next call.
  bool special() const { return special_.load(std::memory_order_acquire); }

  // A call ended.
  void CountCall() {
    shards_[ShardOfThread()].calls.fetch_add(1, std::memory_order_relaxed);
  }

 private:
  friend class Sites;

  static constexpr size_t kShards = 8;
  struct alignas(64) Shard {
    std::atomic<int64_t> calls = 0;
  };
  // Threads take the shards in turn.
  static size_t ShardOfThread() {
    static std::atomic<size_t> next = 0;
    thread_local const size_t shard =
        next.fetch_add(1, std::memory_order_relaxed) % kShards;
    return shard;
  }
  int64_t calls() const {
    int64_t sum = 0;
    for (const Shard& shard : shards_) {
      sum += shard.calls.load(std::memory_order_relaxed);
    }
    return sum;
  }

  // As the server told last; UNSPECIFIED: nothing.
  struct Told {
    v1::CircuitState shared = v1::CIRCUIT_STATE_UNSPECIFIED;
    v1::CircuitState own = v1::CIRCUIT_STATE_UNSPECIFIED;  // Of this caller.
    absl::Time open_until = absl::InfinitePast();
  };

  const std::string target_;
  std::atomic<bool> special_ = false;
  std::array<Shard, kShards> shards_;

  int64_t told_calls_ = 0;   // Of calls(), told to the server.
  int64_t repeats_ = 0;      // Of calls(), those that were not the first.
  int64_t payers_seen_ = 0;  // First calls that have paid into the budget.
  int64_t failures_ = 0;     // Not told yet.
  int64_t slow_calls_ = 0;   // Not told yet.
  Told told_;
  // The breaker of the client's own.
  int failures_in_row_ = 0;
  int successes_ = 0;
  v1::CircuitState own_state_ = v1::CIRCUIT_STATE_CLOSED;
  absl::Time own_open_until_ = absl::InfinitePast();
};

}  // namespace recourse

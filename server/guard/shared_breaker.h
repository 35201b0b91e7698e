// The circuit that all callers of a target share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "server/guard/ask_schedule.h"
#include "server/guard/backlog.h"
#include "server/guard/call_tally.h"
#include "server/guard/call_window.h"
#include "server/guard/callers.h"
#include "server/guard/heap_bytes.h"
#include "server/guard/release_waves.h"
#include "server/guard/run_wish.h"
#include "server/model/circuit.h"
#include "server/model/target_policy.h"

namespace recourse {

// The state machine CLOSED -> OPEN -> HALF_OPEN -> CLOSED or OPEN again, over
// the pool of all callers' calls. What a person sets lies above it (see
// target_guard.h). Each change of state begins a new epoch.
//
// It opens when the pool is bad and a quorum of distinct callers see it, by one
// of three rules:
//   window  failure_rate of at least min_calls in the window failed (or
//           slow_call_rate were slow), and a quorum of callers fail by theirs;
//   sudden  of at least min_calls in the last two parts of the window more than
//           half-way between failure_rate and all failed, and the last calls of
//           a quorum failed;
//   own     failure_rate of the active callers, and a quorum, have opened their
//           own circuits: these send no calls that could fill the window.
//
// Thread-compatible.
class SharedBreaker {
 public:
  SharedBreaker(int64_t epoch, absl::Duration window_length, absl::Time now)
      : epoch_(epoch), change_time_(now), window_(window_length) {}

  // Calls that ended now, or at an earlier time. Never changes the state.
  void Count(const CallTally& sum, absl::Time now) {
    window_.Add(sum, now);
    if (backlog_ != nullptr) backlog_->Count(sum);
  }
  void CountAt(const CallTally& sum, absl::Time at, absl::Time now) {
    window_.AddAt(sum, at, now);
    if (backlog_ != nullptr) backlog_->Count(sum);
  }

  // Whether the pool alone would open it: only then a quorum need be counted.
  bool PoolIsBad(const BreakerPolicy& policy, absl::Time now);
  // Opens it if one of the rules says so. REQUIRES: CLOSED.
  bool OpenIfQuorum(const Quorum& quorum, const BreakerPolicy& policy,
                    absl::Time now);
  // What time and ended trials bring. True: the state changed. It may have to
  // be called again until it did not.
  bool Advance(const BreakerPolicy& policy, absl::Time now);

  RunPlace Ask(const RunWish& wish, absl::Time now) {
    if (backlog_ != nullptr) return AskInBacklog(wish, now);
    if (waves_ != nullptr) return AskInWaves(wish, now);
    return {RunPlace::Kind::kRun, wish.at};
  }
  // False: no such lease is out. nullopt: neither success nor failure.
  bool EndTrial(uint64_t permit, std::optional<bool> success, absl::Time now);
  void MoveTrial(uint64_t permit, absl::Time at);

  // CLOSED, everything counted forgotten.
  void Reset(std::string reason, absl::Time now);
  // HALF_OPEN from the first wave on, after a person kept it open.
  void BeginTrials(std::string reason, const BreakerPolicy& policy,
                   absl::Time now);
  // As it was before a restart. False: it is known in a later epoch already.
  bool Restore(const CircuitSnapshot& snapshot, const BreakerPolicy& policy,
               absl::Time now);
  // For what lies above: a change of what is shown.
  void BeginEpoch(absl::Time now);
  void SetWindow(absl::Duration length, absl::Time now) {
    window_.SetLength(length, now);
  }

  // CLOSED, and nobody waits: nothing but evidence moves it.
  bool IsAtRest() const {
    return state_ == CircuitState::kClosed && backlog_ == nullptr;
  }
  CircuitState state() const { return state_; }
  int64_t epoch() const { return epoch_; }
  const std::string& reason() const { return reason_; }
  absl::Time change_time() const { return change_time_; }
  absl::Time open_until() const { return open_until_; }
  int open_count() const { return open_count_; }
  double healthy_rate() const { return healthy_rate_; }
  const SmallCallTally& calls(absl::Time now) { return window_.Total(now); }
  const ReleaseWaves* waves() const { return waves_.get(); }
  const Backlog* backlog() const { return backlog_.get(); }
  size_t heap_bytes() const {
    return HeapBytes(reason_) + window_.heap_bytes() + HeapBytes(waves_) +
           HeapBytes(asks_) + HeapBytes(backlog_);
  }

 private:
  bool IsBad(const SmallCallTally& tally, const BreakerPolicy& policy) const;
  bool IsSudden(const BreakerPolicy& policy, absl::Time now);
  void RememberHealthyRate(const BreakerPolicy& policy, absl::Time now);
  void Open(std::string reason, const BreakerPolicy& policy, absl::Time now);
  void Close(const BreakerPolicy& policy, absl::Time now);
  void Enter(CircuitState state, std::string reason, absl::Time now);
  void PrepareWaves(const BreakerPolicy& policy, absl::Time start);
  RunPlace AskInWaves(const RunWish& wish, absl::Time now);
  RunPlace AskInBacklog(const RunWish& wish, absl::Time now);

  CircuitState state_ = CircuitState::kClosed;
  int open_count_ = 0;
  int64_t epoch_;
  std::string reason_;
  absl::Time change_time_;
  absl::Time open_until_;
  double healthy_rate_ = 0;
  CallWindow window_;
  std::unique_ptr<ReleaseWaves> waves_;  // OPEN, HALF_OPEN.
  std::unique_ptr<AskSchedule> asks_;    // With waves_.
  std::unique_ptr<Backlog> backlog_;     // After it closed.
};

}  // namespace recourse

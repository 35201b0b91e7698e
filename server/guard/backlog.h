// What goes on after a circuit closed: those who waited come back at a pace
// that the target bears beside its usual calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "absl/time/time.h"
#include "server/guard/ask_schedule.h"
#include "server/guard/call_tally.h"
#include "server/guard/permits.h"
#include "server/guard/run_wish.h"

namespace recourse {

// Slots one after the other at a rate that begins at a tenth of the calls that
// the target is known to bear, and moves once a second. It goes up by a
// twentieth of them while all slots are used and the target is well; above the
// rate at which it last was not, by a fifth of that. It goes down by a quarter
// when calls fail, are slow, or take much longer than when they were quickest:
// a queue fills long before calls fail of it.
//
// Who gets no slot within kHorizon is sent back to ask again: the rate may be
// another by then. It is over when nobody had to wait for a while.
//
// Thread-compatible. The ideas are TCP's (additive increase, multiplicative
// decrease) and TCP Vegas's (the time that a round takes).
class Backlog {
 public:
  static constexpr absl::Duration kHorizon = absl::Seconds(1);
  static constexpr absl::Duration kStep = absl::Seconds(1);
  static constexpr absl::Duration kQuiet = absl::Seconds(5);
  static constexpr double kMinRate = 1;

  struct Known {
    double borne_rate = 0;  // Calls a second that the target bears, ...
    // ... since it did before the outage; else the trials found it out.
    bool bore_it_before = false;
    absl::Duration trial_time;  // 0: unknown.
    double slow_call_rate = 1;
  };
  // `asks`: those who were sent away before.
  Backlog(AskSchedule asks, const Known& known, absl::Time now);

  // When a call may run, with the lease by which its end is known again; or,
  // without one, when to ask again. nullopt: neither by wish.last.
  struct Place {
    absl::Time at;
    uint64_t permit = 0;
  };
  std::optional<Place> Take(const RunWish& wish, absl::Time now);

  // As of ReleaseWaves.
  bool End(uint64_t permit, std::optional<bool> success, absl::Time now);
  void Move(uint64_t permit, absl::Time at) { permits_.Move(permit, at); }

  // Calls that ended, whoever made them.
  void Count(const CallTally& sum) { since_step_ += sum; }
  bool IsDone(absl::Time now);

  double rate() const { return rate_; }
  size_t heap_bytes() const { return permits_.heap_bytes(); }

 private:
  enum class Health : uint8_t { kWell, kMiddling, kIll };
  Health HealthOfTarget();
  void Step(absl::Time now);

  AskSchedule asks_;
  const Known known_;
  Permits permits_;
  double rate_;
  absl::Duration quickest_;  // Mean time of runs, when it was shortest.
  double last_ill_rate_ = std::numeric_limits<double>::infinity();
  absl::Time next_slot_;
  absl::Time next_step_;
  absl::Time next_step_down_ = absl::InfinitePast();
  absl::Time last_wait_;     // When somebody last had to wait.
  bool had_to_wait_ = true;  // Since the last step.
  CallTally since_step_;
  int64_t timed_ = 0;    // Runs that succeeded since the step, ...
  absl::Duration time_;  // ... and their time.
};

}  // namespace recourse

// What goes on after a circuit closed: those who waited come back at a pace
// that the target bears beside its usual calls.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "server/guard/ask_schedule.h"
#include "server/guard/call_tally.h"

namespace recourse {

// Slots one after the other at a rate that begins at a tenth of the calls that
// the target is known to bear, and moves once a second: up by a twentieth of
// them while all slots are used and few calls fail or are slow, down by three
// tenths of itself when more do. Who gets no slot within kHorizon is sent back
// to ask again: the rate may be another by then. It is over when nobody had to
// wait for a while.
//
// Thread-compatible. The idea (additive increase, multiplicative decrease) is
// TCP's.
class Backlog {
 public:
  static constexpr absl::Duration kHorizon = absl::Seconds(1);
  static constexpr absl::Duration kStep = absl::Seconds(1);
  static constexpr absl::Duration kQuiet = absl::Seconds(5);
  static constexpr double kMinRate = 1;

  // `asks`: those who were sent away before. `borne_rate`: calls a second that
  // the target is known to bear.
  Backlog(AskSchedule asks, double borne_rate, double slow_call_rate,
          absl::Time now);

  struct Place {
    absl::Time at;
    bool ask_again = false;
  };
  // When a call may run that would at `at`; or when to ask again. nullopt:
  // neither before `last`.
  std::optional<Place> Take(absl::Time at, absl::Time last, uint64_t seed,
                            absl::Time now);

  // Calls that ended, whoever made them.
  void Count(const CallTally& sum) { since_step_ += sum; }
  bool IsDone(absl::Time now);

  double rate() const { return rate_; }

 private:
  void Step(absl::Time now);

  AskSchedule asks_;
  const double borne_rate_;
  const double slow_call_rate_;
  double rate_;
  absl::Time next_slot_;
  absl::Time next_step_;
  absl::Time last_wait_;     // When somebody last had to wait.
  bool had_to_wait_ = true;  // Since the last step.
  CallTally since_step_;
};

}  // namespace recourse

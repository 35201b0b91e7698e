// What the orchestrator asks of the guard: which runs need leave, and what a
// failure, an outcome or an open circuit says about a target. Pure.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "server/guard/guard.h"
#include "server/model/decision.h"
#include "server/model/failure.h"
#include "server/model/progress.h"
#include "server/plan/planner.h"
#include "server/strategy/strategy.h"

namespace recourse {

// Where `action`, which runs the operation, would run it.
const std::string& TargetOf(const Action& action, const Failure& failure);

// True when an error of this category speaks against its target: TRANSIENT,
// CONNECTION, TIMEOUT. What the caller did wrong, or was told to wait for,
// does not.
bool SpeaksAgainstTarget(Category category);

// What an open circuit means where the operation has not begun: nothing was
// done, and waiting helps. Without an error of an earlier attempt that is all
// there is to say.
void ClassifyOpenCircuit(const Failure& failure,
                         Classification& classification);

// The run that was decided before, as the token tells.
struct PreviousRun {
  const GrantStamp* grant = nullptr;  // Null, or without target: none.
  bool settled = false;  // Before: a token that comes again changes nothing.
};

// Ends `previous`, and counts what the error says about its target. `site`:
// where the failed call went, by the guard's names.
void TellFailure(const Failure& failure, const CallSite& site,
                 const Classification& classification,
                 const PreviousRun& previous, absl::Time now, Guard& guard);

// Ends the run that a recovery was granted last, as its report says. Once a
// run: it counts every time.
void TellOutcome(const Progress& progress, Outcome outcome, absl::Time now,
                 Guard& guard);

// A question for leave, beside the action.
struct LeaveRequest {
  const Failure& failure;
  CallSite site;  // Where the failed call went, by the guard's names.
  absl::string_view target;  // Likewise where the action would run.
  const Classification& classification;
  const RecoveryLimits& limits;
  bool has_token = false;  // Naive callers drop it.
  uint64_t seed = 0;
  absl::Time now;
};

// May `action`, which runs the operation, run, and when? Takes what the answer
// grants: Settle or Release it. nullopt: it needs no leave, since it runs
// nothing or its target has no name.
using Leave = std::variant<Admitted, Exhausted>;
std::optional<Leave> AskLeave(const Action& action, const LeaveRequest& request,
                              Guard& guard);

// What a decision was granted, until its token carries it away: dropped before,
// it is given back.
class HeldGrant {
 public:
  HeldGrant() = default;
  ~HeldGrant() { GiveBack(); }
  HeldGrant(const HeldGrant&) = delete;
  HeldGrant& operator=(const HeldGrant&) = delete;

  // REQUIRES: nothing is held. `failure` and `guard` outlive the hold.
  void Hold(Grant grant, const Failure& failure, absl::Time now, Guard& guard);
  void GiveBack();
  // What the token carries; nothing is held afterwards.
  GrantStamp Take();

  const Grant* get() const { return grant_ ? &*grant_ : nullptr; }

 private:
  std::optional<Grant> grant_;
  const Failure* failure_ = nullptr;
  absl::Time time_;
  Guard* guard_ = nullptr;
};

// False for a decision to ask again, and for a retry of what did not begin
// since its circuit is open.
bool UsesAnAttempt(const Decision& decision, const Failure& failure);

// What a caller believes of the circuit that it asks about.
struct Belief {
  bool held_back = false;      // It did not run, since it heard of an open one.
  bool hears_nothing = false;  // Of what changes: its target is renamed.
};

// Writes what was granted into the decision: the wait, and whether to run at
// its end. Who was held back and may run now does so whatever it heard: that
// may have come out of order, or the news that it closed were missed, and
// nothing else would tell it. After a wait what it hears is newer than this.
void ApplyGrant(const Grant& grant, const Belief& belief, Decision& decision);

}  // namespace recourse

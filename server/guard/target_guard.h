// Everything that is known about one target, and what follows from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/guard/callers.h"
#include "server/guard/guard.h"
#include "server/guard/holds.h"
#include "server/guard/name_pair.h"
#include "server/guard/pacer.h"
#include "server/guard/retry_budget.h"
#include "server/guard/shared_breaker.h"
#include "server/model/circuit.h"
#include "server/model/target_policy.h"

namespace recourse {

// Changes of state to tell, oldest first; null: nobody listens.
using Changes = std::vector<CircuitView>;

// The parts of one target put together: callers with their own circuits, the
// shared circuit, what a person set, budget, holds and pacing. The methods that
// Guard has too mean what is said there.
//
// Thread-compatible: the table of targets holds a lock.
class TargetGuard {
 public:
  // `limits` must outlive it.
  TargetGuard(NamePair name, int64_t first_epoch, SharedTargetPolicy policy,
              Callers::Limits* limits, absl::Time now);

  // Evidence (target_guard.cc).
  void ObserveError(const CallSite& site, const ErrorEvidence& evidence,
                    absl::Time now, Changes* changes);
  void ObserveCalls(const CallSite& site, const CallSums& sums, absl::Time now,
                    Changes* changes);
  void Settle(const GrantStamp& stamp, RunOutcome outcome, absl::Time now,
              Changes* changes);

  // Decisions (target_admit.cc).
  AdmitAnswer Admit(const AdmitRequest& request, absl::Time now,
                    Changes* changes);
  void Release(const GrantStamp& stamp, absl::Time now);
  bool IsOpen(const CallSite& site, absl::Time now, Changes* changes);

  // What people do, and what is shown (target_view.cc).
  void Override(std::optional<CircuitOverride> override, absl::Time now,
                Changes* changes);
  void Reset(absl::Time now, Changes* changes);
  LocalShare ShareOf(const CallSite& site, absl::Time now);
  CircuitView SharedView(absl::Time now);
  CircuitView ViewOf(Caller& caller, absl::Time now);
  // The shared one, and callers' own that are not CLOSED, as far as `filter`
  // wants them and until the list holds `limit`.
  void AppendCircuits(const CircuitFilter& filter, size_t limit, absl::Time now,
                      Changes* changes, CircuitList* list);
  std::optional<CircuitSnapshot> Snapshot(absl::Time now) const;
  void Restore(const CircuitSnapshot& snapshot, absl::Time now,
               Changes* changes);

  // Moves on what time alone moves.
  void Advance(absl::Time now, Changes* changes) {
    if (override_ != nullptr || !breaker_.IsAtRest()) MoveOn(now, changes);
  }
  // The same for every caller's own circuit; of one that has gone it is closed.
  void AdvanceAll(absl::Time now, Changes* changes);
  void ForgetIdleCallers(absl::Time now) { callers_.ForgetIdle(now); }
  void SetPolicy(SharedTargetPolicy policy, absl::Time now);

  // Of the namespace and the target in it.
  const NamePair& name() const { return name_; }
  int64_t epoch() const { return breaker_.epoch(); }
  // Something here is not as it would be for a new target.
  bool IsRestless() const {
    return override_ != nullptr || open_callers_ > 0 || !breaker_.IsAtRest();
  }
  bool IsOverridden() const { return override_ != nullptr; }
  size_t heap_bytes() const;  // But for the policy, which many share.

 private:
  const BreakerPolicy& breaker_policy() const { return policy_->breaker; }
  absl::Duration PartLength() const {
    return breaker_policy().window / CallWindow::kParts;
  }
  absl::string_view target() const { return name_.second(); }
  bool Is(CircuitState state) const {
    return override_ != nullptr && override_->state == state;
  }
  // A person lets everything pass, whatever the circuits say.
  bool PassesAll() const {
    return Is(CircuitState::kForcedClosed) || Is(CircuitState::kShadow);
  }
  void MoveOn(absl::Time now, Changes* changes);
  Caller* Touch(const CallSite& site, absl::Time now, Changes* changes);
  void AdvanceCaller(Caller* caller, absl::Time now, Changes* changes);

  // target_guard.cc
  struct Report {
    CallTally sum;
    absl::Duration period;
    bool ends_in_failure = false;
  };
  void Count(Caller* caller, const Report& report, absl::Time now,
             Changes* changes);
  void CountSpread(Caller* caller, const CallTally& sum, absl::Duration period,
                   absl::Time now);
  void CountAlone(Caller* caller, absl::Time now, Changes* changes);
  bool CountOwn(Caller* caller, CallerBreaker::Evidence evidence,
                absl::Time now, Changes* changes);
  void CountSums(Caller* caller, const CallSums& sums, bool ends_in_failure,
                 absl::Time now, Changes* changes);
  void OpenShared(bool own_opened, bool is_news, absl::Time now,
                  Changes* changes);
  bool EndTrial(Caller* caller, uint64_t permit, std::optional<bool> success,
                absl::Time now, Changes* changes);
  void BeginHold(const CallSite& site, absl::Duration retry_after,
                 absl::Time now);
  void ResetCallers(absl::Time now, Changes* changes);
  void ResetCaller(Caller& caller, absl::Time now, Changes* changes);

  // target_admit.cc
  // Nothing but the budget keeps the caller from running when it wants to, as
  // for most targets most of the time.
  bool IsWell(const Caller* caller) const;
  void AdmitInTurn(const AdmitRequest& request, Caller* caller,
                   AdmitAnswer* answer, absl::Time now);
  bool Reserve(Admitted* admitted, absl::Time now);
  RunPlace AskCircuits(const RunWish& wish, Caller* caller, absl::Time now);
  RunPlace AskOwn(const RunWish& wish, Caller* caller, absl::Time now);
  absl::Time Pace(absl::Time at, absl::Time last, Admitted* admitted,
                  absl::Time now);
  void HoldBack(const AdmitRequest& request, const RunWish& wish,
                RunPlace* place, Admitted* admitted, absl::Time now);
  NotAdmitted WhyRefused(const RunWish& wish, const Caller* caller,
                         absl::Time now);
  NotAdmitted BudgetSpent(absl::Time now);

  void EndOverride(absl::string_view why, absl::Time now, Changes* changes);
  void Tell(absl::Time now, Changes* changes);
  void Tell(Caller* caller, absl::Time now, Changes* changes);

  const NamePair name_;
  SharedTargetPolicy policy_;
  absl::Duration part_length_;  // Of the breaker's window.
  Callers callers_;
  SharedBreaker breaker_;
  RetryBudget budget_;
  Holds holds_;
  std::unique_ptr<Pacer> pacer_;  // Where the policy paces.
  std::unique_ptr<CircuitOverride> override_;
  int open_callers_ = 0;  // Own circuits that are not CLOSED.
  int64_t late_outcomes_ = 0;
  absl::Time next_quorum_ = absl::InfinitePast();
};

}  // namespace recourse

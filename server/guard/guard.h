// Between "plan" and "strategy": may this operation run against this target
// again now, and if not now, when? Circuit breakers, retry budgets and pacing
// that all callers share. Pure: time and chance are arguments; no I/O.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/guard/grant.h"
#include "server/model/calls.h"
#include "server/model/circuit.h"
#include "server/model/enums.h"
#include "server/model/target_policy.h"

namespace recourse {

// Who calls what. Borrowed for the duration of one call.
struct CallSite {
  absl::string_view ns;
  absl::string_view target;       // Empty: nothing is guarded.
  absl::string_view quota_scope;  // Holds and pacing of Retry-After only.
  absl::string_view service;
  absl::string_view instance;
};

// What one error says about its target.
struct ErrorEvidence {
  ErrorEvidence() {}  // As AdmitRequest says.

  // It speaks against the target: TRANSIENT, CONNECTION and TIMEOUT do, what
  // the caller did wrong does not.
  bool counts = false;
  std::optional<CallSums> sums;  // Told with it, itself included.
  // It ended a granted run which Settle(kFailure) told of just before: where
  // there are no sums, it is not one more call.
  //
  // Without sums, and not settled, it is one failure of a caller of whose other
  // calls nothing is known: it counts among its failures in a row, but not in
  // any rate.
  bool settled = false;
  // A wait that the target asked for. Above the policy's limits it holds
  // nobody: whoever lies about ten years harms itself alone.
  std::optional<absl::Duration> retry_after;
};

// A run that a decision would grant.
struct AdmitRequest {
  // What every decision makes is not made by default: GCC would first clear all
  // of it with a string instruction, which takes longer than the rest.
  AdmitRequest() {}

  CallSite site;
  // True for a first call to this target, as an alternative is, or an operation
  // that has not begun since its circuit is open: it needs a permit, but is no
  // retry that a budget pays for.
  bool first_call = false;
  // As the strategy said; 0 where the caller waited already and asks again.
  absl::Duration delay;
  absl::Duration expected_call_time;  // Length of a permit's lease beside it.
  std::optional<absl::Duration> time_remaining;  // nullopt: no limit.
  uint64_t seed = 0;
  // It asks again when told to (Grant::recheck). False for a caller of which
  // nothing says so, neither sums nor circuit_open: it would run instead, so it
  // gets a place in a recovery or is refused.
  bool can_recheck = true;
  // Identifies naive callers that drop the token: the same operation, failing
  // the same way, from the same place. 0: this one brought its token.
  uint64_t tokenless_key = 0;
  int max_tokenless_grants = 10;
};

// May run, or ask again (grant.recheck), after `grant.delay`, which is `delay`
// or later. It never passes the caller's last chance (time_remaining -
// expected_call_time) if `delay` did not: a hold or pacing is cut short there.
struct Admitted {
  Admitted() {}  // As AdmitRequest says.

  Grant grant;
  // HELD_BACK, VOLUME_UNKNOWN: for the trace.
  std::vector<std::pair<TraceReason, std::string>> notes;
};

// May not: BREAKER_OPEN, BUDGET_EXHAUSTED, TOKEN_DROPPED. The text names
// scope, used, limit and refill time.
struct NotAdmitted {
  TraceReason reason = TraceReason::kUnspecified;
  std::string text;
};

using AdmitAnswer = std::variant<Admitted, NotAdmitted>;

// How a granted run ended, as its token's next error or its report says.
enum class RunOutcome : uint8_t {
  kSuccess,
  kFailure,
  kNeutral,  // Cancelled, ignored, or failed by its caller's own fault.
  kUnused,   // It never ran: what was reserved comes back.
};

// Which circuits to list. Its functions are asked under a lock: they must be
// quick and leave the guard alone.
struct CircuitFilter {
  bool only_open = false;  // Leave out what is CLOSED.
  std::string ns = {};     // Empty: of every namespace.
  std::function<bool(absl::string_view target)> target = {};  // Null: any.
  // Whose own circuits, beside the shared ones; null: everybody's.
  std::function<bool(absl::string_view service, absl::string_view instance)>
      caller = {};
};

struct CircuitList {
  std::vector<CircuitView> circuits;  // In no order.
  size_t left_out = 0;                // That the filter wants beyond the limit.
};

// Thread safety: safe for concurrent use; calls for different targets seldom
// meet in a lock. Memory: at most kMaxTargets targets with kMaxCallers callers
// each; the longest idle are forgotten, what is not CLOSED or overridden last.
//
// Times are compared only with times of the same process: `now` must come from
// one clock.
class Guard {
 public:
  static constexpr size_t kMaxTargets = 100'000;
  static constexpr size_t kMaxCallersPerTarget = 1'000;
  static constexpr absl::Duration kForgetAfter = absl::Minutes(30);

  // What is in force for a target; called when one is first met and after
  // PoliciesChanged. Must be thread-safe and cheap, never null.
  using PolicyLookup = std::function<SharedTargetPolicy(
      absl::string_view ns, absl::string_view target)>;
  // Told of every change of a circuit's state, outside of the guard's locks, in
  // order per circuit.
  using ChangeListener = std::function<void(const CircuitView&)>;

  explicit Guard(PolicyLookup policies, ChangeListener on_change = nullptr);
  ~Guard();

  // An error came. Before anything is decided about it.
  void ObserveError(const CallSite& site, const ErrorEvidence& evidence,
                    absl::Time now);
  // A caller told its sums.
  void ObserveCalls(const CallSite& site, const CallSums& sums, absl::Time now);
  // A run that was granted ended. An outcome of an older epoch, or after its
  // lease, is counted as late and changes nothing.
  void Settle(absl::string_view ns, const GrantStamp& stamp, RunOutcome outcome,
              absl::Time now);

  // Takes a permit, reserves from the budget, holds back and paces; or says why
  // not, with nothing taken.
  AdmitAnswer Admit(const AdmitRequest& request, absl::Time now);
  // Gives back what Admit took, for a grant that is not used after all.
  void Release(absl::string_view ns, const Grant& grant, absl::Time now);

  // True when a first call now would be refused: alternatives skip such
  // targets. Takes nothing.
  bool IsOpen(const CallSite& site, absl::Time now) const;
  // This caller's share of the target's retries, should we be away.
  LocalShare ShareOf(const CallSite& site, absl::Time now) const;

  // The shared circuit, and callers' own that are not CLOSED, as far as
  // `filter` wants them (its `ns` and `target` are not looked at). Empty:
  // unknown, or none of them.
  std::vector<CircuitView> Circuits(absl::string_view ns,
                                    absl::string_view target, absl::Time now,
                                    const CircuitFilter& filter = {}) const;
  // Those of all targets that `filter` wants, at most `limit`; the others are
  // not even put together.
  CircuitList AllCircuits(const CircuitFilter& filter, size_t limit,
                          absl::Time now) const;

  // What a person set; nullopt ends it. `until` by `now`'s clock.
  void Override(absl::string_view ns, absl::string_view target,
                std::optional<CircuitOverride> override, absl::Time now);
  // Forgets what was counted; the circuit is CLOSED, in a new epoch.
  void Reset(absl::string_view ns, absl::string_view target, absl::Time now);
  // Policies are looked up anew; counts and states stay.
  void PoliciesChanged();

  // Shared circuits that are not CLOSED, to be kept by whoever restarts us, and
  // back: open times go on with what remained.
  std::vector<CircuitSnapshot> Snapshot(absl::Time now) const;
  void Restore(const std::vector<CircuitSnapshot>& circuits, absl::Time now);

  // Moves on what time alone moves (open times, leases, overrides), tells of
  // it, and forgets what is idle. Cheap; call about once a second: in between,
  // whoever asks moves the circuit he asks about.
  void Sweep(absl::Time now);
  size_t target_count() const;
  // What it takes from the heap, within a few per cent; policies belong to who
  // looks them up. Goes round all targets, and holds each of its locks for a
  // 64th of that.
  size_t memory_bytes() const;

 private:
  class Impl;  // Keeps breaker, budget and pacer out of this header.
  const std::unique_ptr<Impl> impl_;
};

}  // namespace recourse

#include "server/guard/target_guard.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace recourse {
namespace {

constexpr int64_t kMaxCallsInReport = 10'000'000;
// Where nothing new is learned, a quorum is not counted more often.
constexpr absl::Duration kQuorumPause = absl::Milliseconds(100);
// Failures that are told alone are in a row only if they are no further apart.
constexpr absl::Duration kStaleRow = absl::Minutes(1);

CallTally TallyOf(const CallSums& sums) {
  CallTally tally;
  tally.calls = std::clamp<int64_t>(sums.calls, 0, kMaxCallsInReport);
  tally.failures = std::clamp<int64_t>(sums.failures, 0, tally.calls);
  tally.slow = std::clamp<int64_t>(sums.slow_calls, 0, tally.calls);
  return tally;
}

// Of what ended in `period`, what ended in the last `length` of it.
CallTally LastPart(const CallTally& sum, absl::Duration period,
                   absl::Duration length) {
  if (period <= length) return sum;
  const double share = absl::FDivDuration(length, period);
  const auto part = [share](int64_t count) {
    return std::llround(static_cast<double>(count) * share);
  };
  return {part(sum.calls), part(sum.failures), part(sum.slow)};
}

}  // namespace

TargetGuard::TargetGuard(NamePair name, int64_t first_epoch,
                         SharedTargetPolicy policy, Callers::Limits* limits,
                         absl::Time now)
    : name_(std::move(name)),
      policy_(std::move(policy)),
      part_length_(PartLength()),
      callers_(limits),
      breaker_(first_epoch, policy_->breaker.window, now),
      budget_(policy_->retry_budget) {}

void TargetGuard::SetPolicy(SharedTargetPolicy policy, absl::Time now) {
  policy_ = std::move(policy);
  part_length_ = PartLength();
  breaker_.SetWindow(breaker_policy().window, now);
  callers_.ForEach([&](Caller& caller) {
    caller.window.SetLength(breaker_policy().window, now);
  });
  budget_.SetPolicy(policy_->retry_budget, now);
  if (pacer_ != nullptr && !pacer_->Fits(policy_->pacing)) pacer_ = nullptr;
}

Caller* TargetGuard::Touch(const CallSite& site, absl::Time now,
                           Changes* changes) {
  Advance(now, changes);
  Caller* caller = callers_.Touch({site.service, site.instance},
                                  breaker_policy().window, now);
  if (caller != nullptr && open_callers_ > 0) {
    AdvanceCaller(caller, now, changes);
  }
  return caller;
}

void TargetGuard::AdvanceCaller(Caller* caller, absl::Time now,
                                Changes* changes) {
  if (caller->breaker.Advance(now)) Tell(caller, now, changes);
}

void TargetGuard::MoveOn(absl::Time now, Changes* changes) {
  if (override_ != nullptr && now >= override_->until) {
    EndOverride("what a person set has expired", now, changes);
  }
  while (breaker_.Advance(breaker_policy(), now)) {
    Tell(now, changes);
    if (breaker_.state() == CircuitState::kClosed) ResetCallers(now, changes);
  }
}

void TargetGuard::AdvanceAll(absl::Time now, Changes* changes) {
  Advance(now, changes);
  if (open_callers_ == 0) return;
  callers_.ForEach([&](Caller& caller) {
    if (caller.HasGone(now)) {
      ResetCaller(caller, now, changes);
    } else {
      AdvanceCaller(&caller, now, changes);
    }
  });
}

void TargetGuard::ResetCallers(absl::Time now, Changes* changes) {
  callers_.ForEach([&](Caller& caller) { ResetCaller(caller, now, changes); });
}

void TargetGuard::ResetCaller(Caller& caller, absl::Time now,
                              Changes* changes) {
  caller.window.Clear();
  caller.failing = false;
  if (!caller.breaker.Reset()) return;
  --open_callers_;
  Tell(&caller, now, changes);
}

void TargetGuard::ObserveError(const CallSite& site,
                               const ErrorEvidence& evidence, absl::Time now,
                               Changes* changes) {
  Caller* caller = Touch(site, now, changes);
  if (Is(CircuitState::kDisabled)) return;
  if (caller != nullptr) caller->scope = Holds::HashOf(site.quota_scope);
  if (evidence.sums) {
    CountSums(caller, *evidence.sums, evidence.counts, now, changes);
  } else if (evidence.counts && !evidence.settled &&
             (caller == nullptr || !caller->TellsVolume(now))) {
    CountAlone(caller, now, changes);
  }
  if (evidence.retry_after) BeginHold(site, *evidence.retry_after, now);
}

void TargetGuard::ObserveCalls(const CallSite& site, const CallSums& sums,
                               absl::Time now, Changes* changes) {
  Caller* caller = Touch(site, now, changes);
  if (Is(CircuitState::kDisabled)) return;
  CountSums(caller, sums, /*ends_in_failure=*/false, now, changes);
  if (sums.calls <= sums.failures) return;
  const uint64_t scope = caller != nullptr && site.quota_scope.empty()
                             ? caller->scope
                             : Holds::HashOf(site.quota_scope);
  holds_.End(scope, now - sums.period);
}

void TargetGuard::CountSums(Caller* caller, const CallSums& sums,
                            bool ends_in_failure, absl::Time now,
                            Changes* changes) {
  const CallTally tally = TallyOf(sums);
  if (caller != nullptr) caller->last_sums = now;
  budget_.AddCalls(
      LastPart(tally, sums.period, policy_->retry_budget.ttl).calls, now);
  Count(caller, {tally, sums.period, ends_in_failure}, now, changes);
}

void TargetGuard::Count(Caller* caller, const Report& report, absl::Time now,
                        Changes* changes) {
  const CallTally sum =
      LastPart(report.sum, report.period, breaker_policy().window);
  if (report.period > part_length_) {
    CountSpread(caller, sum, report.period, now);
  } else {
    breaker_.Count(sum, now);
    if (caller != nullptr) caller->window.Add(sum, now);
  }
  if (breaker_.state() != CircuitState::kClosed) return;
  bool own_opened = false;
  bool is_news = false;
  if (caller != nullptr) {
    const bool failed_before =
        caller->failing || caller->breaker.consecutive() > 0;
    own_opened =
        CountOwn(caller, {sum, report.ends_in_failure, /*alone=*/false, {}},
                 now, changes);
    is_news = !failed_before &&
              (caller->failing || caller->breaker.consecutive() > 0);
  }
  if (sum.failures > 0 || sum.slow > 0) {
    OpenShared(own_opened, is_news, now, changes);
  }
}

// Over the parts of the window in which the calls ended.
void TargetGuard::CountSpread(Caller* caller, const CallTally& sum,
                              absl::Duration period, absl::Time now) {
  const double share = absl::FDivDuration(period, part_length_);
  const int parts =
      static_cast<int>(std::clamp<double>(share + 0.5, 1, CallWindow::kParts));
  for (int i = 0; i < parts; ++i) {
    const absl::Time at = now - i * part_length_;
    const CallTally piece = PartOf(sum, i, parts);
    breaker_.CountAt(piece, at, now);
    if (caller != nullptr) caller->window.AddAt(piece, at, now);
  }
}

// One failure of a caller of whose other calls nobody knows: it says nothing
// about rates, but counts in the row.
void TargetGuard::CountAlone(Caller* caller, absl::Time now, Changes* changes) {
  if (caller == nullptr || breaker_.state() != CircuitState::kClosed) return;
  if (now - caller->last_failure >
      std::max(kStaleRow, breaker_policy().window)) {
    caller->breaker.EndRow();
  }
  const bool is_first = caller->breaker.consecutive() == 0;
  const bool own_opened = CountOwn(
      caller, {{1, 1, 0}, /*ends_in_failure=*/true, /*alone=*/true, {}}, now,
      changes);
  OpenShared(own_opened, is_first, now, changes);
}

// True: the caller's own circuit opened.
bool TargetGuard::CountOwn(Caller* caller, CallerBreaker::Evidence evidence,
                           absl::Time now, Changes* changes) {
  const SmallCallTally& in_window = caller->window.Total(now);
  evidence.in_window = {in_window.calls, in_window.failures, in_window.slow};
  const auto cause = caller->breaker.Count(evidence, breaker_policy(), now);
  if (evidence.sum.failures > 0) caller->last_failure = now;
  caller->failing = in_window.FailsAt(breaker_policy().failure_rate);
  if (!cause) return false;
  caller->cause = *cause;
  ++open_callers_;
  Tell(caller, now, changes);
  return true;
}

void TargetGuard::OpenShared(bool own_opened, bool is_news, absl::Time now,
                             Changes* changes) {
  if (!own_opened && !breaker_.PoolIsBad(breaker_policy(), now)) return;
  if (!own_opened && !is_news && now < next_quorum_) return;
  next_quorum_ = now + kQuorumPause;
  const Quorum quorum = callers_.CountQuorum(breaker_policy(), now);
  if (breaker_.OpenIfQuorum(quorum, breaker_policy(), now)) Tell(now, changes);
}

void TargetGuard::Settle(const GrantStamp& stamp, RunOutcome outcome,
                         absl::Time now, Changes* changes) {
  Advance(now, changes);
  Caller* caller = callers_.Find(stamp.caller);
  if (caller != nullptr) {
    caller->last_seen = std::max(caller->last_seen, now);
    AdvanceCaller(caller, now, changes);
  }
  if (outcome == RunOutcome::kUnused) {
    Release(stamp, now);
    return;
  }
  if (Is(CircuitState::kDisabled)) return;
  if (stamp.budgeted) budget_.AddRan(now);
  std::optional<bool> success;
  if (outcome != RunOutcome::kNeutral)
    success = outcome == RunOutcome::kSuccess;
  const bool in_time =
      stamp.permit != 0 ? EndTrial(caller, stamp.permit, success, now, changes)
                        : stamp.epoch == breaker_.epoch();
  if (!in_time) {
    ++late_outcomes_;
    return;
  }
  if (!success) return;
  if (*success) holds_.End(Holds::HashOf(stamp.quota_scope), now);
  if (caller == nullptr || !caller->TellsVolume(now)) {
    Count(caller, {{1, *success ? 0 : 1, 0}, absl::ZeroDuration(), !*success},
          now, changes);
  }
}

bool TargetGuard::EndTrial(Caller* caller, uint64_t permit,
                           std::optional<bool> success, absl::Time now,
                           Changes* changes) {
  if (breaker_.EndTrial(permit, success, now)) {
    Advance(now, changes);
    return true;
  }
  if (caller == nullptr || breaker_.state() != CircuitState::kClosed) {
    return false;
  }
  const CallerBreaker::Ended ended =
      caller->breaker.End(permit, success, breaker_policy(), now);
  if (ended == CallerBreaker::Ended::kClosed) --open_callers_;
  if (ended == CallerBreaker::Ended::kClosed ||
      ended == CallerBreaker::Ended::kReopened) {
    caller->window.Clear();
    Tell(caller, now, changes);
  }
  return ended != CallerBreaker::Ended::kLate;
}

void TargetGuard::BeginHold(const CallSite& site, absl::Duration retry_after,
                            absl::Time now) {
  const absl::Duration wait = std::min(retry_after, policy_->pacing.max_hold);
  if (retry_after > kMaxBelievedRetryAfter || wait <= absl::ZeroDuration()) {
    return;
  }
  const double rate = static_cast<double>(breaker_.calls(now).calls) /
                      absl::ToDoubleSeconds(breaker_policy().window);
  holds_.Begin(site.quota_scope, wait, rate, now);
}

}  // namespace recourse

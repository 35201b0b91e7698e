// What a target's guard answers to those who want to run.
#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/guard/target_guard.h"

namespace recourse {
namespace {

// Recoveries end before, by default: a place later than this is not taken.
constexpr absl::Duration kLongestWait = absl::Minutes(10);

std::string Text(absl::Duration duration) {
  return absl::StrFormat("%.1f s", absl::ToDoubleSeconds(duration));
}

RunWish WishOf(const AdmitRequest& request, absl::Time now) {
  RunWish wish;
  wish.at = now + std::max(request.delay, absl::ZeroDuration());
  wish.last = request.time_remaining
                  ? now + *request.time_remaining - request.expected_call_time
                  : absl::InfiniteFuture();
  wish.call_time = request.expected_call_time;
  wish.seed = request.seed;
  wish.can_recheck = request.can_recheck;
  return wish;
}

}  // namespace

AdmitAnswer TargetGuard::Admit(const AdmitRequest& request, absl::Time now,
                               Changes* changes) {
  Caller* caller = Touch(request.site, now, changes);
  AdmitAnswer answer{std::in_place_type<Admitted>};
  Admitted& admitted = std::get<Admitted>(answer);
  GrantStamp& stamp = admitted.grant.stamp;
  stamp.target = std::string(target());
  stamp.quota_scope = std::string(request.site.quota_scope);
  stamp.epoch = breaker_.epoch();
  if (caller != nullptr) stamp.caller = caller->hash;
  admitted.grant.delay = std::max(request.delay, absl::ZeroDuration());
  if (Is(CircuitState::kDisabled)) return answer;
  if (!IsWell(caller)) {
    AdmitInTurn(request, caller, &answer, now);
  } else if (!request.first_call && !Reserve(&admitted, now)) {
    answer = BudgetSpent(now);
  }
  return answer;  // One object for every answer: none is moved.
}

// As circuits, holds and pacing let it. REQUIRES: `answer` is Admitted.
void TargetGuard::AdmitInTurn(const AdmitRequest& request, Caller* caller,
                              AdmitAnswer* answer, absl::Time now) {
  Admitted& admitted = std::get<Admitted>(*answer);
  const RunWish wish = WishOf(request, now);
  RunPlace place = AskCircuits(wish, caller, now);
  if (place.kind == RunPlace::Kind::kRefused) {
    *answer = WhyRefused(wish, caller, now);
    return;
  }
  if (place.kind == RunPlace::Kind::kAskAgain) {
    admitted.grant.recheck = true;
    admitted.grant.delay = place.at - now;
    admitted.notes.emplace_back(
        TraceReason::kHeldBack,
        absl::StrCat("the circuit of ", target(),
                     " lets few calls pass: ask again then"));
    return;
  }
  admitted.grant.stamp.permit = place.permit;
  if (!request.first_call && !Reserve(&admitted, now)) {
    Release(admitted.grant.stamp, now);
    *answer = BudgetSpent(now);
    return;
  }
  HoldBack(request, wish, &place, &admitted, now);
}

bool TargetGuard::IsWell(const Caller* caller) const {
  return override_ == nullptr && breaker_.IsAtRest() &&
         (caller == nullptr ||
          caller->breaker.state() == CircuitState::kClosed) &&
         holds_.empty() && policy_->pacing.max_retry_rate == 0;
}

// False: the budget is spent.
bool TargetGuard::Reserve(Admitted* admitted, absl::Time now) {
  const RetryBudget::Reserved reserved = budget_.Reserve(now);
  if (reserved == RetryBudget::Reserved::kNo) return false;
  admitted->grant.stamp.budgeted = true;
  admitted->grant.stamp.reserved_at = now;
  if (reserved == RetryBudget::Reserved::kYesOfFloorAlone) {
    admitted->notes.emplace_back(
        TraceReason::kVolumeUnknown,
        absl::StrCat("nobody tells how often ", target(),
                     " is called: only the floor of its retry budget holds"));
  }
  return true;
}

RunPlace TargetGuard::AskCircuits(const RunWish& wish, Caller* caller,
                                  absl::Time now) {
  if (Is(CircuitState::kForcedOpen)) return {RunPlace::Kind::kRefused};
  if (PassesAll()) {
    RunPlace place{RunPlace::Kind::kRun, wish.at};
    // A trial is one only if it need not wait for it.
    if (breaker_.state() == CircuitState::kHalfOpen) {
      RunWish unhurt = wish;
      unhurt.last = wish.at;
      const RunPlace trial = breaker_.Ask(unhurt, now);
      if (trial.kind == RunPlace::Kind::kTrial) place = trial;
    }
    return place;
  }
  if (breaker_.state() == CircuitState::kClosed && caller != nullptr &&
      caller->breaker.state() != CircuitState::kClosed) {
    return AskOwn(wish, caller, now);
  }
  return breaker_.Ask(wish, now);
}

RunPlace TargetGuard::AskOwn(const RunWish& wish, Caller* caller,
                             absl::Time now) {
  const absl::Time open_until = caller->breaker.open_until();
  const absl::Time from = std::max({wish.at, now, open_until});
  if (from > wish.LastForTrial(open_until, now)) {
    return {RunPlace::Kind::kRefused};
  }
  if (const auto trial = caller->breaker.Take(from, wish.call_time, wish.seed,
                                              breaker_policy())) {
    return {RunPlace::Kind::kTrial, trial->at, trial->permit};
  }
  if (!wish.can_recheck) return {RunPlace::Kind::kRefused};
  const std::optional<absl::Time> again =
      caller->breaker.AskAgain(from, wish.last, wish.seed);
  if (!again) return {RunPlace::Kind::kRefused};
  return {RunPlace::Kind::kAskAgain, *again};
}

// `at`, or the later slot, by `last`, that pacing leaves. REQUIRES: a rate.
absl::Time TargetGuard::Pace(absl::Time at, absl::Time last, Admitted* admitted,
                             absl::Time now) {
  if (pacer_ == nullptr) pacer_ = std::make_unique<Pacer>(policy_->pacing);
  const absl::Time slot = pacer_->Book(at, last, now);
  if (slot <= at) return at;
  admitted->notes.emplace_back(
      TraceReason::kHeldBack,
      absl::StrFormat("retries to %s are paced at %g a second", target(),
                      policy_->pacing.max_retry_rate));
  return slot;
}

// Lifts the run's time for a hold and for pacing; never past the caller's last
// chance.
void TargetGuard::HoldBack(const AdmitRequest& request, const RunWish& wish,
                           RunPlace* place, Admitted* admitted,
                           absl::Time now) {
  if (place->at > wish.at) {
    admitted->notes.emplace_back(
        TraceReason::kHeldBack,
        absl::StrCat("the circuit of ", target(), " lets calls pass in turn"));
  }
  if (place->at == wish.at && holds_.empty() &&
      policy_->pacing.max_retry_rate == 0) {
    return;
  }
  absl::Time at = place->at;
  const absl::Time last = std::min(wish.last, now + kLongestWait);
  if (const auto lifted = holds_.Lift(request.site.quota_scope,
                                      {at, last, request.seed}, now)) {
    at = *lifted;
    admitted->notes.emplace_back(TraceReason::kHeldBack,
                                 absl::StrCat(target(), " asked to wait"));
  }
  if (policy_->pacing.max_retry_rate > 0 && !request.first_call) {
    at = Pace(at, last, admitted, now);
  }
  at = std::max(place->at, std::min(at, wish.last));
  if (place->permit != 0 && at > place->at) {
    breaker_.MoveTrial(place->permit, at);
    if (Caller* caller =
            callers_.Find({request.site.service, request.site.instance})) {
      caller->breaker.Move(place->permit, at);
    }
  }
  admitted->grant.delay = at - now;
}

void TargetGuard::Release(const GrantStamp& stamp, absl::Time now) {
  if (stamp.budgeted) budget_.Release(stamp.reserved_at, now);
  if (stamp.permit == 0 || breaker_.EndTrial(stamp.permit, std::nullopt, now)) {
    return;
  }
  if (Caller* caller = callers_.Find(stamp.caller)) {
    caller->breaker.End(stamp.permit, std::nullopt, breaker_policy(), now);
  }
}

bool TargetGuard::IsOpen(const CallSite& site, absl::Time now,
                         Changes* changes) {
  Advance(now, changes);
  if (Is(CircuitState::kForcedOpen)) return true;
  if (override_ != nullptr) return false;
  if (breaker_.state() != CircuitState::kClosed) {
    return breaker_.state() == CircuitState::kOpen ||
           !breaker_.waves()->HasPlace();
  }
  Caller* caller = callers_.Find({site.service, site.instance});
  if (caller == nullptr) return false;
  AdvanceCaller(caller, now, changes);
  return caller->breaker.state() == CircuitState::kOpen ||
         (caller->breaker.state() == CircuitState::kHalfOpen &&
          caller->breaker.permits_out() >= breaker_policy().half_open_permits);
}

NotAdmitted TargetGuard::WhyRefused(const RunWish& wish, const Caller* caller,
                                    absl::Time now) {
  NotAdmitted refused{TraceReason::kBreakerOpen, ""};
  if (Is(CircuitState::kForcedOpen)) {
    refused.text = absl::StrCat("the circuit of ", target(), " was opened by ",
                                override_->owner, " (", override_->reason,
                                ") for another ", Text(override_->until - now));
    return refused;
  }
  const bool shared = breaker_.state() != CircuitState::kClosed ||
                      breaker_.backlog() != nullptr;
  if (!shared && caller != nullptr) {
    refused.text = absl::StrCat(
        "this caller's own circuit of ", target(), " has been open for ",
        Text(now - caller->breaker.change_time()), "; ask again in ",
        Text(std::max(caller->breaker.open_until() - now,
                      absl::ZeroDuration())));
    return refused;
  }
  const absl::Duration open =
      std::max(breaker_.open_until() - now, absl::ZeroDuration());
  refused.text =
      absl::StrCat("the circuit of ", target(), " has been ",
                   breaker_.state() == CircuitState::kOpen ? "open"
                   : breaker_.state() == CircuitState::kHalfOpen
                       ? "half-open"
                       : "closed, with those who waited let pass in turn,",
                   " for ", Text(now - breaker_.change_time()), " (",
                   breaker_.reason(), "); ask again in ", Text(open),
                   "; this call must begin within ", Text(wish.last - now));
  return refused;
}

NotAdmitted TargetGuard::BudgetSpent(absl::Time now) {
  const RetryBudgetPolicy& policy = policy_->retry_budget;
  const BudgetView view = budget_.View(now);
  return {TraceReason::kBudgetExhausted,
          absl::StrFormat(
              "all callers together used %d of the %.1f retries to %s that "
              "%d calls in %s allow; more in %s",
              view.used, view.limit, target(), view.calls, Text(policy.ttl),
              Text(budget_.UntilRefill(now)))};
}

}  // namespace recourse

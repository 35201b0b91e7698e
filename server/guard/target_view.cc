// What is shown of a target, and what people do to it.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/guard/heap_bytes.h"
#include "server/guard/target_guard.h"

namespace recourse {
namespace {

std::string TextOf(CallerBreaker::Cause cause) {
  switch (cause) {
    case CallerBreaker::Cause::kConsecutive:
      return "its calls failed in a row";
    case CallerBreaker::Cause::kFailureRate:
      return "too many of its calls failed";
    case CallerBreaker::Cause::kSlowRate:
      return "too many of its calls were slow";
  }
  return "";
}

void SetOverride(const CircuitOverride* override, CircuitView* view) {
  if (override == nullptr) return;
  view->override = *override;
  view->shadow_state = view->state;
  view->state = override->state;
  view->reason = override->reason;
}

}  // namespace

void TargetGuard::Tell(absl::Time now, Changes* changes) {
  if (changes != nullptr) changes->push_back(SharedView(now));
}

void TargetGuard::Tell(Caller* caller, absl::Time now, Changes* changes) {
  ++caller->epoch;
  if (changes != nullptr) changes->push_back(ViewOf(*caller, now));
}

void TargetGuard::Override(std::optional<CircuitOverride> override,
                           absl::Time now, Changes* changes) {
  Advance(now, changes);
  if (!override || override->until <= now) {
    EndOverride("a person let it go", now, changes);
    return;
  }
  override_ = std::make_unique<CircuitOverride>(*std::move(override));
  breaker_.BeginEpoch(now);
  Tell(now, changes);
}

void TargetGuard::EndOverride(absl::string_view why, absl::Time now,
                              Changes* changes) {
  if (override_ == nullptr) return;
  const bool was_open = Is(CircuitState::kForcedOpen);
  override_ = nullptr;
  if (was_open && breaker_.state() == CircuitState::kClosed) {
    // All who waited would come at once.
    breaker_.BeginTrials(std::string(why), breaker_policy(), now);
  } else {
    breaker_.BeginEpoch(now);
  }
  Tell(now, changes);
}

void TargetGuard::Reset(absl::Time now, Changes* changes) {
  override_ = nullptr;
  breaker_.Reset("reset by a person", now);
  budget_.Clear();
  holds_.Clear();
  pacer_ = nullptr;
  Tell(now, changes);
  ResetCallers(now, changes);
}

LocalShare TargetGuard::ShareOf(const CallSite& site, absl::Time now) {
  const RetryBudgetPolicy& policy = policy_->retry_budget;
  double share =
      1.0 / static_cast<double>(std::max<size_t>(1, callers_.size()));
  if (Caller* caller = callers_.Find({site.service, site.instance})) {
    const auto own = static_cast<double>(caller->window.Total(now).calls);
    const auto all = static_cast<double>(breaker_.calls(now).calls);
    if (own > 0 && own <= all) share = own / all;
  }
  return {policy.retry_ratio, share * policy.min_retries_per_second};
}

CircuitView TargetGuard::SharedView(absl::Time now) {
  CircuitView view;
  view.ns = std::string(name_.first());
  view.target = std::string(target());
  view.state = breaker_.state();
  view.epoch = breaker_.epoch();
  view.reason = breaker_.reason();
  view.change_time = breaker_.change_time();
  if (view.state == CircuitState::kOpen) {
    view.open_remaining =
        std::max(breaker_.open_until() - now, absl::ZeroDuration());
  }
  view.open_count = breaker_.open_count();
  const SmallCallTally& calls = breaker_.calls(now);
  view.calls = calls.calls;
  view.failures = calls.failures;
  view.slow_calls = calls.slow;
  const Quorum quorum = callers_.CountQuorum(breaker_policy(), now);
  view.active_callers = quorum.active;
  view.failing_callers = quorum.failing;
  view.quorum = quorum.needed;
  callers_.ForEach([&view](const Caller& caller) {
    view.consecutive_failures = std::max<int64_t>(view.consecutive_failures,
                                                  caller.breaker.consecutive());
  });
  if (const ReleaseWaves* waves = breaker_.waves()) {
    view.wave_size = waves->size();
    view.permits_out = waves->out();
  }
  view.late_outcomes = late_outcomes_;
  view.budget = budget_.View(now);
  view.holds = holds_.View(now);
  SetOverride(override_.get(), &view);
  return view;
}

CircuitView TargetGuard::ViewOf(Caller& caller, absl::Time now) {
  CircuitView view;
  view.ns = std::string(name_.first());
  view.target = std::string(target());
  view.shared = false;
  view.service = std::string(caller.service());
  view.instance = std::string(caller.instance());
  view.epoch = caller.epoch;
  view.state = caller.breaker.state();
  view.change_time = now;
  view.consecutive_failures = caller.breaker.consecutive();
  const SmallCallTally& calls = caller.window.Total(now);
  view.calls = calls.calls;
  view.failures = calls.failures;
  view.slow_calls = calls.slow;
  if (view.state == CircuitState::kClosed) return view;
  view.reason = TextOf(caller.cause);
  view.change_time = caller.breaker.change_time();
  view.open_count = caller.breaker.open_count();
  view.permits_out = caller.breaker.permits_out();
  if (view.state == CircuitState::kOpen) {
    view.open_remaining =
        std::max(caller.breaker.open_until() - now, absl::ZeroDuration());
  }
  return view;
}

void TargetGuard::AppendCircuits(const CircuitFilter& filter, size_t limit,
                                 absl::Time now, Changes* changes,
                                 CircuitList* list) {
  AdvanceAll(now, changes);
  const auto has_room = [&] {
    if (list->circuits.size() < limit) return true;
    ++list->left_out;
    return false;
  };
  const bool closed =
      override_ == nullptr && breaker_.state() == CircuitState::kClosed;
  if ((!filter.only_open || !closed) && has_room()) {
    list->circuits.push_back(SharedView(now));
  }
  if (open_callers_ == 0) return;
  callers_.ForEach([&](Caller& caller) {
    if (caller.breaker.state() != CircuitState::kClosed &&
        (filter.caller == nullptr ||
         filter.caller(caller.service(), caller.instance())) &&
        has_room()) {
      list->circuits.push_back(ViewOf(caller, now));
    }
  });
}

std::optional<CircuitSnapshot> TargetGuard::Snapshot(absl::Time now) const {
  if (breaker_.state() == CircuitState::kClosed) return std::nullopt;
  CircuitSnapshot snapshot;
  snapshot.ns = std::string(name_.first());
  snapshot.target = std::string(target());
  snapshot.state = breaker_.state();
  snapshot.epoch = breaker_.epoch();
  snapshot.reason = breaker_.reason();
  snapshot.open_remaining =
      std::max(breaker_.open_until() - now, absl::ZeroDuration());
  snapshot.open_count = breaker_.open_count();
  snapshot.healthy_rate = breaker_.healthy_rate();
  return snapshot;
}

size_t TargetGuard::heap_bytes() const {
  size_t bytes = name_.heap_bytes() + callers_.heap_bytes() +
                 breaker_.heap_bytes() + budget_.heap_bytes() +
                 holds_.heap_bytes() + HeapBytes(pacer_) + HeapBytes(override_);
  if (override_ != nullptr) {
    bytes += HeapBytes(override_->owner) + HeapBytes(override_->reason);
  }
  return bytes;
}

void TargetGuard::Restore(const CircuitSnapshot& snapshot, absl::Time now,
                          Changes* changes) {
  if (breaker_.Restore(snapshot, breaker_policy(), now)) Tell(now, changes);
}

}  // namespace recourse

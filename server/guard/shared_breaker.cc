#include "server/guard/shared_breaker.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace recourse {
namespace {

constexpr int kSuddenParts = 2;
// How fast callers are sent to ask again where nobody knows how many there are.
constexpr double kUnknownRate = 100;
// Beside the call: until a trial's outcome is told.
constexpr absl::Duration kVerdictTime = absl::Milliseconds(100);

// 60 % of 140 calls.
std::string RateText(double rate, int64_t calls) {
  return absl::StrFormat("%.0f %% of %d calls", 100 * rate, calls);
}

std::string QuorumText(int count, const Quorum& quorum) {
  return absl::StrCat(count, " of ", quorum.active,
                      quorum.of_services ? " services" : " callers");
}

}  // namespace

bool SharedBreaker::IsBad(const SmallCallTally& tally,
                          const BreakerPolicy& policy) const {
  return tally.calls >= policy.min_calls &&
         (tally.FailsAt(policy.failure_rate) ||
          tally.IsSlowAt(policy.slow_call_rate));
}

bool SharedBreaker::IsSudden(const BreakerPolicy& policy, absl::Time now) {
  const double rate = (1 + policy.failure_rate) / 2;
  if (static_cast<double>(window_.Total(now).failures) <
      rate * policy.min_calls) {
    return false;
  }
  const SmallCallTally newest = window_.Newest(kSuddenParts, now);
  return newest.calls >= policy.min_calls && newest.FailsAt(rate);
}

bool SharedBreaker::PoolIsBad(const BreakerPolicy& policy, absl::Time now) {
  return IsBad(window_.Total(now), policy) || IsSudden(policy, now);
}

bool SharedBreaker::OpenIfQuorum(const Quorum& quorum,
                                 const BreakerPolicy& policy, absl::Time now) {
  if (quorum.active < 2) return false;
  const SmallCallTally tally = window_.Total(now);
  const int most = std::max(
      quorum.needed,
      static_cast<int>(std::ceil(policy.failure_rate * quorum.active - 1e-9)));
  std::string reason;
  if (tally.calls >= policy.min_calls && tally.FailsAt(policy.failure_rate) &&
      quorum.failing >= quorum.needed) {
    reason =
        absl::StrCat(RateText(tally.failure_rate(), tally.calls),
                     " failed, seen by ", QuorumText(quorum.failing, quorum));
  } else if (IsBad(tally, policy) && quorum.slow >= quorum.needed) {
    reason =
        absl::StrCat(RateText(tally.slow_rate(), tally.calls),
                     " were slow, seen by ", QuorumText(quorum.slow, quorum));
  } else if (IsSudden(policy, now) && quorum.failing_now >= quorum.needed) {
    const SmallCallTally newest = window_.Newest(kSuddenParts, now);
    reason = absl::StrCat(
        "the last ", RateText(newest.failure_rate(), newest.calls),
        " failed, seen by ", QuorumText(quorum.failing_now, quorum));
  } else if (quorum.open >= most) {
    reason = absl::StrCat("the own circuits of ",
                          QuorumText(quorum.open, quorum), " opened");
  } else {
    return false;
  }
  RememberHealthyRate(policy, now);
  Open(std::move(reason), policy, now);
  return true;
}

// Calls a second in those parts of the window in which few failed. What was
// known before stays where there is none.
void SharedBreaker::RememberHealthyRate(const BreakerPolicy& policy,
                                        absl::Time now) {
  int64_t calls = 0;
  int parts = 0;
  for (int age = 1; age < CallWindow::kParts; ++age) {
    const SmallCallTally part = window_.Completed(age, now);
    if (part.calls == 0 || part.failure_rate() > policy.failure_rate / 2) {
      continue;
    }
    calls += part.calls;
    ++parts;
  }
  if (parts == 0) return;
  healthy_rate_ = static_cast<double>(calls) /
                  (parts * absl::ToDoubleSeconds(window_.part_length()));
}

void SharedBreaker::Open(std::string reason, const BreakerPolicy& policy,
                         absl::Time now) {
  const double growth = std::pow(policy.open_growth, std::min(open_count_, 64));
  const absl::Duration open =
      std::min(policy.max_open_duration, policy.open_duration * growth);
  ++open_count_;
  open_until_ = now + open;
  Enter(CircuitState::kOpen, std::move(reason), now);
  PrepareWaves(policy, open_until_);
}

void SharedBreaker::PrepareWaves(const BreakerPolicy& policy,
                                 absl::Time start) {
  backlog_ = nullptr;
  waves_ = std::make_unique<ReleaseWaves>(
      ReleaseWaves::Rules{policy.half_open_permits, policy.success_threshold,
                          healthy_rate_, policy.failure_rate},
      start);
  if (asks_ == nullptr) asks_ = std::make_unique<AskSchedule>();
}

void SharedBreaker::Close(const BreakerPolicy& policy, absl::Time now) {
  const Backlog::Known known{std::max(healthy_rate_, waves_->proven_rate()),
                             healthy_rate_ > 0, waves_->trial_time(),
                             policy.slow_call_rate};
  backlog_ = std::make_unique<Backlog>(*asks_, known, now);
  waves_ = nullptr;
  asks_ = nullptr;
  open_count_ = 0;
  window_.Clear();
  Enter(CircuitState::kClosed, "trials succeeded", now);
}

void SharedBreaker::Enter(CircuitState state, std::string reason,
                          absl::Time now) {
  state_ = state;
  reason_ = std::move(reason);
  BeginEpoch(now);
}

void SharedBreaker::BeginEpoch(absl::Time now) {
  ++epoch_;
  change_time_ = now;
}

bool SharedBreaker::Advance(const BreakerPolicy& policy, absl::Time now) {
  switch (state_) {
    case CircuitState::kOpen:
      if (now < open_until_) return false;
      Enter(CircuitState::kHalfOpen, "the open time is over", now);
      return true;
    case CircuitState::kHalfOpen: {
      const ReleaseWaves::Verdict verdict = waves_->Advance(now);
      if (verdict == ReleaseWaves::Verdict::kNone) return false;
      if (verdict == ReleaseWaves::Verdict::kClose) {
        Close(policy, now);
      } else {
        Open(absl::StrCat(
                 waves_->failures(), " of ", waves_->size(),
                 waves_->size() == 1 ? " trial failed" : " trials failed"),
             policy, now);
      }
      return true;
    }
    default:
      if (backlog_ != nullptr && backlog_->IsDone(now)) backlog_ = nullptr;
      return false;
  }
}

RunPlace SharedBreaker::AskInWaves(const RunWish& wish, absl::Time now) {
  if (const auto trial =
          waves_->Take(wish.at, wish.LastForTrial(open_until_, now),
                       wish.call_time, wish.seed, now)) {
    return {RunPlace::Kind::kTrial, trial->at, trial->permit};
  }
  if (!wish.can_recheck) return {RunPlace::Kind::kRefused};
  // The ramp as it will be at best. Who comes back and finds it behind that is
  // sent away once more.
  AskSchedule::Ramp ramp;
  ramp.start = std::max(now, open_until_) + kVerdictTime +
               std::min(wish.call_time, ReleaseWaves::kMaxLength);
  ramp.rate = waves_->rate();
  ramp.doubling = waves_->pace();
  ramp.max_rate = healthy_rate_ > 0 ? healthy_rate_ : kUnknownRate;
  const std::optional<absl::Time> again =
      asks_->Next(ramp, std::max(wish.at, ramp.start), wish.last, wish.seed);
  if (!again) return {RunPlace::Kind::kRefused};
  return {RunPlace::Kind::kAskAgain, *again};
}

RunPlace SharedBreaker::AskInBacklog(const RunWish& wish, absl::Time now) {
  const auto place = backlog_->Take(wish, now);
  if (!place) return {RunPlace::Kind::kRefused};
  return {
      place->permit == 0 ? RunPlace::Kind::kAskAgain : RunPlace::Kind::kTrial,
      place->at, place->permit};
}

bool SharedBreaker::EndTrial(uint64_t permit, std::optional<bool> success,
                             absl::Time now) {
  if (waves_ != nullptr) return waves_->End(permit, success, now);
  return backlog_ != nullptr && backlog_->End(permit, success, now);
}

void SharedBreaker::MoveTrial(uint64_t permit, absl::Time at) {
  if (waves_ != nullptr) waves_->Move(permit, at);
  if (backlog_ != nullptr) backlog_->Move(permit, at);
}

void SharedBreaker::Reset(std::string reason, absl::Time now) {
  waves_ = nullptr;
  asks_ = nullptr;
  backlog_ = nullptr;
  open_count_ = 0;
  healthy_rate_ = 0;
  window_.Clear();
  Enter(CircuitState::kClosed, std::move(reason), now);
}

void SharedBreaker::BeginTrials(std::string reason, const BreakerPolicy& policy,
                                absl::Time now) {
  open_until_ = now;
  Enter(CircuitState::kHalfOpen, std::move(reason), now);
  PrepareWaves(policy, now);
}

bool SharedBreaker::Restore(const CircuitSnapshot& snapshot,
                            const BreakerPolicy& policy, absl::Time now) {
  // What is known already is newer.
  if (snapshot.epoch <= epoch_) return false;
  state_ = snapshot.state == CircuitState::kOpen ? CircuitState::kOpen
                                                 : CircuitState::kHalfOpen;
  epoch_ = snapshot.epoch;
  reason_ = snapshot.reason;
  change_time_ = now;
  open_count_ = snapshot.open_count;
  healthy_rate_ = snapshot.healthy_rate;
  open_until_ = now + std::clamp(snapshot.open_remaining, absl::ZeroDuration(),
                                 policy.max_open_duration);
  PrepareWaves(policy, open_until_);
  return true;
}

}  // namespace recourse

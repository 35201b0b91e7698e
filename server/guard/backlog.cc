#include "server/guard/backlog.h"

#include <algorithm>
#include <utility>

namespace recourse {
namespace {

constexpr double kFirstShare = 0.1;
constexpr double kStepUp = 0.05;
constexpr double kCarefulStepUp = 0.01;
constexpr double kStepDown = 0.75;
constexpr double kMaxRate = 1e6;
// Shares of failed calls: below, the target is well; above, it is ill.
constexpr double kFewFail = 0.05;
constexpr double kManyFail = 0.1;
// The same of the time that runs take, in times of the quickest.
constexpr double kLittleLonger = 1.2;
constexpr double kMuchLonger = 1.8;
constexpr absl::Duration kNoise = absl::Milliseconds(10);
constexpr int kMinTimed = 20;
// So long a step down takes to show.
constexpr absl::Duration kRelief = absl::Seconds(3);
// Askers come a little faster than slots do: none shall stay empty.
constexpr double kAskAhead = 1.1;
// A slot this near is no wait.
constexpr absl::Duration kSoon = absl::Milliseconds(1);
// What trials took on an idle target; under its usual load calls take longer,
// and that is nothing to slow down for. More than this is.
constexpr double kUsuallyLonger = 2;

absl::Duration QuickestOf(const Backlog::Known& known) {
  if (known.trial_time <= absl::ZeroDuration()) {
    return absl::InfiniteDuration();
  }
  return known.bore_it_before ? kUsuallyLonger * known.trial_time
                              : known.trial_time;
}

}  // namespace

Backlog::Backlog(AskSchedule asks, const Known& known, absl::Time now)
    : asks_(asks),
      known_(known),
      rate_(std::max(kMinRate, kFirstShare * known.borne_rate)),
      quickest_(QuickestOf(known)),
      next_slot_(now),
      next_step_(now + kStep),
      last_wait_(now) {}

std::optional<Backlog::Place> Backlog::Take(const RunWish& wish,
                                            absl::Time now) {
  Step(now);
  const absl::Time slot = std::max(now, next_slot_);
  if (slot > now + kSoon) {
    had_to_wait_ = true;
    last_wait_ = now;
  }
  const absl::Time run = std::max(wish.at, slot);
  if (slot <= now + kHorizon && run <= wish.last) {
    next_slot_ = slot + absl::Seconds(1 / rate_);
    return Place{run, permits_.Take({0, run, wish.call_time}, wish.seed)};
  }
  const double ask_rate = kAskAhead * rate_;
  const std::optional<absl::Time> again =
      asks_.Next({now, ask_rate, absl::InfiniteDuration(), ask_rate},
                 std::max(wish.at, now + kHorizon / 2), wish.last, wish.seed);
  if (!again) return std::nullopt;
  if (wish.can_recheck) return Place{*again};
  return Place{*again, permits_.Take({0, *again, wish.call_time}, wish.seed)};
}

bool Backlog::End(uint64_t permit, std::optional<bool> success,
                  absl::Time now) {
  const std::optional<Permits::Lease> lease = permits_.End(permit);
  if (!lease) return false;
  if (success && *success) {
    ++timed_;
    time_ += std::max(now - lease->at, absl::ZeroDuration());
  }
  return true;
}

Backlog::Health Backlog::HealthOfTarget() {
  const double failed = since_step_.failure_rate();
  const double slow = since_step_.slow_rate();
  double longer = 1;
  if (timed_ >= kMinTimed) {
    const absl::Duration mean = time_ / timed_;
    quickest_ = std::min(quickest_, mean);
    longer = absl::FDivDuration(mean, quickest_ + kNoise);
  }
  if (failed > kManyFail || slow >= known_.slow_call_rate ||
      longer > kMuchLonger) {
    return Health::kIll;
  }
  if (failed > kFewFail || slow >= known_.slow_call_rate / 2 ||
      longer > kLittleLonger) {
    return Health::kMiddling;
  }
  return Health::kWell;
}

void Backlog::Step(absl::Time now) {
  if (now < next_step_) return;
  next_step_ = now + kStep;
  permits_.Expire(0, now);
  const Health health = HealthOfTarget();
  if (health == Health::kIll) {
    if (now >= next_step_down_) {
      last_ill_rate_ = rate_;
      rate_ = std::max(kMinRate, kStepDown * rate_);
      next_step_down_ = now + kRelief;
    }
  } else if (health == Health::kWell && had_to_wait_ && since_step_.calls > 0) {
    const double step =
        rate_ < kStepDown * last_ill_rate_ ? kStepUp : kCarefulStepUp;
    rate_ = std::min(kMaxRate, rate_ + std::max(0.1, step * known_.borne_rate));
  }
  had_to_wait_ = false;
  since_step_ = CallTally{};
  timed_ = 0;
  time_ = absl::ZeroDuration();
}

bool Backlog::IsDone(absl::Time now) {
  return now >= std::max({last_wait_, asks_.tail(), next_slot_}) + kQuiet &&
         permits_.out() == 0;
}

}  // namespace recourse

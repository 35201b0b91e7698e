#include "server/guard/backlog.h"

#include <algorithm>
#include <utility>

namespace recourse {
namespace {

constexpr double kFirstShare = 0.1;
constexpr double kStepUp = 0.05;
constexpr double kStepDown = 0.7;
constexpr double kMaxRate = 1e6;
// Shares of failed calls: below, the target bears more; above, it is too much.
constexpr double kFewFail = 0.05;
constexpr double kManyFail = 0.1;
// Askers come a little faster than slots do: none shall stay empty.
constexpr double kAskAhead = 1.1;
// A slot this near is no wait.
constexpr absl::Duration kSoon = absl::Milliseconds(1);

}  // namespace

Backlog::Backlog(AskSchedule asks, double borne_rate, double slow_call_rate,
                 absl::Time now)
    : asks_(std::move(asks)),
      borne_rate_(std::max(borne_rate, kMinRate / kFirstShare)),
      slow_call_rate_(slow_call_rate),
      rate_(kFirstShare * borne_rate_),
      next_slot_(now),
      next_step_(now + kStep),
      last_wait_(now) {}

std::optional<Backlog::Place> Backlog::Take(absl::Time at, absl::Time last,
                                            uint64_t seed, absl::Time now) {
  Step(now);
  const absl::Time slot = std::max(now, next_slot_);
  if (slot > now + kSoon) {
    had_to_wait_ = true;
    last_wait_ = now;
  }
  const absl::Time run = std::max(at, slot);
  if (slot <= now + kHorizon && run <= last) {
    next_slot_ = slot + absl::Seconds(1 / rate_);
    return Place{run};
  }
  const double ask_rate = kAskAhead * rate_;
  const absl::Time from = std::max(at, now + kHorizon / 2);
  const std::optional<absl::Time> again = asks_.Next(
      {now, ask_rate, absl::InfiniteDuration(), ask_rate}, from, last, seed);
  if (!again) return std::nullopt;
  return Place{*again, true};
}

void Backlog::Step(absl::Time now) {
  if (now < next_step_) return;
  next_step_ = now + kStep;
  const double failed = since_step_.failure_rate();
  const double slow = since_step_.slow_rate();
  if (failed > kManyFail || slow >= slow_call_rate_) {
    rate_ = std::max(kMinRate, kStepDown * rate_);
  } else if (had_to_wait_ && since_step_.calls > 0 && failed <= kFewFail &&
             slow < slow_call_rate_ / 2) {
    rate_ = std::min(kMaxRate, rate_ + kStepUp * borne_rate_);
  }
  had_to_wait_ = false;
  since_step_ = CallTally{};
}

bool Backlog::IsDone(absl::Time now) {
  return now >= std::max({last_wait_, asks_.tail(), next_slot_}) + kQuiet;
}

}  // namespace recourse

#include "client/cpp/sites.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "client/cpp/durations.h"

namespace recourse {
namespace {

constexpr absl::Duration kFirstPeriod = absl::Seconds(1);
constexpr absl::Duration kMinPeriod = absl::Milliseconds(1);
constexpr absl::Duration kMaxPeriod = absl::Seconds(300);

bool LetsNonePass(v1::CircuitState state) {
  return state == v1::CIRCUIT_STATE_OPEN ||
         state == v1::CIRCUIT_STATE_HALF_OPEN ||
         state == v1::CIRCUIT_STATE_FORCED_OPEN;
}

bool IsClosed(v1::CircuitState state) {
  return state == v1::CIRCUIT_STATE_UNSPECIFIED ||
         state == v1::CIRCUIT_STATE_CLOSED;
}

}  // namespace

Sites::Sites() {
  for (auto& slot : slots_) slot.store(nullptr, std::memory_order_relaxed);
}

Sites::~Sites() = default;

Site& Sites::Find(absl::string_view target) {
  if (target.empty() || target.size() > kMaxTargetBytes) return uncounted_;
  for (size_t i = absl::HashOf(target);; ++i) {
    Site* const site = slots_[i % kSlots].load(std::memory_order_acquire);
    if (site == nullptr) return Add(target);
    if (site->target() == target) return *site;
  }
}

Site& Sites::Add(absl::string_view target) {
  absl::MutexLock lock(&mu_);
  for (size_t i = absl::HashOf(target);; ++i) {
    auto& slot = slots_[i % kSlots];
    Site* const found = slot.load(std::memory_order_acquire);
    if (found != nullptr && found->target() != target) continue;
    if (found != nullptr) return *found;
    if (sites_.size() >= kMaxTargets) return uncounted_;
    Site& site =
        *sites_.emplace_back(std::make_unique<Site>(std::string(target)));
    if (const auto told = circuits_.find(target); told != circuits_.end()) {
      site.told_ = told->second;
      Refresh(site);
    }
    slot.store(&site, std::memory_order_release);
    return site;
  }
}

void Sites::CountSuccess(Site& site, const Ending& ending, absl::Time now) {
  if (&site == &uncounted_) return;
  absl::MutexLock lock(&mu_);
  site.CountCall();
  if (ending.slow) ++site.slow_calls_;
  if (ending.repeated) ++site.repeats_;
  if (now < own_holds_until_) {
    OwnResult(site, true, now);
  } else {
    site.failures_in_row_ = 0;
    site.own_state_ = v1::CIRCUIT_STATE_CLOSED;
    Refresh(site);
  }
}

void Sites::CountFailure(Site& site, const Ending& ending, absl::Time now) {
  if (&site == &uncounted_) return;
  absl::MutexLock lock(&mu_);
  site.CountCall();
  if (ending.against_target) ++site.failures_;
  if (ending.slow) ++site.slow_calls_;
  if (ending.repeated) ++site.repeats_;
  if (now < own_holds_until_) OwnResult(site, !ending.against_target, now);
}

std::optional<v1::TargetCalls> Sites::Take(Site& site, absl::Time now) {
  if (&site == &uncounted_) return std::nullopt;
  absl::MutexLock lock(&mu_);
  return TakeLocked(site, now);
}

std::vector<v1::TargetCalls> Sites::TakeAll(absl::Time now) {
  absl::MutexLock lock(&mu_);
  std::vector<v1::TargetCalls> result;
  for (const auto& site : sites_) {
    if (auto taken = TakeLocked(*site, now); taken.has_value()) {
      result.push_back(*std::move(taken));
    }
  }
  told_at_ = now;
  return result;
}

std::optional<v1::TargetCalls> Sites::TakeLocked(Site& site, absl::Time now) {
  const int64_t calls = site.calls();
  const int64_t fresh = calls - site.told_calls_;
  if (fresh == 0 && site.failures_ == 0 && site.slow_calls_ == 0) {
    return std::nullopt;
  }
  const absl::Duration period =
      told_at_ == absl::InfinitePast() ? kFirstPeriod : now - told_at_;
  v1::TargetCalls result;
  result.set_target(site.target());
  v1::CallCounts& counts = *result.mutable_counts();
  counts.set_calls(fresh);
  counts.set_failures(std::min(site.failures_, fresh));
  counts.set_slow_calls(std::min(site.slow_calls_, fresh));
  *counts.mutable_period() =
      ToProtoDuration(std::clamp(period, kMinPeriod, kMaxPeriod));
  site.told_calls_ = calls;
  site.failures_ = site.slow_calls_ = 0;
  return result;
}

int64_t Sites::NewFirstCalls(Site& site) {
  if (&site == &uncounted_) return 0;
  absl::MutexLock lock(&mu_);
  const int64_t first_calls = site.calls() - site.repeats_;
  return first_calls - std::exchange(site.payers_seen_, first_calls);
}

bool Sites::Gates(Site& site, absl::Time now) {
  if (!site.special()) return false;
  absl::MutexLock lock(&mu_);
  if (now < own_holds_until_ && site.own_state_ == v1::CIRCUIT_STATE_OPEN) {
    if (now < site.own_open_until_) return true;
    site.own_state_ = v1::CIRCUIT_STATE_HALF_OPEN;  // This call is a trial.
    site.successes_ = 0;
  }
  const bool told =
      LetsNonePass(site.told_.shared) || LetsNonePass(site.told_.own);
  return told && (streaming_ || now < site.told_.open_until);
}

absl::Duration Sites::OpenRemaining(const Site& site, absl::Time now) const {
  absl::MutexLock lock(&mu_);
  const absl::Time until = site.own_state_ == v1::CIRCUIT_STATE_OPEN
                               ? site.own_open_until_
                               : site.told_.open_until;
  return std::max(absl::ZeroDuration(), until - now);
}

void Sites::Tell(const v1::Circuit& circuit, absl::Time now) {
  absl::MutexLock lock(&mu_);
  const auto known = circuits_.find(circuit.target());
  Site::Told told;
  if (known != circuits_.end()) told = known->second;
  (circuit.has_caller() ? told.own : told.shared) = circuit.state();
  if (LetsNonePass(circuit.state())) {
    told.open_until = now + (circuit.has_open_remaining()
                                 ? FromProto(circuit.open_remaining())
                                 : kBlind);
  }
  if (IsClosed(told.shared) && IsClosed(told.own)) {
    if (known != circuits_.end()) circuits_.erase(known);
  } else if (known != circuits_.end()) {
    known->second = told;
  } else if (circuits_.size() < kMaxCircuits) {
    circuits_.emplace(circuit.target(), told);
  }
  for (const auto& site : sites_) {
    if (site->target() != circuit.target()) continue;
    site->told_ = told;
    Refresh(*site);
  }
}

void Sites::StreamBegins() {
  absl::MutexLock lock(&mu_);
  streaming_ = true;
  circuits_.clear();
  for (const auto& site : sites_) {
    site->told_ = {};
    Refresh(*site);
  }
}

void Sites::StreamEnds() {
  absl::MutexLock lock(&mu_);
  streaming_ = false;
}

void Sites::HoldAlone(absl::Time now) {
  absl::MutexLock lock(&mu_);
  own_holds_until_ = now + kOwnHolds;
}

void Sites::OwnResult(Site& site, bool good, absl::Time now) {
  const bool half_open = site.own_state_ == v1::CIRCUIT_STATE_HALF_OPEN;
  if (good) {
    site.failures_in_row_ = 0;
    if (half_open && ++site.successes_ >= kOwnSuccesses) {
      site.own_state_ = v1::CIRCUIT_STATE_CLOSED;
    }
  } else if (++site.failures_in_row_ >= kOwnFailures || half_open) {
    site.own_state_ = v1::CIRCUIT_STATE_OPEN;
    site.own_open_until_ = now + kOwnOpen;
  }
  Refresh(site);
}

void Sites::Refresh(Site& site) {
  site.special_.store(LetsNonePass(site.told_.shared) ||
                          LetsNonePass(site.told_.own) ||
                          site.failures_in_row_ > 0 ||
                          site.own_state_ != v1::CIRCUIT_STATE_CLOSED,
                      std::memory_order_release);
}

}  // namespace recourse

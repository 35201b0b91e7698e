#include "client/cpp/local_advice.h"

#include <algorithm>

#include "client/cpp/durations.h"

namespace recourse {
namespace {

v1::LocalPlan DefaultPlan() {
  v1::LocalPlan plan;
  plan.set_max_retries(2);
  *plan.mutable_base_delay() = ToProtoDuration(absl::Milliseconds(200));
  plan.set_factor(2);
  *plan.mutable_max_delay() = ToProtoDuration(absl::Seconds(2));
  plan.set_jitter(v1::JITTER_FULL);
  plan.set_retry_budget_ratio(0.2);
  return plan;
}

}  // namespace

LocalAdvice::Entry& LocalAdvice::EntryFor(absl::string_view target) {
  const auto it = entries_.find(target);
  if (it != entries_.end()) return it->second;
  if (entries_.size() >= kMaxTargets) {
    entries_.erase(std::min_element(
        entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
          return a.second.valid_until < b.second.valid_until;
        }));
  }
  Entry& entry = entries_[std::string(target)];
  entry.plan = DefaultPlan();
  return entry;
}

void LocalAdvice::Learn(absl::string_view target, const v1::LocalPlan& plan,
                        absl::Time now) {
  const absl::Duration validity =
      plan.has_valid_for() ? FromProto(plan.valid_for()) : kDefaultValidity;
  absl::MutexLock lock(&mu_);
  Entry& entry = EntryFor(target);
  entry.plan = plan;
  entry.valid_until = now + validity;
}

v1::LocalPlan LocalAdvice::PlanFor(absl::string_view target,
                                   absl::Time now) const {
  absl::MutexLock lock(&mu_);
  const auto it = entries_.find(target);
  if (it == entries_.end() || it->second.valid_until <= now) {
    return DefaultPlan();
  }
  return it->second.plan;
}

void LocalAdvice::CountFirstCall(absl::string_view target) {
  absl::MutexLock lock(&mu_);
  Entry& entry = EntryFor(target);
  const double ratio = std::clamp(entry.plan.retry_budget_ratio(), 0.0, 1.0);
  entry.budget = std::min(kMaxBudget, entry.budget + ratio);
}

bool LocalAdvice::TakeRetry(absl::string_view target) {
  absl::MutexLock lock(&mu_);
  Entry& entry = EntryFor(target);
  if (entry.budget < 1) return false;
  entry.budget -= 1;
  return true;
}

bool LocalAdvice::MayAsk(absl::Time now) {
  absl::MutexLock lock(&mu_);
  if (failures_ < kFailuresToBypass) return true;
  if (now < next_probe_) return false;
  next_probe_ = now + kBypass;
  return true;
}

void LocalAdvice::AskSucceeded() {
  absl::MutexLock lock(&mu_);
  failures_ = 0;
}

void LocalAdvice::AskFailed(absl::Time now) {
  absl::MutexLock lock(&mu_);
  if (++failures_ >= kFailuresToBypass) next_probe_ = now + kBypass;
}

}  // namespace recourse

#include "client/cpp/local_advice.h"

#include <algorithm>

#include "client/cpp/durations.h"

namespace recourse {

const v1::LocalPlan& LocalAdvice::DefaultPlan() {
  static const v1::LocalPlan* const kPlan = [] {
    auto* plan = new v1::LocalPlan;
    plan->set_max_retries(2);
    *plan->mutable_base_delay() = ToProtoDuration(absl::Milliseconds(200));
    plan->set_factor(2);
    *plan->mutable_max_delay() = ToProtoDuration(absl::Seconds(2));
    plan->set_jitter(v1::JITTER_FULL);
    plan->set_retry_budget_ratio(kDefaultBudgetRatio);
    return plan;
  }();
  return *kPlan;
}

LocalAdvice::Entry& LocalAdvice::EntryFor(absl::string_view target) {
  const auto it = entries_.find(target);
  if (it != entries_.end()) return it->second;
  if (entries_.size() >= kMaxTargets) {
    entries_.erase(std::min_element(
        entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
          return a.second.valid_until < b.second.valid_until;
        }));
  }
  return entries_[std::string(target)];
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

std::optional<v1::LocalPlan> LocalAdvice::PlanFor(absl::string_view target,
                                                  absl::Time now) const {
  absl::MutexLock lock(&mu_);
  const auto it = entries_.find(target);
  if (it == entries_.end() || it->second.valid_until <= now) {
    return std::nullopt;
  }
  v1::LocalPlan plan = it->second.plan;
  // What an old server leaves out.
  if (plan.factor() == 0) plan.set_factor(DefaultPlan().factor());
  if (!plan.has_max_delay()) {
    *plan.mutable_max_delay() = DefaultPlan().max_delay();
  }
  return plan;
}

void LocalAdvice::AddCalls(absl::string_view target, int64_t calls) {
  absl::MutexLock lock(&mu_);
  Entry& entry = EntryFor(target);
  const double told = std::clamp(entry.plan.retry_budget_ratio(), 0.0, 1.0);
  const double ratio = told > 0 ? told : kDefaultBudgetRatio;
  entry.budget =
      std::min(kMaxBudget, entry.budget + ratio * static_cast<double>(calls));
}

bool LocalAdvice::TakeRetry(absl::string_view target) {
  absl::MutexLock lock(&mu_);
  Entry& entry = EntryFor(target);
  if (entry.budget < 1) return false;
  entry.budget -= 1;
  return true;
}

}  // namespace recourse

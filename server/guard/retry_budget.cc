#include "server/guard/retry_budget.h"

#include <algorithm>

namespace recourse {

bool RetryBudget::Reserve(const RetryBudgetPolicy& policy, absl::Time now) {
  const BudgetView view = View(policy, now);
  // A hair of tolerance: 0.3 a second for 10 s are 3.
  if (static_cast<double>(view.used) + 1 > view.limit + 1e-9) return false;
  window_.Add({0, 1, 0}, now);
  return true;
}

void RetryBudget::Release(absl::Time reserved_at, absl::Time now) {
  // A stamp of another process, or one that comes twice, must not make room
  // that nobody reserved.
  const Counts* part = window_.Find(reserved_at, now);
  if (part == nullptr || part->reserved <= 0) return;
  window_.TakeOut({0, 1, 0}, reserved_at, now);
}

BudgetView RetryBudget::View(const RetryBudgetPolicy& policy, absl::Time now) {
  const Counts& counts = window_.Total(now);
  BudgetView view;
  view.calls = counts.calls;
  view.used = counts.reserved;
  view.volume_unknown = counts.calls == 0;
  const int64_t first_calls = std::max<int64_t>(0, counts.calls - counts.ran);
  view.limit =
      policy.retry_ratio * static_cast<double>(first_calls) +
      policy.min_retries_per_second * absl::ToDoubleSeconds(policy.ttl);
  return view;
}

absl::Duration RetryBudget::UntilRefill(absl::Time now) {
  for (int age = SlidingWindow<Counts>::kParts - 1; age > 0; --age) {
    if (window_.Completed(age, now).reserved > 0) {
      return window_.UntilPartLeaves(age, now);
    }
  }
  return window_.UntilPartLeaves(0, now);
}

}  // namespace recourse

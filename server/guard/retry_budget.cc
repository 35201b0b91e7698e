#include "server/guard/retry_budget.h"

#include <algorithm>

namespace recourse {

RetryBudget::Reserved RetryBudget::Reserve(absl::Time now) {
  const Counts& counts = window_.Total(now);
  // A hair of tolerance: 0.3 a second for 10 s are 3.
  if (counts.reserved + 1 > Limit(counts) + 1e-9) return Reserved::kNo;
  const bool unknown = counts.calls == 0;
  window_.Add({0, 1, 0}, now);
  return unknown ? Reserved::kYesOfFloorAlone : Reserved::kYes;
}

double RetryBudget::Limit(const Counts& counts) const {
  const int32_t first_calls = std::max(0, counts.calls - counts.ran);
  return ratio_ * first_calls + floor_;
}

void RetryBudget::Release(absl::Time reserved_at, absl::Time now) {
  // A stamp of another process, or one that comes twice, must not make room
  // that nobody reserved.
  const std::optional<Counts> part = window_.Find(reserved_at, now);
  if (!part || part->reserved <= 0) return;
  window_.TakeOut({0, 1, 0}, reserved_at, now);
}

BudgetView RetryBudget::View(absl::Time now) {
  const Counts& counts = window_.Total(now);
  BudgetView view;
  view.calls = counts.calls;
  view.used = counts.reserved;
  view.limit = Limit(counts);
  view.volume_unknown = counts.calls == 0;
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

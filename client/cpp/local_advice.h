// What a client remembers so that it can do without Recourse for a while.
#pragma once

#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "recourse/v1/recovery.pb.h"

namespace recourse {

// The last local plan and the budget of local retries of each target. Targets
// beyond kMaxTargets push out the one whose plan ends first.
//
// Thread safety: safe for concurrent use.
//
// Source: the budget is that of gRPC proposal A6, refilled by calls.
class LocalAdvice {
 public:
  static constexpr size_t kMaxTargets = 1000;
  static constexpr double kMaxBudget = 10;  // Also what a target starts with.
  static constexpr double kDefaultBudgetRatio = 0.2;
  static constexpr absl::Duration kDefaultValidity = absl::Minutes(10);

  // 2 retries, 200 ms doubling up to 2 s, full jitter.
  static const v1::LocalPlan& DefaultPlan();

  // Remembers the plan of a decision for `target` from `now` on for its
  // valid_for (unset: kDefaultValidity).
  void Learn(absl::string_view target, const v1::LocalPlan& plan,
             absl::Time now);

  // The plan that holds for `target`; nullopt: none.
  std::optional<v1::LocalPlan> PlanFor(absl::string_view target,
                                       absl::Time now) const;

  // Fills the budget by what so many calls pay in: the plan's
  // retry_budget_ratio each, kDefaultBudgetRatio where it says none.
  void AddCalls(absl::string_view target, int64_t calls);

  // Takes one local retry out of the budget; false: none is left.
  bool TakeRetry(absl::string_view target);

 private:
  struct Entry {
    v1::LocalPlan plan;
    absl::Time valid_until = absl::InfinitePast();
    double budget = kMaxBudget;
  };
  Entry& EntryFor(absl::string_view target) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  mutable absl::Mutex mu_;
  absl::flat_hash_map<std::string, Entry> entries_ ABSL_GUARDED_BY(mu_);
};

}  // namespace recourse

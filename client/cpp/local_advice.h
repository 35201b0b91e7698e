// What a client remembers so that it can do without Recourse for a while.
#pragma once

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "recourse/v1/recovery.pb.h"

namespace recourse {

// The last local plan per target, a budget of local retries per target, and a
// breaker around asking. Targets beyond kMaxTargets push out the one whose plan
// ends first.
//
// Thread safety: safe for concurrent use.
//
// Source: budget as gRPC proposal A6 (tokens, refilled by first calls); breaker
// as consecutive failures, then one probe per kBypass.
class LocalAdvice {
 public:
  static constexpr size_t kMaxTargets = 1024;
  static constexpr double kMaxBudget = 10;  // Also what a target starts with.
  static constexpr int kFailuresToBypass = 3;
  static constexpr absl::Duration kBypass = absl::Seconds(5);
  static constexpr absl::Duration kDefaultValidity = absl::Minutes(10);

  // Remembers the plan of a decision for `target` from `now` on for its
  // valid_for (unset: kDefaultValidity).
  void Learn(absl::string_view target, const v1::LocalPlan& plan,
             absl::Time now);

  // The plan that holds for `target`; else a small default: 2 retries, 200 ms
  // doubling up to 2 s, full jitter.
  v1::LocalPlan PlanFor(absl::string_view target, absl::Time now) const;

  // Counts a first call to `target`; refills its budget by the plan's
  // retry_budget_ratio.
  void CountFirstCall(absl::string_view target);

  // Takes one local retry out of the budget; false: none is left.
  bool TakeRetry(absl::string_view target);

  // False while asking is bypassed: after kFailuresToBypass failures in a row,
  // until kBypass has passed; then one caller probes.
  bool MayAsk(absl::Time now);
  void AskSucceeded();
  void AskFailed(absl::Time now);

 private:
  struct Entry {
    v1::LocalPlan plan;
    absl::Time valid_until = absl::InfinitePast();
    double budget = kMaxBudget;
  };
  Entry& EntryFor(absl::string_view target) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  mutable absl::Mutex mu_;
  absl::flat_hash_map<std::string, Entry> entries_ ABSL_GUARDED_BY(mu_);
  int failures_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Time next_probe_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();
};

}  // namespace recourse

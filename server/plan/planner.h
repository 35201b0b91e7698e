// Stage "plan": which ordered steps answer this failure?
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/model/decision.h"
#include "server/model/failure.h"
#include "server/model/pattern.h"
#include "server/model/progress.h"

namespace recourse {

// Where a plan comes from.
enum class PlanSource {
  kUserPattern,
  kCallerSteps,
  kLibraryPattern,
  kCategoryDefault,
};

// Ordered steps and their name. Holds what it points to.
struct Plan {
  PlanSource source = PlanSource::kCategoryDefault;
  std::string key;  // "pattern:ID", "caller" or "category:NAME".
  uint64_t steps_hash = 0;
  std::shared_ptr<const std::vector<Step>> steps;  // Never null.
};

// A default plan per category (listed in docs/concepts.md).
struct DefaultPlan {
  std::shared_ptr<const std::vector<Step>> steps;
  uint64_t steps_hash = 0;
  // For failures that are retryable although their category is not, or the
  // other way round; null: the same plan.
  std::shared_ptr<const DefaultPlan> otherwise;
};
using DefaultPlans = std::array<DefaultPlan, kCategoryCount>;

// The built-in plans; docs/concepts.md lists them.
DefaultPlans BuiltInDefaultPlans();

// Limits of one recovery as a whole.
struct RecoveryLimits {
  int max_total_retries = 10;
  absl::Duration max_elapsed = absl::Minutes(10);
  // Work on the corrections of one decision: who asks does not wait longer, and
  // a worker has other things to do.
  absl::Duration max_correction_time = absl::Seconds(2);
};

// The plan for a failure: a user's pattern's, else the caller's own steps,
// else a library pattern's, else the default of the category. A pattern without
// steps has the default plan of the category. Where the classification's
// `retryable` is not the category's, that is its plan `otherwise`, under a key
// of its own; but where the failed server said never to try again, the usual
// plan's retry says so, and a pattern that does not yield gets the usual plan.
// `winner` may be null.
Plan ChoosePlan(const Failure& failure, const Classification& classification,
                const SharedPattern& winner, const DefaultPlans& defaults);

// The cursor of `plan` in `progress`, made the most recent one. A plan not met
// before, or one whose steps were edited since, starts at its first step; with
// kMaxCursors plans met, the least recent is forgotten. Adds a PLAN_SWITCHED
// entry to `trace` when this is not the plan of the last error. The reference
// holds until the next call.
Cursor& EnterPlan(const Plan& plan, Progress& progress,
                  std::vector<StepTrace>& trace);

}  // namespace recourse

#include "server/plan/planner.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/model/stable_hash.h"

namespace recourse {
namespace {

Plan PlanOfPattern(const SharedPattern& pattern, PlanSource source,
                   const DefaultPlan& fallback, absl::string_view suffix) {
  Plan plan;
  plan.source = source;
  plan.key = absl::StrCat("pattern:", pattern->id);
  if (pattern->steps.empty()) {
    absl::StrAppend(&plan.key, suffix);
    plan.steps = fallback.steps;
    plan.steps_hash = fallback.steps_hash;
  } else {
    // Shares the pattern itself, so that its steps are not copied.
    plan.steps =
        std::shared_ptr<const std::vector<Step>>(pattern, &pattern->steps);
    plan.steps_hash = pattern->steps_hash;
  }
  return plan;
}

Plan PlanOfCaller(const Failure& failure) {
  Plan plan;
  plan.source = PlanSource::kCallerSteps;
  plan.key = "caller";
  plan.steps_hash = failure.caller_steps_hash;
  plan.steps = std::make_shared<const std::vector<Step>>(failure.caller_steps);
  return plan;
}

bool SaysNever(const Classification& classification) {
  return classification.retry_after && classification.retry_after->never;
}

// Whoever wrote a pattern of their own named the category whose plan they want.
bool IsUsual(const Classification& classification, const Pattern* winner,
             const DefaultPlan& usual) {
  return usual.otherwise == nullptr || (winner != nullptr && !winner->yields) ||
         classification.retryable == IsRetryable(classification.category) ||
         SaysNever(classification);
}

Plan PlanOfCategory(Category category, const DefaultPlan& fallback,
                    absl::string_view suffix) {
  Plan plan;
  plan.source = PlanSource::kCategoryDefault;
  plan.key = absl::StrCat("category:", Name(category), suffix);
  plan.steps_hash = fallback.steps_hash;
  plan.steps = fallback.steps;
  return plan;
}

}  // namespace

Plan ChoosePlan(const Failure& failure, const Classification& classification,
                const SharedPattern& winner, const DefaultPlans& defaults) {
  const Category category = classification.category;
  const DefaultPlan& usual = defaults[static_cast<size_t>(category)];
  const bool is_usual = IsUsual(classification, winner.get(), usual);
  const DefaultPlan& fallback = is_usual ? usual : *usual.otherwise;
  const absl::string_view suffix = is_usual                ? ""
                                   : IsRetryable(category) ? ":not_retryable"
                                                           : ":retryable";
  if (winner != nullptr && winner->origin == Origin::kUser) {
    return PlanOfPattern(winner, PlanSource::kUserPattern, fallback, suffix);
  }
  if (!failure.caller_steps.empty()) return PlanOfCaller(failure);
  if (winner != nullptr) {
    return PlanOfPattern(winner, PlanSource::kLibraryPattern, fallback, suffix);
  }
  return PlanOfCategory(category, fallback, suffix);
}

Cursor& EnterPlan(const Plan& plan, Progress& progress,
                  std::vector<StepTrace>& trace) {
  std::vector<Cursor>& cursors = progress.cursors;
  const uint64_t key = StableHash(plan.key);
  const auto note = [&](std::string text) {
    trace.push_back({-1, Strategy::kUnspecified, TraceReason::kPlanSwitched,
                     std::move(text)});
  };
  if (!cursors.empty() && cursors.back().plan != key) {
    note(absl::StrCat("the new error is answered by the plan ", plan.key));
  }
  const auto met =
      std::find_if(cursors.begin(), cursors.end(),
                   [&](const Cursor& cursor) { return cursor.plan == key; });
  if (met == cursors.end()) {
    if (cursors.size() >= kMaxCursors) cursors.erase(cursors.begin());
    cursors.push_back(Cursor{key, plan.steps_hash, 0, 0});
    return cursors.back();
  }
  std::rotate(met, met + 1, cursors.end());
  Cursor& cursor = cursors.back();
  if (cursor.steps_hash != plan.steps_hash) {
    cursor = Cursor{key, plan.steps_hash, 0, 0};
    note(absl::StrCat("the steps of the plan ", plan.key,
                      " were edited: it starts again"));
  }
  return cursor;
}

}  // namespace recourse

// The same operation asking for less; in the end a value that stands in.
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/strategy/state_edit.h"
#include "server/strategy/strategy.h"

namespace recourse {
namespace {

// What is sent is seldom measured as the failed server measures it.
constexpr double kMargin = 0.05;

// Share of what was sent that would be accepted; 0: the error does not say.
double KeepRatio(const std::optional<SizeLimit>& size) {
  if (!size || size->limit <= 0 || size->actual <= size->limit) return 0;
  return (1 - kMargin) * static_cast<double>(size->limit) /
         static_cast<double>(size->actual);
}

DegradationAction ActionFor(const GracefulDegradationStep& step, int index,
                            const StepContext& context) {
  const Failure& failure = context.failure;
  const DegradationLevel& level = step.levels[index];
  DegradationAction action;
  action.level_name = level.name;
  action.level = index + 1;
  action.level_count = static_cast<int>(step.levels.size());
  action.disable_features = level.disable_features;
  action.edits = level.edits;
  action.keep_ratio = KeepRatio(context.classification.size_limit);
  if (failure.state != nullptr) {
    action.state = *failure.state;
    for (const StateEdit& edit : level.edits) ApplyEdit(edit, *action.state);
  }
  return action;
}

// The first level not used yet that the caller can run, or why there is none.
std::variant<int, Exhausted> NextLevel(const GracefulDegradationStep& step,
                                       const StepContext& context) {
  if (context.rerun_refused.has_value()) {
    return Exhausted{*context.rerun_refused,
                     "the operation must not run again"};
  }
  const int count = static_cast<int>(step.levels.size());
  const int used = std::max(context.progress.degradation_level, 0);
  for (int i = used; i < count; ++i) {
    if (context.failure.capabilities.CanDegradeTo(step.levels[i])) return i;
  }
  if (used < count) {
    return Exhausted{TraceReason::kCapabilityMissing,
                     "the caller declares none of the levels left"};
  }
  return Exhausted{TraceReason::kNoLevelLeft,
                   count == 0
                       ? "the step has no level"
                       : absl::StrCat("all ", count, " levels were used")};
}

}  // namespace

StepAnswer Decide(const GracefulDegradationStep& step,
                  const StepContext& context) {
  const auto next = NextLevel(step, context);
  if (const int* index = std::get_if<int>(&next)) {
    return Action(ActionFor(step, *index, context));
  }
  // One answer per level and one fallback value: who is not content with the
  // value is not to be given it for ever.
  const bool used_up = context.granted > static_cast<int>(step.levels.size());
  if (step.fallback_value.has_value() && !used_up) {
    return Action(FallbackAction{*step.fallback_value});
  }
  return std::get<Exhausted>(next);
}

}  // namespace recourse

// The same operation asking for less; in the end a value that stands in.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

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

// What the caller says it can do, when the step leaves the choice to it: each
// level is without what it names, and without what those before it name.
std::vector<DegradationLevel> Declared(const Capabilities& capabilities) {
  std::vector<DegradationLevel> declared;
  DegradationLevel level;
  for (const std::string& name : capabilities.degradations) {
    const std::vector<std::string>& named = level.disable_features;
    if (name == "*" || name.empty()) continue;
    if (std::find(named.begin(), named.end(), name) != named.end()) continue;
    level.name = name;
    level.disable_features.push_back(name);
    declared.push_back(level);
  }
  return declared;
}

DegradationAction ActionFor(const std::vector<DegradationLevel>& levels,
                            int index, const StepContext& context) {
  const Failure& failure = context.failure;
  const DegradationLevel& level = levels[index];
  DegradationAction action;
  action.level_name = level.name;
  action.level = index + 1;
  action.level_count = static_cast<int>(levels.size());
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
std::variant<int, Exhausted> NextLevel(
    const std::vector<DegradationLevel>& levels, const StepContext& context) {
  if (context.rerun_refused.has_value()) {
    return Exhausted{*context.rerun_refused,
                     "the operation must not run again"};
  }
  const int count = static_cast<int>(levels.size());
  const int used = std::max(context.progress.degradation_level, 0);
  for (int i = used; i < count; ++i) {
    if (context.failure.capabilities.CanDegradeTo(levels[i])) return i;
  }
  if (used < count) {
    return Exhausted{TraceReason::kCapabilityMissing,
                     "the caller declares none of the levels left"};
  }
  return Exhausted{TraceReason::kNoLevelLeft,
                   count == 0
                       ? "the step has no level, and the caller declares none"
                       : absl::StrCat("all ", count, " levels were used")};
}

}  // namespace

StepAnswer Decide(const GracefulDegradationStep& step,
                  const StepContext& context) {
  const std::vector<DegradationLevel> levels =
      step.levels.empty() ? Declared(context.failure.capabilities)
                          : step.levels;
  const auto next = NextLevel(levels, context);
  if (const int* index = std::get_if<int>(&next)) {
    return Action(ActionFor(levels, *index, context));
  }
  // One answer per level and one fallback value: who is not content with the
  // value is not to be given it for ever.
  const bool used_up = context.granted > static_cast<int>(levels.size());
  if (step.fallback_value.has_value() && !used_up) {
    return Action(FallbackAction{*step.fallback_value});
  }
  return std::get<Exhausted>(next);
}

}  // namespace recourse

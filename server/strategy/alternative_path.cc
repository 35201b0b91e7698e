// The same operation by another way.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/model/stable_hash.h"
#include "server/strategy/strategy.h"

namespace recourse {
namespace {

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What the caller says it can do, when the step leaves the choice to it.
std::vector<Alternative> Declared(const Capabilities& capabilities) {
  std::vector<Alternative> declared;
  for (const std::string& name : capabilities.alternatives) {
    const auto is_named = [&](const Alternative& a) { return a.name == name; };
    if (name == "*" || name.empty()) continue;
    if (std::any_of(declared.begin(), declared.end(), is_named)) continue;
    Alternative alternative;
    alternative.name = name;
    alternative.target = name;
    declared.push_back(std::move(alternative));
  }
  return declared;
}

bool WasTried(const Progress& progress, const std::string& name) {
  const uint64_t hash = StableHash(name);
  const std::vector<uint64_t>& tried = progress.alternatives_tried;
  return std::find(tried.begin(), tried.end(), hash) != tried.end();
}

void Order(AlternativeOrder order, std::vector<Alternative>& alternatives) {
  if (order == AlternativeOrder::kCost) {
    std::stable_sort(
        alternatives.begin(), alternatives.end(),
        [](const auto& a, const auto& b) { return a.cost < b.cost; });
  } else if (order == AlternativeOrder::kQuality) {
    std::stable_sort(
        alternatives.begin(), alternatives.end(),
        [](const auto& a, const auto& b) { return a.quality > b.quality; });
  }
}

// The first of them; the others are told, too.
AlternativeAction Take(std::vector<Alternative> left) {
  AlternativeAction action;
  action.alternative = std::move(left.front());
  for (size_t i = 1; i < left.size(); ++i) {
    action.remaining.push_back(std::move(left[i].name));
  }
  return action;
}

// Of those that the step lists, or else the caller declares, those that are
// neither tried nor excluded.
std::vector<Alternative> Untried(const AlternativePathStep& step,
                                 const StepContext& context) {
  std::vector<Alternative> left = step.alternatives.empty()
                                      ? Declared(context.failure.capabilities)
                                      : step.alternatives;
  std::erase_if(left, [&](const Alternative& a) {
    return Contains(step.exclude, a.name) ||
           a.target == context.failure.target ||
           WasTried(context.progress, a.name) ||
           WasTried(context.progress, a.target);
  });
  return left;
}

}  // namespace

StepAnswer Decide(const AlternativePathStep& step, const StepContext& context) {
  if (context.rerun_refused.has_value()) {
    return Exhausted{*context.rerun_refused,
                     "the operation must not run again"};
  }
  std::vector<Alternative> left = Untried(step, context);
  // The memory of tried ones is bounded: past it, they would come round again.
  if (left.empty() ||
      context.granted >= static_cast<int>(kMaxTriedAlternatives)) {
    return Exhausted{TraceReason::kNoAlternativeLeft,
                     step.alternatives.empty()
                         ? "the caller declares no further alternative"
                         : "every alternative was tried or is excluded"};
  }
  std::erase_if(left, [&](const Alternative& a) {
    return !context.failure.capabilities.CanTake(a.name);
  });
  if (left.empty()) {
    return Exhausted{TraceReason::kCapabilityMissing,
                     "the caller declares none of the alternatives left"};
  }
  if (context.is_open != nullptr) {
    std::erase_if(left, [&](const Alternative& a) {
      return (*context.is_open)(a.target);
    });
  }
  if (left.empty()) {
    return Exhausted{TraceReason::kBreakerOpen,
                     "the circuits of all alternatives left are open"};
  }
  Order(step.order_by, left);
  return Action(Take(std::move(left)));
}

}  // namespace recourse

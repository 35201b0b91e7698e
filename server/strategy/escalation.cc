// People are told; where asked for and possible, the workflow waits for them.
#include "absl/strings/str_cat.h"
#include "server/strategy/strategy.h"

namespace recourse {
namespace {

// A person's RETRY that fails again and again is not helped by asking again.
constexpr int kMaxEscalations = 3;

// A recovery that is over as a whole has nothing to wait for: even a person's
// RETRY would not be carried out.
bool IsOver(const std::optional<TraceReason>& refused) {
  return refused == TraceReason::kTotalAttemptsExhausted ||
         refused == TraceReason::kMaxElapsed;
}

Severity PriorityOf(const EscalationStep& step, const Classification& known) {
  if (step.priority != Severity::kUnspecified) return step.priority;
  if (known.severity != Severity::kUnspecified) return known.severity;
  return Severity::kMedium;
}

}  // namespace

StepAnswer Decide(const EscalationStep& step, const StepContext& context) {
  if (context.granted >= kMaxEscalations) {
    return Exhausted{TraceReason::kAttemptsExhausted,
                     absl::StrCat("people were asked ", kMaxEscalations,
                                  " times and it failed again")};
  }
  EscalationAction action;
  action.priority = PriorityOf(step, context.classification);
  action.assignee = step.assignee;
  action.channels = step.channels;
  action.pause_workflow = step.pause_workflow &&
                          context.failure.capabilities.await_human &&
                          !IsOver(context.rerun_refused);
  action.include_context = step.include_context;
  action.include_state_keys = step.include_state_keys;
  return Action(std::move(action));
}

}  // namespace recourse

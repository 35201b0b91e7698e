// Stage "strategy": what does one step of the plan say to do now? Five pure
// functions: no I/O, no clock, no chance of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "server/model/decision.h"
#include "server/model/failure.h"
#include "server/model/progress.h"
#include "server/model/step.h"

namespace recourse {

// Everything a strategy may look at. Borrowed for the duration of one call.
struct StepContext {
  const Failure& failure;
  const Classification& classification;
  const Progress& progress;
  int granted = 0;  // Answers that this step has given in this recovery.
  // Why the operation must not run again (NOT_IDEMPOTENT, or a limit of the
  // whole recovery); nullopt: it may. A step that would run it is exhausted
  // with this reason.
  std::optional<TraceReason> rerun_refused;
  // The winning pattern's regex, for ${error.NAME} in rewrites; may be null.
  const RE2* error_regex = nullptr;
  // Chance: the same seed gives the same decision.
  uint64_t seed = 0;
  // True for a target whose circuit is open: no alternative goes there. Null:
  // none is.
  const std::function<bool(absl::string_view target)>* is_open = nullptr;
  // True once a correction has worked for long enough; asked before each of its
  // searches. Null: it never has.
  const std::function<bool()>* time_is_up = nullptr;
};

// The step has nothing (more) to give.
struct Exhausted {
  TraceReason reason = TraceReason::kUnspecified;
  std::string text;  // For people.
};

using StepAnswer = std::variant<Action, Exhausted>;

StepAnswer Decide(const RetryStep& step, const StepContext& context);
StepAnswer Decide(const AlternativePathStep& step, const StepContext& context);
StepAnswer Decide(const GracefulDegradationStep& step,
                  const StepContext& context);
StepAnswer Decide(const ErrorCorrectionStep& step, const StepContext& context);
StepAnswer Decide(const EscalationStep& step, const StepContext& context);

// The overload for the step's own type.
StepAnswer Decide(const Step& step, const StepContext& context);

// True when carrying out `action` runs the operation again.
bool RunsAgain(const Action& action);

// Time that `action` takes before its call begins: a retry's delay, else 0.
absl::Duration DelayOf(const Action& action);

// Writes into `progress` and the step's `cursor` that `action` was decided:
// counts, last delay, alternatives, level, remediations. With an alternative,
// progress.target is what failed, and counts as tried too.
void Advance(const Action& action, Progress& progress, Cursor& cursor);

}  // namespace recourse

// The step with regexes in it, apart from the others for its length.
#pragma once

#include "recourse/v1/pattern.pb.h"
#include "server/model/step.h"
#include "server/wire/checker.h"
#include "server/wire/steps.h"

namespace recourse {

ErrorCorrectionStep ParseCorrection(const v1::ErrorCorrectionStep& message,
                                    const StepRules& rules, Checker& check);

struct RegexTotals {
  size_t count = 0;
  size_t bytes = 0;
};

// Adds all regexes of the step, as written: nothing is compiled.
void AddRegexes(const v1::ErrorCorrectionStep& message, RegexTotals& totals);

}  // namespace recourse

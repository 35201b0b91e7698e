// The step with regexes in it, apart from the others for its length.
#pragma once

#include "recourse/v1/pattern.pb.h"
#include "server/model/step.h"
#include "server/wire/checker.h"
#include "server/wire/steps.h"

namespace recourse {

ErrorCorrectionStep ParseCorrection(const v1::ErrorCorrectionStep& message,
                                    const StepRules& rules, Checker& check);

// Bytes of all regexes of the step.
size_t RegexBytes(const v1::ErrorCorrectionStep& message);

}  // namespace recourse

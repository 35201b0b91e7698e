// What of a failure and its decision may leave the process or stay in it: cut
// to what is listed, and redacted.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/model/decision.h"
#include "server/model/failure.h"
#include "server/model/progress.h"
#include "server/record/decision_log.h"
#include "server/record/redaction.h"

namespace recourse {

// The values of `keys` in the failure's state, those that are there, as
// redacted JSON.
std::map<std::string, std::string> StateContext(
    const Failure& failure, const std::vector<std::string>& keys,
    const Redactor& redactor);

// Where a failure has no target and its text names what was called: says so in
// the trace, redacted. No circuit, budget or statistics can be kept for such a
// caller, nor by the hint: it comes from outside.
void AddTargetHint(const Failure& failure, const Redactor& redactor,
                   std::vector<StepTrace>& trace);

// The decision about `failure` as the log keeps it: without payload, and
// without secrets that a caller may have written into its own steps and
// capabilities.
DecisionEntry ToEntry(const Decision& decision, RedactedFailure failure,
                      const Redactor& redactor);

// A decision that the log has lost, as far as its token tells of it.
DecisionEntry ToEntry(const Progress& progress, Outcome outcome,
                      const Redactor& redactor);

}  // namespace recourse

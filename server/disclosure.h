// What of a failure and its decision may leave the process or stay in it: cut
// to what is listed, and redacted.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/guard/guard.h"
#include "server/model/decision.h"
#include "server/model/failure.h"
#include "server/model/progress.h"
#include "server/record/decision_log.h"
#include "server/record/redaction.h"

namespace recourse {

// Where a failed call went, by the names that the guard knows: redacted, since
// circuits are stored, streamed and listed by them.
struct GuardedSite {
  std::string ns;
  std::string target;
  std::string quota_scope;
  std::string service;
  std::string instance;
  bool renamed = false;  // Its caller writes the target otherwise.

  CallSite view() const { return {ns, target, quota_scope, service, instance}; }
};
GuardedSite SiteOf(const Failure& failure, const Redactor& redactor);

// The guard's name for a caller's service or instance. Where that holds a
// secret, a tag follows: callers that differ in their secrets alone stay apart.
// It tells nothing of the secret, and is another one in every process.
std::string GuardedCaller(absl::string_view name, const Redactor& redactor);

// An escalation as an incident keeps it, without secrets that a caller may have
// written into its own steps. `channels`: the configuration's, whose names stay
// as they are.
EscalationAction ToDisclosed(EscalationAction action,
                             const std::set<std::string>& channels,
                             const Redactor& redactor);

// The values of `keys` in the failure's state, those that are there, as
// redacted JSON by redacted key.
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

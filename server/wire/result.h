// Model types become API messages.
#pragma once

#include "recourse/v1/orchestrator.pb.h"
#include "recourse/v1/recovery.pb.h"
#include "server/model/decision.h"
#include "server/model/redacted.h"
#include "server/record/event_hub.h"

namespace recourse {

v1::RecoveryResult ToMessage(const Decision& decision);
v1::Classification ToMessage(const Classification& classification);
v1::ErrorSummary ToErrorSummary(const RedactedFailure& failure);
v1::DecisionRecord ToMessage(const DecisionEntry& entry);
v1::RecoveryEvent ToMessage(const Event& event, int64_t missed);

// The local plan that goes with every result: what a caller does for this
// failure without us (see LocalPlan in recovery.proto). Made from the plan's
// first retry step when the failure is retryable, else no retries.
v1::LocalPlan ToLocalPlan(const Decision& decision);

}  // namespace recourse

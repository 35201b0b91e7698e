// The gates between the stages: may the operation run again at all, and does
// what a step proposes fit into the time there is? Pure.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "server/model/decision.h"
#include "server/model/failure.h"
#include "server/model/progress.h"
#include "server/plan/planner.h"
#include "server/strategy/strategy.h"

namespace recourse {

// Why no step may run the operation again, or nullopt. A limit of the recovery
// as a whole comes before NOT_IDEMPOTENT. An operation that is not idempotent
// may run again only when the failure proves that nothing was done; what did
// not say is taken as idempotent, since its caller asked how to go on.
std::optional<TraceReason> RerunRefused(const Failure& failure,
                                        const Classification& classification,
                                        const Progress& progress,
                                        const RecoveryLimits& limits,
                                        absl::Time now);

// Why `step` is passed over before it is asked, or nullopt: a layer above
// repeats already, and two layers of retries multiply.
std::optional<Exhausted> RefuseBeforeStep(const Step& step,
                                          const Failure& failure);

// Why `action` does not fit that waits for `delay`, or nullopt: delay +
// expected_call_time must be within the caller's time_remaining, and the delay
// within the recovery's max_elapsed. Only actions that run the operation again
// take time.
std::optional<Exhausted> RefuseForTime(
    const Action& action, absl::Duration delay, const Failure& failure,
    const Progress& progress, const RecoveryLimits& limits, absl::Time now);

}  // namespace recourse

// Circuits: model -> API messages, and what people set.
#pragma once

#include "absl/status/statusor.h"
#include "recourse/v1/circuit_breakers.pb.h"
#include "server/model/circuit.h"

namespace recourse {

v1::Circuit ToMessage(const CircuitView& circuit);

// What a person sets, from `now` on. INVALID_ARGUMENT: another state than
// FORCED_OPEN, FORCED_CLOSED, DISABLED, SHADOW; no owner or reason; a time out
// of range (unset: 1 h).
absl::StatusOr<CircuitOverride> ParseOverride(
    const v1::OverrideCircuitRequest& request, absl::Time now);

}  // namespace recourse

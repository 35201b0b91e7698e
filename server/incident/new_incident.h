// From an escalation to what is kept of it. Private to server/incident/.
#pragma once

#include <string>

#include "server/incident/incident_desk.h"
#include "server/incident/incident_store.h"
#include "server/incident/open_shares.h"

namespace recourse {

inline constexpr size_t kMaxTitleBytes = 160;
inline constexpr size_t kMaxContextValueBytes = 4 << 10;
inline constexpr size_t kMaxContextBytes = 16 << 10;  // Of all, names included.

// A new incident with a new id, its channels as the step names them.
StoredIncident ToIncident(const EscalationRequest& request,
                          const std::string& fingerprint);

// The incident that collects the further failures of the request's caller, or
// of its namespace. REQUIRES: `collects` is not kNothing.
StoredIncident ToCollecting(const EscalationRequest& request, Collects collects,
                            const std::string& fingerprint);

// Somebody floods the desk, however mild each failure is: at least HIGH.
v1::Severity CollectingPriority(const EscalationRequest& request);

StoredWaiter ToWaiter(const EscalationRequest& request,
                      const std::string& incident_id);

}  // namespace recourse

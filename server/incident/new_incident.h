// From an escalation to what is kept of it. Private to server/incident/.
#pragma once

#include <string>

#include "server/incident/incident_desk.h"
#include "server/incident/incident_store.h"

namespace recourse {

inline constexpr size_t kMaxTitleBytes = 160;
inline constexpr size_t kMaxContextValueBytes = 4 << 10;
inline constexpr size_t kMaxContextBytes = 16 << 10;  // Of all, names included.

// A new incident with a new id, its channels as the step names them.
StoredIncident ToIncident(const EscalationRequest& request,
                          const std::string& fingerprint);

StoredWaiter ToWaiter(const EscalationRequest& request,
                      const std::string& incident_id);

}  // namespace recourse

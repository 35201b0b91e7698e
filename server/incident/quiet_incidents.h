// Ends incidents that nobody will. Private to server/incident/.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/incident/incident_sync.h"
#include "server/incident/incident_table.h"
#include "server/incident/notifier.h"
#include "server/store/store.h"

namespace recourse {

inline constexpr char kQuietResolver[] = "recourse";
inline constexpr size_t kMaxQuietPerCall = 500;

// Resolves incidents that are quiet by `rule`: as ABORT, which runs nothing and
// passes nothing over, by kQuietResolver at `now`; told as any resolution, and
// each that was resolved to `on_resolved`. One that changes meanwhile stays,
// and failures that would join one wait. At most kMaxQuietPerCall; true: there
// may be more.
absl::StatusOr<bool> ResolveQuietIncidents(
    Store* store, Notifier* notifier, IncidentTable* table, IncidentSync* sync,
    const QuietRule& rule, absl::Time now,
    const std::function<void(const std::string& incident_id)>& on_resolved);

}  // namespace recourse

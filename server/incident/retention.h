// Forgets incidents that are long over. Private to server/incident/.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/store/store.h"

namespace recourse {

inline constexpr absl::Duration kIncidentRetention = absl::Hours(30 * 24);

// Deletes incidents that were resolved kIncidentRetention before `now`, or
// merged that long ago, with their waiters and deliveries. Whatever is left
// after an error is deleted by the next call.
absl::Status DeleteOldIncidents(Store& store, absl::Time now);

}  // namespace recourse

// The rules of resolving. Private to server/incident/.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "recourse/v1/incidents.pb.h"

namespace recourse {

inline constexpr size_t kMaxResumeStateBytes = 64 << 10;

// INVALID_ARGUMENT: no action, RESUME for all or without a state, a state
// without RESUME or above kMaxResumeStateBytes.
absl::Status CheckResolve(const v1::ResolveIncidentRequest& request);

v1::Resolution ToResolution(const v1::ResolveIncidentRequest& request,
                            absl::Time now);

// What `resolution` comes to for one waiter: a RETRY that must not run becomes
// ABORT, refused as NOT_IDEMPOTENT.
v1::Resolution Effective(const v1::Resolution& resolution, bool rerun_allowed);

// True when the request says again, word for word, what was resolved.
bool SaysTheSame(const v1::ResolveIncidentRequest& request,
                 const v1::Resolution& resolution);

}  // namespace recourse

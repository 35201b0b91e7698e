// Retries that a client decides by itself.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "recourse/v1/recovery.pb.h"

namespace recourse {

// What may be taken for temporary without asking anybody: HTTP 408, 429, 502,
// 503, 504; without an HTTP status UNAVAILABLE, DEADLINE_EXCEEDED,
// RESOURCE_EXHAUSTED, by `error.grpc_code`, else by the status's own code.
bool LooksTemporary(const absl::Status& status, const v1::ErrorDetails& error);

// The wait before local retry `k`, from 0: base_delay x factor^k up to
// max_delay, with the plan's jitter. `last` is the wait before (0: none),
// `chance` is in [0, 1).
absl::Duration LocalDelay(const v1::LocalPlan& plan, int k, absl::Duration last,
                          double chance);

}  // namespace recourse

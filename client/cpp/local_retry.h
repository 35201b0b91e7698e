// What a client retries by itself.
#pragma once

#include "absl/status/status.h"
#include "recourse/v1/recovery.pb.h"

namespace recourse {

// What may be taken for temporary without asking anybody: HTTP 408, 429, 502,
// 503, 504; without an HTTP status UNAVAILABLE, DEADLINE_EXCEEDED,
// RESOURCE_EXHAUSTED, by `error.grpc_code`, else by the status's own code.
bool LooksTemporary(const absl::Status& status, const v1::ErrorDetails& error);

}  // namespace recourse

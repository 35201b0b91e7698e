// Refusals as gRPC statuses.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace recourse {

// The status with google.rpc's details in grpc-status-details-bin. One that
// carries no reason gets INTERNAL.
grpc::Status ToGrpcStatus(const absl::Status& status);

// UNAVAILABLE with RetryInfo: the server is shutting down.
absl::Status DrainingStatus();

// RESOURCE_EXHAUSTED with RetryInfo: the worker pool's queue is full.
absl::Status OverloadedStatus();

}  // namespace recourse

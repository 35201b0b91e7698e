// grpc.reflection.v1: gRPC 1.51 ships v1alpha only, and tools want either.
#pragma once

#include <grpcpp/impl/service_type.h>

#include <memory>
#include <string>
#include <vector>

namespace recourse {

// Answers from the descriptors that are linked into the program; `services`
// are the full names that ListServices tells.
std::unique_ptr<grpc::Service> NewReflectionV1Service(
    std::vector<std::string> services);

}  // namespace recourse

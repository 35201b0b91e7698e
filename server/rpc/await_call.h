// AwaitIncident: a long poll that can be taken up again.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "server/rpc/orchestrator_service.h"

namespace recourse {

inline constexpr absl::Duration kDefaultAwait = absl::Seconds(30);
inline constexpr absl::Duration kMaxAwait = absl::Minutes(10);

// Serves one call; the reactor deletes itself. While the server drains the
// caller is told to ask again (UNAVAILABLE): nothing is lost by that.
grpc::ServerUnaryReactor* ServeAwait(const ServiceParts& parts,
                                     grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* in,
                                     grpc::ByteBuffer* out);

}  // namespace recourse

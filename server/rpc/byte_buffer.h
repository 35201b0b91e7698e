// gRPC's byte buffers and protobuf messages. Every method parses for itself,
// because gRPC's own answer to bytes that do not decode is UNIMPLEMENTED with
// an empty message.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace recourse {

// As ParseBytes of wire/context.h.
absl::Status ParseBuffer(const grpc::ByteBuffer& buffer,
                         google::protobuf::Message& message);

grpc::ByteBuffer SerializeToBuffer(const google::protobuf::Message& message);

}  // namespace recourse

#include "server/rpc/byte_buffer.h"

#include <string>
#include <vector>

#include "server/wire/context.h"

namespace recourse {

absl::Status ParseBuffer(const grpc::ByteBuffer& buffer,
                         google::protobuf::Message& message) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) {
    return absl::InternalError("the request's bytes cannot be read");
  }
  if (slices.size() == 1) {  // The usual case: no copy.
    return ParseBytes(
        absl::string_view(reinterpret_cast<const char*>(slices[0].begin()),
                          slices[0].size()),
        message);
  }
  std::string bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return ParseBytes(bytes, message);
}

grpc::ByteBuffer SerializeToBuffer(const google::protobuf::Message& message) {
  grpc::Slice slice(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace recourse

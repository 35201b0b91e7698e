#include "server/rpc/status.h"

#include "server/wire/errors.h"

namespace recourse {

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status details =
      ToRpcStatus(ReasonOf(status).empty() ? FromStore(status) : status);
  return grpc::Status(static_cast<grpc::StatusCode>(details.code()),
                      details.message(), details.SerializeAsString());
}

absl::Status DrainingStatus() {
  return WithRetryDelay(
      Refusal(absl::StatusCode::kUnavailable, reason::kDraining,
              "the server is shutting down; ask another one, or again later"),
      absl::Seconds(1));
}

absl::Status OverloadedStatus() {
  return WithRetryDelay(
      Refusal(absl::StatusCode::kResourceExhausted, reason::kOverloaded,
              "too many calls wait for a worker"),
      absl::Milliseconds(500));
}

}  // namespace recourse

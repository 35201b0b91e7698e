// One call of one method, waited for.
#pragma once

#include <stop_token>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cpp/status_details.h"
#include "grpcpp/client_context.h"

namespace recourse {

// `timeout` from now; a year or more: none.
void SetDeadline(absl::Duration timeout, grpc::ClientContext& context);

// The answer, or why there is none, with its details as payloads. CANCELLED:
// `stop` was asked.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> CallUnary(
    Stub& stub,
    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                 Response*),
    const Request& request, absl::Duration timeout,
    const std::stop_token& stop) {
  grpc::ClientContext context;
  SetDeadline(timeout, context);
  const std::stop_callback on_stop(stop, [&] { context.TryCancel(); });
  Response response;
  const absl::Status status =
      FromGrpcStatus((stub.*method)(&context, request, &response));
  if (!status.ok()) return status;
  return response;
}

}  // namespace recourse

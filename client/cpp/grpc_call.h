// A gRPC call of your own, recovered.
//
//   const recourse::Operation charge(*client, {.target = "payments/charge"});
//   absl::StatusOr<ChargeResponse> answer = recourse::RecoveredCall(
//       charge, *stub, &Payments::StubInterface::Charge, request);
//
// Not an interceptor: one of gRPC 1.51 sees a call on its way and may answer in
// its place, but cannot run it again with a context, a deadline or a stub of
// its own. One Operation per method says how that method is recovered.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <type_traits>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/cpp/recovery_runner.h"
#include "client/cpp/status_details.h"
#include "client/cpp/substitutes.h"
#include "grpcpp/client_context.h"

namespace recourse {

// Calls `method` of what `stub_of` gives for the attempt, for example one of
// the alternative's channel, under the operation's guidance. Each attempt has a
// context of its own: the attempt's time-out is its deadline, stop cancels it,
// and from the second on `grpc-previous-rpc-attempts` tells the server, as
// gRPC's own retries do. `prepare`, where given, adds to it (metadata,
// authority, ...). `substitutes` as of Run: its validate looks at responses
// that came with OK. Errors carry their google.rpc details as payloads, and are
// otherwise as of Run.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> RecoveredCall(
    const Operation& operation,
    const std::function<Stub&(const Attempt&)>& stub_of,
    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                 Response*),
    const Request& request,
    const std::function<void(const Attempt&, grpc::ClientContext&)>& prepare =
        {},
    const std::type_identity_t<Substitutes<Response>>& substitutes = {}) {
  const auto call = [&](const Attempt& attempt) -> absl::StatusOr<Response> {
    grpc::ClientContext context;
    if (attempt.timeout != absl::InfiniteDuration()) {
      context.set_deadline(absl::ToChronoTime(absl::Now() + attempt.timeout));
    }
    if (attempt.number > 1) {
      context.AddMetadata("grpc-previous-rpc-attempts",
                          absl::StrCat(attempt.number - 1));
    }
    if (prepare) prepare(attempt, context);
    const std::stop_callback on_stop(attempt.stop,
                                     [&] { context.TryCancel(); });
    Response response;
    const absl::Status status = FromGrpcStatus(
        (stub_of(attempt).*method)(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  };
  return operation.Run(call, substitutes);
}

// The same with one stub for all attempts.
template <typename Stub, typename Class, typename Request, typename Response>
absl::StatusOr<Response> RecoveredCall(
    const Operation& operation, Stub& stub,
    grpc::Status (Class::*method)(grpc::ClientContext*, const Request&,
                                  Response*),
    const Request& request,
    const std::function<void(const Attempt&, grpc::ClientContext&)>& prepare =
        {},
    const std::type_identity_t<Substitutes<Response>>& substitutes = {}) {
  const std::function<Class&(const Attempt&)> same =
      [&](const Attempt&) -> Class& { return stub; };
  return RecoveredCall(operation, same, method, request, prepare, substitutes);
}

}  // namespace recourse

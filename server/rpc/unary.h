// How every unary method is served: parse -> call -> map -> reply.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "server/rpc/byte_buffer.h"
#include "server/rpc/open_calls.h"
#include "server/rpc/status.h"
#include "server/rpc/worker_pool.h"

namespace recourse {

// The reactor of a unary call, which is open until its reply is on its way.
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  explicit UnaryCall(OpenCalls& calls) : calls_(calls) { calls_.Enter(); }
  void OnDone() override {
    calls_.Leave();
    delete this;
  }

 private:
  OpenCalls& calls_;
};

// Replies with what a method made of its request.
template <typename Response>
void Reply(grpc::ServerUnaryReactor* reactor, grpc::ByteBuffer* out,
           const absl::StatusOr<Response>& response) {
  if (response.ok()) *out = SerializeToBuffer(*response);
  reactor->Finish(ToGrpcStatus(response.status()));
}

// Serves a method that never blocks: `method` takes a
// std::shared_ptr<const Request> and returns absl::StatusOr<Response>.
template <typename Request, typename Method>
grpc::ServerUnaryReactor* ServeUnary(OpenCalls& calls,
                                     const grpc::ByteBuffer* in,
                                     grpc::ByteBuffer* out, Method method) {
  auto* const reactor = new UnaryCall(calls);
  auto request = std::make_shared<Request>();
  if (absl::Status parsed = ParseBuffer(*in, *request); !parsed.ok()) {
    reactor->Finish(ToGrpcStatus(parsed));
    return reactor;
  }
  Reply(reactor, out,
        method(std::shared_ptr<const Request>(std::move(request))));
  return reactor;
}

// The same for a method that may block on the Store: it runs on `pool`.
template <typename Request, typename Method>
grpc::ServerUnaryReactor* ServeBlocking(WorkerPool& pool, OpenCalls& calls,
                                        grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out, Method method) {
  auto* const reactor = new UnaryCall(calls);
  auto request = std::make_shared<Request>();
  if (absl::Status parsed = ParseBuffer(*in, *request); !parsed.ok()) {
    reactor->Finish(ToGrpcStatus(parsed));
    return reactor;
  }
  const bool scheduled = pool.Schedule(
      in->Length(),
      [context, reactor, out, method = std::move(method),
       request = std::shared_ptr<const Request>(std::move(request))] {
        // Nobody waits for it any more: a queue that is behind must not act.
        if (context->IsCancelled()) {
          reactor->Finish(grpc::Status::CANCELLED);
        } else {
          Reply(reactor, out, method(request));
        }
      });
  if (!scheduled) reactor->Finish(ToGrpcStatus(OverloadedStatus()));
  return reactor;
}

}  // namespace recourse

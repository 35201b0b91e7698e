// How every unary method is served: parse -> call -> map -> reply.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
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

// A unary call that is not answered yet. gRPC keeps what it points to until
// the reactor's Finish.
struct OpenUnary {
  grpc::CallbackServerContext* context;
  grpc::ServerUnaryReactor* reactor;
  grpc::ByteBuffer* out;
  size_t bytes;  // Of the request.
};

// Has a worker do `answer`, which answers the call; one that was cancelled by
// then is not worked on, nor one that is dropped.
inline void AnswerOnWorker(WorkerPool& pool, const OpenUnary& call,
                           std::function<void()> answer,
                           WorkerPool::Work work = WorkerPool::Work::kWaits) {
  const auto drop = [reactor = call.reactor] {
    reactor->Finish(grpc::Status::CANCELLED);
  };
  const auto run = [context = call.context, drop, answer = std::move(answer)] {
    // Nobody waits for it any more: a queue that is behind must not act.
    if (context->IsCancelled()) return drop();
    answer();
  };
  if (!pool.Schedule(call.bytes, run, drop, work)) {
    call.reactor->Finish(ToGrpcStatus(OverloadedStatus()));
  }
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

// The same for a method that may take long: it runs on `pool`.
template <typename Request, typename Method>
grpc::ServerUnaryReactor* ServeBlocking(
    WorkerPool& pool, OpenCalls& calls, grpc::CallbackServerContext* context,
    const grpc::ByteBuffer* in, grpc::ByteBuffer* out, Method method,
    WorkerPool::Work work = WorkerPool::Work::kWaits) {
  auto* const reactor = new UnaryCall(calls);
  auto request = std::make_shared<Request>();
  if (absl::Status parsed = ParseBuffer(*in, *request); !parsed.ok()) {
    reactor->Finish(ToGrpcStatus(parsed));
    return reactor;
  }
  AnswerOnWorker(
      pool, {context, reactor, out, in->Length()},
      [reactor, out, method = std::move(method),
       request = std::shared_ptr<const Request>(std::move(request))] {
        Reply(reactor, out, method(request));
      },
      work);
  return reactor;
}

}  // namespace recourse

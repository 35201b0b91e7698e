// HandleErrorStream: batches in, their answers out, in the same order.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "server/orchestrator.h"
#include "server/rpc/open_calls.h"
#include "server/rpc/worker_pool.h"

namespace recourse {

inline constexpr int kMaxBatchContexts = 256;
// Answers of one stream that wait to be written; beyond it the stream is not
// read, so that flow control slows its sender.
inline constexpr size_t kMaxUnwrittenBatches = 64;
inline constexpr size_t kMaxUnwrittenBytes = 16 << 20;

// Serves one stream; the reactor deletes itself. A context that is refused
// fails alone in its slot, a batch that does not decode fails alone.
grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ServeHandleStream(
    Orchestrator* orchestrator, WorkerPool* pool, OpenCalls* open_calls);

// The decision as it goes over the wire, local plan included.
v1::RecoveryResult ToResult(const Decision& decision);

// What a worker does with a recovery that needs one.
WorkerPool::Work WorkOf(const Orchestrator::Recovery& recovery);

}  // namespace recourse

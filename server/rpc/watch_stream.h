// Streams of events: out as fast as the watcher reads.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "server/record/event_hub.h"
#include "server/record/redaction.h"
#include "server/rpc/open_calls.h"
#include "server/rpc/worker_pool.h"

namespace recourse {

// What one watcher is sent.
struct WatchPlan {
  EventFilter filter;
  // Sent first. Called on a waker after the watch has begun: nothing falls in
  // between. What it refers to outlives the wakers; the stream may be gone.
  std::function<std::vector<grpc::ByteBuffer>()> opening;
  std::function<grpc::ByteBuffer(const EventHub::Delivery&)> write;
};

// Serves one stream, or ends it with the plan's refusal; the reactor deletes
// itself. `wakers` opens streams and starts the writes that new events
// call for: its queue must hold two tasks per watcher.
grpc::ServerWriteReactor<grpc::ByteBuffer>* ServeWatch(
    absl::StatusOr<WatchPlan> plan, EventHub* hub, WorkerPool* wakers,
    OpenCalls* open_calls);

// WatchRecoveries; `request` holds a serialized WatchRecoveriesRequest. What it
// asks for is compared with what `redactor` left of events.
grpc::ServerWriteReactor<grpc::ByteBuffer>* ServeWatchStream(
    EventHub* hub, WorkerPool* wakers, OpenCalls* open_calls,
    const Redactor& redactor, const grpc::ByteBuffer& request, absl::Time now);

}  // namespace recourse

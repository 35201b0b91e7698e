// WatchRecoveries: events out, as fast as the watcher reads.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "server/record/event_hub.h"
#include "server/rpc/open_calls.h"
#include "server/rpc/worker_pool.h"

namespace recourse {

// Serves one stream; the reactor deletes itself. `request` holds a serialized
// WatchRecoveriesRequest. `wakers` starts the writes that new events call for:
// its queue must hold one task per watcher.
grpc::ServerWriteReactor<grpc::ByteBuffer>* ServeWatchStream(
    EventHub* hub, WorkerPool* wakers, OpenCalls* open_calls,
    const grpc::ByteBuffer& request, absl::Time now);

}  // namespace recourse

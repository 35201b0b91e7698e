// Many errors over one stream: HandleErrorStream.
#pragma once

#include <memory>
#include <stop_token>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/sync_stream.h"
#include "recourse/v1/orchestrator.grpc.pb.h"

namespace recourse {

// Pipelined batches: send several before receiving; answers come in the order
// of the batches. Receive while sending once some dozens are in flight, or flow
// control stops both ends.
//
// Thread safety: one thread may send while another receives; no more.
class ErrorStream {
 public:
  // `timeout` <= 0: no deadline. Use Client::HandleErrorStream.
  ErrorStream(v1::ErrorRecoveryOrchestrator::StubInterface& stub,
              absl::Duration timeout, std::stop_token stop);
  // Cancels what is still in flight.
  ~ErrorStream();

  // False: the stream is broken; Finish says why.
  bool Send(const v1::HandleErrorBatch& batch);
  // Says that no more batches come. False as above.
  bool DoneSending();
  // Waits for the next answer. False: there is none any more.
  bool Receive(v1::RecoveryResultBatch& batch);
  // The stream's end. REQUIRES: Receive returned false, or DoneSending; called
  // once.
  absl::Status Finish();

 private:
  struct Canceller {
    grpc::ClientContext* context;
    void operator()() const { context->TryCancel(); }
  };

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriterInterface<v1::HandleErrorBatch,
                                                    v1::RecoveryResultBatch>>
      stream_;
  bool finished_ = false;
  std::stop_callback<Canceller> on_stop_;
};

}  // namespace recourse

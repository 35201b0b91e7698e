#include "client/cpp/error_stream.h"

#include <utility>

#include "client/cpp/status_details.h"

namespace recourse {

ErrorStream::ErrorStream(v1::ErrorRecoveryOrchestrator::StubInterface& stub,
                         absl::Duration timeout, std::stop_token stop)
    : on_stop_(std::move(stop), Canceller{&context_}) {
  if (timeout > absl::ZeroDuration()) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  }
  stream_ = stub.HandleErrorStream(&context_);
}

ErrorStream::~ErrorStream() {
  if (finished_) return;
  context_.TryCancel();
  v1::RecoveryResultBatch ignored;
  while (stream_->Read(&ignored)) {
  }
  stream_->Finish();
}

bool ErrorStream::Send(const v1::HandleErrorBatch& batch) {
  return stream_->Write(batch);
}

bool ErrorStream::DoneSending() { return stream_->WritesDone(); }

bool ErrorStream::Receive(v1::RecoveryResultBatch& batch) {
  return stream_->Read(&batch);
}

absl::Status ErrorStream::Finish() {
  finished_ = true;
  return FromGrpcStatus(stream_->Finish());
}

}  // namespace recourse

#include "server/rpc/handle_stream.h"

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "recourse/v1/orchestrator.pb.h"
#include "server/rpc/byte_buffer.h"
#include "server/rpc/status.h"
#include "server/wire/errors.h"
#include "server/wire/result.h"

namespace recourse {
namespace {

v1::BatchError ToBatchError(const absl::Status& status) {
  v1::BatchError error;
  error.set_code(static_cast<int>(status.code()));
  error.set_reason(ReasonOf(status));
  error.set_message(std::string(status.message()));
  error.set_field(FieldOf(status));
  return error;
}

// A batch between its decisions and its answers: what was begun, or refused.
struct PendingBatch {
  v1::RecoveryResultBatch answer;
  std::vector<absl::StatusOr<std::unique_ptr<Orchestrator::Recovery>>> begun;
  bool blocks = false;
};

class HandleStream
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  HandleStream(Orchestrator* orchestrator, WorkerPool* pool,
               OpenCalls* open_calls)
      : orchestrator_(orchestrator), pool_(pool), open_calls_(open_calls) {
    call_id_ = open_calls_->Add([this] { EndWith(DrainingStatus()); });
    if (call_id_ == 0) {
      EndWith(DrainingStatus());
    } else {
      StartRead(&incoming_);
    }
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      absl::MutexLock lock(&mu_);
      reading_done_ = true;
      FinishIfIdle();
      return;
    }
    // From here to the end of AnswerBatch the stream must not finish: it
    // would be gone while the worker still answers.
    {
      absl::MutexLock lock(&mu_);
      if (ending_) return;
      ++busy_;
    }
    auto batch = std::make_shared<PendingBatch>(BeginBatch());
    if (!batch->blocks) {
      AnswerBatch(*batch);
      return;
    }
    // Reading goes on only afterwards: answers keep the order of their batches.
    const bool scheduled =
        pool_->Schedule([this, batch] { AnswerBatch(*batch); });
    if (!scheduled) {
      *batch->answer.mutable_error() = ToBatchError(OverloadedStatus());
      batch->begun.clear();
      AnswerBatch(*batch);
    }
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mu_);
    writing_ = false;
    outgoing_bytes_ -= outgoing_.front().Length();
    outgoing_.pop_front();
    if (!ok) {
      outgoing_.clear();
      outgoing_bytes_ = 0;
      reading_done_ = true;
    }
    if (!outgoing_.empty()) {
      writing_ = true;
      StartWrite(&outgoing_.front());
    }
    if (read_paused_ && !reading_done_ && HasRoom()) {
      read_paused_ = false;
      StartRead(&incoming_);
    }
    FinishIfIdle();
  }

  void OnCancel() override { EndWith(absl::CancelledError("cancelled")); }

  void OnDone() override {
    if (call_id_ != 0) open_calls_->Remove(call_id_);
    // Whoever called Finish still holds the lock for a moment.
    { absl::MutexLock lock(&mu_); }
    delete this;
  }

 private:
  PendingBatch BeginBatch() {
    PendingBatch batch;
    auto request = std::make_shared<v1::HandleErrorBatch>();
    absl::Status parsed = ParseBuffer(incoming_, *request);
    if (parsed.ok() && (request->contexts().empty() ||
                        request->contexts_size() > kMaxBatchContexts)) {
      parsed = InvalidField(
          "contexts",
          absl::StrCat("has ", request->contexts_size(), " contexts; 1-",
                       kMaxBatchContexts, " are allowed"));
    }
    batch.answer.set_batch_id(request->batch_id());
    if (!parsed.ok()) {
      *batch.answer.mutable_error() = ToBatchError(parsed);
      return batch;
    }
    for (const v1::RecoveryContext& context : request->contexts()) {
      // Shares the ownership of the batch.
      absl::StatusOr<RecoveryRequest> checked =
          ParseContext({request, &context});
      batch.begun.push_back(checked.ok()
                                ? orchestrator_->Begin(*std::move(checked))
                                : checked.status());
      batch.blocks |= batch.begun.back().ok() &&
                      Orchestrator::FinishBlocks(**batch.begun.back());
    }
    return batch;
  }

  void FinishBatch(PendingBatch& batch) {
    for (auto& begun : batch.begun) {
      v1::BatchSlot* slot = batch.answer.add_slots();
      if (begun.ok()) {
        *slot->mutable_result() =
            ToResult(orchestrator_->Finish(*std::move(begun)));
      } else {
        *slot->mutable_error() = ToBatchError(begun.status());
      }
    }
    absl::MutexLock lock(&mu_);
    if (ending_) return;
    outgoing_.push_back(SerializeToBuffer(batch.answer));
    outgoing_bytes_ += outgoing_.back().Length();
    if (!writing_) {
      writing_ = true;
      StartWrite(&outgoing_.front());
    }
    if (reading_done_) return;
    if (HasRoom()) {
      StartRead(&incoming_);
    } else {
      read_paused_ = true;
    }
  }

  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return outgoing_.size() < kMaxUnwrittenBatches &&
           outgoing_bytes_ < kMaxUnwrittenBytes;
  }

  void AnswerBatch(PendingBatch& batch) {
    FinishBatch(batch);
    absl::MutexLock lock(&mu_);
    --busy_;
    FinishIfIdle();
  }

  void EndWith(const absl::Status& status) {
    absl::MutexLock lock(&mu_);
    reading_done_ = true;
    if (end_status_.ok()) end_status_ = status;
    FinishIfIdle();
  }

  // gRPC wants Finish once and after the last write, and this object lives
  // until OnDone: so it waits for a worker that still holds it.
  void FinishIfIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (ending_ || !reading_done_ || busy_ > 0 || writing_) return;

    ending_ = true;
    Finish(ToGrpcStatus(end_status_));
  }

  Orchestrator* const orchestrator_;
  WorkerPool* const pool_;
  OpenCalls* const open_calls_;
  uint64_t call_id_ = 0;

  grpc::ByteBuffer incoming_;  // Touched by the one read that is under way.

  absl::Mutex mu_;
  std::deque<grpc::ByteBuffer> outgoing_ ABSL_GUARDED_BY(mu_);
  size_t outgoing_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool read_paused_ ABSL_GUARDED_BY(mu_) = false;
  bool reading_done_ ABSL_GUARDED_BY(mu_) = false;
  bool ending_ ABSL_GUARDED_BY(mu_) = false;
  int busy_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Status end_status_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

v1::RecoveryResult ToResult(const Decision& decision) {
  v1::RecoveryResult result = ToMessage(decision);
  *result.mutable_local_plan() =
      ToLocalPlan(decision.classification, *decision.plan_steps);
  return result;
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ServeHandleStream(
    Orchestrator* orchestrator, WorkerPool* pool, OpenCalls* open_calls) {
  return new HandleStream(orchestrator, pool, open_calls);
}

}  // namespace recourse

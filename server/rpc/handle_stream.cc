#include "server/rpc/handle_stream.h"

#include <algorithm>
#include <atomic>
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

// For what nobody will read.
absl::Status EndedStatus() { return absl::CancelledError("the stream ended"); }

// A batch that is being answered, by several threads: each writes its slots,
// the last one sends the answer.
struct PendingBatch {
  // A slot whose answer writes to the Store.
  struct Kept {
    int index;
    std::unique_ptr<Orchestrator::Recovery> recovery;
  };

  absl::Time received;
  size_t slot_bytes = 0;  // The batch's on the wire, shared out evenly.
  v1::RecoveryResultBatch answer;
  absl::Mutex mu;
  std::vector<Kept> kept ABSL_GUARDED_BY(mu);
  bool beginning ABSL_GUARDED_BY(mu) = true;
  // Slots without answer, and one for who begins the batch.
  int open ABSL_GUARDED_BY(mu) = 1;
};
using SharedBatch = std::shared_ptr<PendingBatch>;

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
    // From here to the end of SendAnswer the stream must not finish: it would
    // be gone while a batch is still answered. Reading goes on only then:
    // answers keep the order of their batches.
    {
      absl::MutexLock lock(&mu_);
      if (ending_) return;
      ++busy_;
    }
    BeginBatch();
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mu_);
    writing_ = false;
    outgoing_bytes_ -= outgoing_.front().Length();
    outgoing_.pop_front();
    if (!ok) {
      cancelled_ = true;
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

  void OnCancel() override {
    cancelled_ = true;
    EndWith(absl::CancelledError("cancelled"));
  }

  void OnDone() override {
    if (call_id_ != 0) open_calls_->Remove(call_id_);
    // Whoever called Finish still holds the lock for a moment.
    { absl::MutexLock lock(&mu_); }
    delete this;
  }

 private:
  void BeginBatch() {
    auto batch = std::make_shared<PendingBatch>();
    batch->received = orchestrator_->now();
    auto request = std::make_shared<v1::HandleErrorBatch>();
    absl::Status parsed = ParseBuffer(incoming_, *request);
    if (parsed.ok() && (request->contexts().empty() ||
                        request->contexts_size() > kMaxBatchContexts)) {
      parsed = InvalidField(
          "contexts",
          absl::StrCat("has ", request->contexts_size(), " contexts; 1-",
                       kMaxBatchContexts, " are allowed"));
    }
    batch->answer.set_batch_id(request->batch_id());
    if (!parsed.ok()) return RefuseAll(batch, parsed);
    const size_t bytes = incoming_.Length();
    batch->slot_bytes = bytes / request->contexts_size();
    if (std::none_of(request->contexts().begin(), request->contexts().end(),
                     BringsRegexes)) {
      return BeginSlots(batch, request);
    }
    const auto drop = [this, batch] { RefuseAll(batch, EndedStatus()); };
    const auto run = [this, batch, request, drop] {
      if (cancelled_) return drop();
      BeginSlots(batch, request);
    };
    if (!pool_->Schedule(bytes, run, drop, WorkerPool::Work::kComputes)) {
      RefuseAll(batch, OverloadedStatus());
    }
  }

  void BeginSlots(const SharedBatch& batch,
                  const std::shared_ptr<v1::HandleErrorBatch>& request) {
    const int count = request->contexts_size();
    for (int i = 0; i < count; ++i) batch->answer.add_slots();
    {
      absl::MutexLock lock(&batch->mu);
      batch->open += count;
    }
    RegexAllowance regexes;
    for (int i = 0; i < count; ++i) {
      // Shares the ownership of the batch.
      absl::StatusOr<RecoveryRequest> checked =
          ParseContext({request, &request->contexts(i)}, &regexes);
      if (!checked.ok()) {
        Refuse(batch, i, checked.status());
        continue;
      }
      checked->receive_time = batch->received;
      orchestrator_->Begin(*std::move(checked),
                           [this, batch, i](Orchestrator::Begun begun) {
                             FinishOrKeep(batch, i, std::move(begun));
                           });
    }
    FinishGathered(batch);
    Close(batch);
  }

  void FinishOrKeep(const SharedBatch& batch, int slot,
                    Orchestrator::Begun begun) {
    if (!begun.ok()) return Refuse(batch, slot, begun.status());
    if (!Orchestrator::NeedsWorker(**begun)) {
      return FinishSlot(batch, slot, *std::move(begun));
    }
    const WorkerPool::Work work = WorkOf(**begun);
    std::vector<PendingBatch::Kept> kept;
    {
      absl::MutexLock lock(&batch->mu);
      // Writes to the Store gather for one worker while the batch begins.
      const bool gathers = batch->beginning && work == WorkerPool::Work::kWaits;
      (gathers ? batch->kept : kept).push_back({slot, *std::move(begun)});
    }
    FinishOnWorker(batch, std::move(kept), work);
  }

  void FinishGathered(const SharedBatch& batch) {
    std::vector<PendingBatch::Kept> kept;
    {
      absl::MutexLock lock(&batch->mu);
      batch->beginning = false;
      kept.swap(batch->kept);
    }
    FinishOnWorker(batch, std::move(kept), WorkerPool::Work::kWaits);
  }

  void FinishOnWorker(const SharedBatch& batch,
                      std::vector<PendingBatch::Kept> slots,
                      WorkerPool::Work work) {
    if (slots.empty()) return;
    const auto kept =
        std::make_shared<std::vector<PendingBatch::Kept>>(std::move(slots));
    const auto refuse = [this, batch](PendingBatch::Kept& slot,
                                      const absl::Status& status) {
      slot.recovery.reset();  // Who waits for its answer is to decide.
      Refuse(batch, slot.index, status);
    };
    const auto drop = [kept, refuse] {
      for (PendingBatch::Kept& slot : *kept) refuse(slot, EndedStatus());
    };
    const auto run = [this, batch, kept, refuse] {
      for (PendingBatch::Kept& slot : *kept) {
        if (cancelled_) {
          refuse(slot, EndedStatus());
        } else {
          FinishSlot(batch, slot.index, std::move(slot.recovery));
        }
      }
    };
    const size_t bytes = batch->slot_bytes * kept->size();
    if (pool_->Schedule(bytes, run, drop, work)) return;
    for (PendingBatch::Kept& slot : *kept) refuse(slot, OverloadedStatus());
  }

  void FinishSlot(const SharedBatch& batch, int slot,
                  std::unique_ptr<Orchestrator::Recovery> recovery) {
    *batch->answer.mutable_slots(slot)->mutable_result() =
        ToResult(orchestrator_->Finish(std::move(recovery)));
    Close(batch);
  }

  void Refuse(const SharedBatch& batch, int slot, const absl::Status& status) {
    *batch->answer.mutable_slots(slot)->mutable_error() = ToBatchError(status);
    Close(batch);
  }

  // REQUIRES: no slot has begun.
  void RefuseAll(const SharedBatch& batch, const absl::Status& status) {
    *batch->answer.mutable_error() = ToBatchError(status);
    Close(batch);
  }

  // One part of the batch is done; with the last one it is answered.
  void Close(const SharedBatch& batch) {
    {
      absl::MutexLock lock(&batch->mu);
      if (--batch->open > 0) return;
    }
    SendAnswer(batch->answer);
  }

  void SendAnswer(const v1::RecoveryResultBatch& answer) {
    grpc::ByteBuffer bytes = SerializeToBuffer(answer);
    absl::MutexLock lock(&mu_);
    --busy_;
    outgoing_bytes_ += bytes.Length();
    outgoing_.push_back(std::move(bytes));
    if (!writing_) {
      writing_ = true;
      StartWrite(&outgoing_.front());
    }
    if (!reading_done_ && HasRoom()) {
      StartRead(&incoming_);
    } else {
      read_paused_ = !reading_done_;
    }
    FinishIfIdle();
  }

  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return outgoing_.size() < kMaxUnwrittenBatches &&
           outgoing_bytes_ < kMaxUnwrittenBytes;
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
  // Nobody reads any more: what has not begun is refused.
  std::atomic<bool> cancelled_ = false;

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

WorkerPool::Work WorkOf(const Orchestrator::Recovery& recovery) {
  return Orchestrator::Computes(recovery) ? WorkerPool::Work::kComputes
                                          : WorkerPool::Work::kWaits;
}

v1::RecoveryResult ToResult(const Decision& decision) {
  v1::RecoveryResult result = ToMessage(decision);
  *result.mutable_local_plan() = ToLocalPlan(decision);
  return result;
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ServeHandleStream(
    Orchestrator* orchestrator, WorkerPool* pool, OpenCalls* open_calls) {
  return new HandleStream(orchestrator, pool, open_calls);
}

}  // namespace recourse

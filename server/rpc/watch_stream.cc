#include "server/rpc/watch_stream.h"

#include <bitset>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "recourse/v1/orchestrator.pb.h"
#include "server/rpc/byte_buffer.h"
#include "server/rpc/status.h"
#include "server/wire/context.h"
#include "server/wire/errors.h"
#include "server/wire/pattern.h"
#include "server/wire/result.h"
#include "server/wire/steps.h"

namespace recourse {
namespace {

absl::StatusOr<EventFilter> ParseFilter(const grpc::ByteBuffer& buffer,
                                        const Redactor& redactor) {
  v1::WatchRecoveriesRequest request;
  if (absl::Status parsed = ParseBuffer(buffer, request); !parsed.ok()) {
    return parsed;
  }
  Checker check;
  CheckNamespace("namespace", request.namespace_(), check);
  check.Text("target", request.target(), kMaxTargetBytes);
  check.Text("workflow_id", request.workflow_id(), kMaxWorkflowIdBytes);
  check.Text("pattern_id", request.pattern_id(), kMaxPatternIdBytes);
  if (!check.ok()) return check.status();
  EventFilter filter{.ns = request.namespace_(),
                     .target = redactor.Redact(request.target()),
                     .workflow_id = redactor.Redact(request.workflow_id()),
                     .pattern_id = request.pattern_id()};
  std::bitset<v1::RecoveryEvent::Kind_ARRAYSIZE> kinds;
  for (const int kind : request.kinds()) {
    if (kind == v1::RecoveryEvent::KIND_UNSPECIFIED ||
        !v1::RecoveryEvent::Kind_IsValid(kind)) {
      return InvalidField("kinds", "holds a value that is no kind of event");
    }
    if (!kinds[kind]) filter.kinds.push_back(static_cast<EventKind>(kind));
    kinds.set(kind);
  }
  return filter;
}

class WatchStream : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  WatchStream(absl::StatusOr<WatchPlan> plan, EventHub* hub, WorkerPool* wakers,
              OpenCalls* open_calls)
      : open_calls_(open_calls), alive_(std::make_shared<Alive>(this)) {
    if (!plan.ok()) {
      EndWith(plan.status());
      return;
    }
    write_ = std::move(plan->write);
    Begin(hub, wakers, std::move(plan->filter), std::move(plan->opening));
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mu_);
    writing_ = false;
    if (!ok && end_status_.ok()) end_status_ = absl::CancelledError("gone");
    if (!FinishIfEnded()) TakeAndWrite();
  }

  void OnCancel() override { EndWith(absl::CancelledError("cancelled")); }

  void OnDone() override {
    if (call_id_ != 0) open_calls_->Remove(call_id_);
    {
      absl::MutexLock lock(&alive_->mu);
      alive_->stream = nullptr;
    }
    delete this;
  }

 private:
  // Lets a wake-up that comes late find out that the stream is gone.
  struct Alive {
    explicit Alive(WatchStream* s) : stream(s) {}
    absl::Mutex mu;
    WatchStream* stream ABSL_GUARDED_BY(mu);
  };

  void Begin(EventHub* hub, WorkerPool* wakers, EventFilter filter,
             std::function<std::vector<grpc::ByteBuffer>()> opening) {
    call_id_ = open_calls_->Add([this] { EndWith(DrainingStatus()); });
    if (call_id_ == 0) return EndWith(DrainingStatus());
    // The hub may hold locks when it says that there is something, so the write
    // starts elsewhere.
    auto watcher = hub->Watch(std::move(filter), [wakers, alive = alive_] {
      (void)wakers->Schedule(/*bytes=*/0, [alive] {
        absl::MutexLock lock(&alive->mu);
        if (alive->stream != nullptr) alive->stream->WriteNext();
      });
    });
    if (!watcher.ok()) {
      return EndWith(ReasonOf(watcher.status()).empty()
                         ? Refusal(watcher.status().code(),
                                   reason::kTooManyWatchers,
                                   watcher.status().message())
                         : watcher.status());
    }
    {
      absl::MutexLock lock(&mu_);
      watcher_ = *std::move(watcher);
    }
    const bool scheduled = wakers->Schedule(
        /*bytes=*/0, [alive = alive_, opening = std::move(opening)] {
          {
            absl::MutexLock lock(&alive->mu);
            if (alive->stream == nullptr) return;
          }
          // It may take a while, and the stream's end must not wait for it.
          std::vector<grpc::ByteBuffer> first = opening();
          absl::MutexLock lock(&alive->mu);
          if (alive->stream != nullptr) alive->stream->Open(std::move(first));
        });
    if (!scheduled) {
      EndWith(OverloadedStatus());
    }
  }

  void Open(std::vector<grpc::ByteBuffer> first) {
    absl::MutexLock lock(&mu_);
    waiting_.assign(std::make_move_iterator(first.begin()),
                    std::make_move_iterator(first.end()));
    opened_ = true;
    TakeAndWrite();
  }

  // The hub has something again.
  void WriteNext() {
    absl::MutexLock lock(&mu_);
    TakeAndWrite();
  }

  void TakeAndWrite() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (!opened_ || writing_ || finished_ || !end_status_.ok()) return;
    if (waiting_.empty()) {
      std::optional<EventHub::Delivery> delivery = watcher_->Next();
      if (!delivery.has_value()) return;
      waiting_.push_back(write_(*delivery));
    }
    outgoing_.Swap(&waiting_.front());
    waiting_.pop_front();
    writing_ = true;
    StartWrite(&outgoing_);
  }

  void EndWith(const absl::Status& status) {
    absl::MutexLock lock(&mu_);
    if (end_status_.ok()) end_status_ = status;
    FinishIfEnded();
  }

  bool FinishIfEnded() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (end_status_.ok() || finished_) return finished_;
    if (writing_) return true;  // OnWriteDone comes back here.
    finished_ = true;
    Finish(ToGrpcStatus(end_status_));
    return true;
  }

  OpenCalls* const open_calls_;
  const std::shared_ptr<Alive> alive_;
  std::function<grpc::ByteBuffer(const EventHub::Delivery&)> write_;
  uint64_t call_id_ = 0;

  absl::Mutex mu_;
  std::unique_ptr<EventHub::Watcher> watcher_ ABSL_GUARDED_BY(mu_);
  std::deque<grpc::ByteBuffer> waiting_ ABSL_GUARDED_BY(mu_);
  grpc::ByteBuffer outgoing_ ABSL_GUARDED_BY(mu_);
  bool opened_ ABSL_GUARDED_BY(mu_) = false;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status end_status_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

grpc::ServerWriteReactor<grpc::ByteBuffer>* ServeWatch(
    absl::StatusOr<WatchPlan> plan, EventHub* hub, WorkerPool* wakers,
    OpenCalls* open_calls) {
  return new WatchStream(std::move(plan), hub, wakers, open_calls);
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* ServeWatchStream(
    EventHub* hub, WorkerPool* wakers, OpenCalls* open_calls,
    const Redactor& redactor, const grpc::ByteBuffer& request, absl::Time now) {
  const auto plan = [&]() -> absl::StatusOr<WatchPlan> {
    absl::StatusOr<EventFilter> filter = ParseFilter(request, redactor);
    if (!filter.ok()) return filter.status();
    const auto write = [](const EventHub::Delivery& delivery) {
      return SerializeToBuffer(ToMessage(*delivery.event, delivery.missed));
    };
    // Tells the reader that from here on nothing is missed unsaid.
    const auto watching = [write, now] {
      return std::vector<grpc::ByteBuffer>{
          write({std::make_shared<Event>(
                     Event{.kind = EventKind::kWatching, .time = now}),
                 0})};
    };
    return WatchPlan{
        .filter = *std::move(filter), .opening = watching, .write = write};
  };
  return ServeWatch(plan(), hub, wakers, open_calls);
}

}  // namespace recourse

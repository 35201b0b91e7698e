#include "client/cpp/background.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "client/cpp/durations.h"
#include "grpcpp/client_context.h"

namespace recourse {

// Something that the queue brings back. Owns itself.
class Background::Event {
 public:
  virtual ~Event() = default;
  virtual void Done(bool ok) = 0;
  void* Tag() { return this; }
};

class Background::Waking : public Event {
 public:
  explicit Waking(Background& background) : background_(background) {}
  void Done(bool) override {
    absl::MutexLock lock(&background_.mu_);
    background_.woken_ = false;
  }

 private:
  Background& background_;
};

// A unary call.
template <typename Response>
class Background::Call : public Event {
 public:
  using Reader =
      std::unique_ptr<grpc::ClientAsyncResponseReaderInterface<Response>>;

  static void Begin(
      absl::Duration timeout,
      const std::function<Reader(grpc::ClientContext*)>& start,
      std::function<void(const grpc::Status&, const Response&)> done) {
    auto* const call = new Call(std::move(done));
    call->context_.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    call->reader_ = start(&call->context_);
    call->reader_->Finish(&call->response_, &call->status_, call->Tag());
  }
  void Done(bool) override {
    done_(status_, response_);
    delete this;
  }

 private:
  explicit Call(std::function<void(const grpc::Status&, const Response&)> done)
      : done_(std::move(done)) {}

  const std::function<void(const grpc::Status&, const Response&)> done_;
  grpc::ClientContext context_;
  grpc::Status status_;
  Response response_;
  Reader reader_;
};

// An open WatchCircuits.
class Background::Stream : public Event {
 public:
  explicit Stream(Background& background) : background_(background) {}

  void Begin() {
    reader_ = background_.circuits_->AsyncWatchCircuits(
        &context_, background_.identity_, &background_.queue_, Tag());
  }
  void Cancel() { context_.TryCancel(); }

  void Done(bool ok) override {
    if (is_finishing_) {
      background_.StreamEnded(status_, heard_);
      delete this;
      return;
    }
    if (!ok) {
      is_finishing_ = true;
      reader_->Finish(&status_, Tag());
      return;
    }
    if (is_open_) background_.Heard(!std::exchange(heard_, true), message_);
    is_open_ = true;
    reader_->Read(&message_, Tag());
  }

 private:
  Background& background_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReaderInterface<v1::WatchCircuitsResponse>>
      reader_;
  v1::WatchCircuitsResponse message_;
  grpc::Status status_;
  bool is_open_ = false;
  bool is_finishing_ = false;
  bool heard_ = false;
};

Background::Background(const std::shared_ptr<grpc::Channel>& channel,
                       Sites& sites, AskBreaker& breaker, Clock& clock,
                       v1::WatchCircuitsRequest identity,
                       absl::Duration send_timeout)
    : sites_(sites),
      breaker_(breaker),
      clock_(clock),
      identity_(std::move(identity)),
      send_timeout_(send_timeout),
      orchestrator_(v1::ErrorRecoveryOrchestrator::NewStub(channel)),
      circuits_(v1::CircuitBreakers::NewStub(channel)),
      waking_(std::make_unique<Waking>(*this)) {}

Background::~Background() {
  std::thread thread;
  {
    absl::MutexLock lock(&mu_);
    closing_ = true;
    thread = std::move(thread_);
    if (thread.joinable()) Wake();
  }
  if (thread.joinable()) thread.join();
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) static_cast<Event*>(tag)->Done(ok);
}

void Background::Start(bool listen) {
  if (listen ? listening_.load() : sending_.load()) return;
  absl::MutexLock lock(&mu_);
  if (closing_) return;
  if (listen) listening_ = true;
  if (!sending_.exchange(true)) {
    next_sums_ = absl::Now() + kSumsInterval;
    thread_ = std::thread([this] { Loop(); });
  } else {
    Wake();
  }
}

void Background::Report(const v1::RecoveryOutcome& outcome) {
  {
    absl::MutexLock lock(&mu_);
    if (closing_ || reports_.size() >= kMaxWaitingReports) return;
    reports_.push_back(outcome);
    if (sending_) Wake();
  }
  Start(/*listen=*/false);
}

bool Background::IsFlushed() const {
  return reports_.empty() && reports_in_flight_ == 0 && !sums_wanted_ &&
         !sums_in_flight_;
}

bool Background::Flush(absl::Duration timeout) {
  absl::MutexLock lock(&mu_);
  if (!sending_) return true;
  sums_wanted_ = true;
  Wake();
  return mu_.AwaitWithTimeout(absl::Condition(this, &Background::IsFlushed),
                              timeout);
}

bool Background::AwaitCircuits(absl::Duration timeout) {
  Start(/*listen=*/true);
  absl::MutexLock lock(&mu_);
  return mu_.AwaitWithTimeout(absl::Condition(&circuits_known_), timeout);
}

void Background::Wake() {
  if (std::exchange(woken_, true)) return;
  alarm_.Set(&queue_, std::chrono::system_clock::now(), waking_->Tag());
}

void Background::Loop() {
  while (Step()) {
    void* tag = nullptr;
    bool ok = false;
    if (queue_.AsyncNext(&tag, &ok, absl::ToChronoTime(NextDue())) ==
        grpc::CompletionQueue::GOT_EVENT) {
      static_cast<Event*>(tag)->Done(ok);
    }
  }
}

absl::Time Background::NextDue() const {
  if (close_until_ != absl::InfiniteFuture()) {
    return absl::Now() < close_until_ ? close_until_ : absl::InfiniteFuture();
  }
  const bool may_listen = listening_ && stream_ == nullptr;
  return may_listen ? std::min(next_sums_, next_stream_) : next_sums_;
}

// Begins what is due; false: closed, and all is sent or out of time.
bool Background::Step() {
  const absl::Time now = absl::Now();
  bool closing = false;
  {
    absl::MutexLock lock(&mu_);
    closing = closing_;
    if (closing && close_until_ == absl::InfiniteFuture()) {
      close_until_ = now + kFlush;
      sums_wanted_ = true;
      if (stream_ != nullptr) stream_->Cancel();
    }
  }
  if (now < close_until_) {
    SendReports();
    SendSums(now);
  }
  if (!closing) Listen(now);
  if (!closing || stream_ != nullptr) return true;
  absl::MutexLock lock(&mu_);
  return now < close_until_ && !IsFlushed();
}

void Background::SendReports() {
  while (true) {
    v1::RecoveryOutcome report;
    {
      absl::MutexLock lock(&mu_);
      if (reports_.empty() || reports_in_flight_ >= kMaxReportsInFlight) return;
      report = std::move(reports_.front());
      reports_.pop_front();
      ++reports_in_flight_;
    }
    Call<v1::ReportOutcomeResponse>::Begin(
        send_timeout_,
        [&](grpc::ClientContext* context) {
          return orchestrator_->AsyncReportOutcome(context, report, &queue_);
        },
        [this](const grpc::Status&, const v1::ReportOutcomeResponse&) {
          absl::MutexLock lock(&mu_);
          --reports_in_flight_;
        });
  }
}

void Background::SendSums(absl::Time now) {
  {
    absl::MutexLock lock(&mu_);
    if (sums_in_flight_ || (now < next_sums_ && !sums_wanted_)) return;
    sums_wanted_ = false;
    next_sums_ = now + sums_interval_;
    if (now < no_sums_before_) return;
    std::vector<v1::TargetCalls> sums = sites_.TakeAll(clock_.Now());
    if (sums.empty()) return;
    v1::ReportCallsRequest request;
    request.set_namespace_(identity_.namespace_());
    *request.mutable_caller() = identity_.caller();
    request.mutable_targets()->Assign(sums.begin(), sums.end());
    request.set_sequence(++sequence_);
    sums_in_flight_ = true;
    Call<v1::ReportCallsResponse>::Begin(
        send_timeout_,
        [&](grpc::ClientContext* context) {
          return circuits_->AsyncReportCalls(context, request, &queue_);
        },
        [this](const grpc::Status& status,
               const v1::ReportCallsResponse& response) {
          SumsDone(status, response);
        });
  }
}

void Background::SumsDone(const grpc::Status& status,
                          const v1::ReportCallsResponse& response) {
  if (status.ok()) {
    breaker_.Alive();
    sums_interval_ = std::clamp(FromProto(response.next_report_after()),
                                kSumsInterval, kMaxSumsInterval);
    for (const v1::Circuit& circuit : response.circuits()) {
      sites_.Tell(circuit, clock_.Now());
    }
  } else if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
    no_sums_before_ = absl::Now() + Sites::kOwnHolds;
    sites_.HoldAlone(clock_.Now());
  }
  absl::MutexLock lock(&mu_);
  sums_in_flight_ = false;
}

void Background::Listen(absl::Time now) {
  if (!listening_ || stream_ != nullptr || now < next_stream_) return;
  stream_ = new Stream(*this);
  stream_->Begin();
}

void Background::Heard(bool first, const v1::WatchCircuitsResponse& message) {
  if (first) {
    sites_.StreamBegins();
    breaker_.Alive();
  }
  if (message.has_circuit()) sites_.Tell(message.circuit(), clock_.Now());
  if (!message.synced()) return;
  absl::MutexLock lock(&mu_);
  circuits_known_ = true;
}

void Background::StreamEnded(const grpc::Status& status, bool heard) {
  stream_ = nullptr;
  sites_.StreamEnds();
  if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
    sites_.HoldAlone(clock_.Now());
    stream_pause_ = Sites::kOwnHolds;
    absl::MutexLock lock(&mu_);
    circuits_known_ = true;
  } else {
    stream_pause_ =
        heard ? kStreamPause : std::min(2 * stream_pause_, kMaxStreamPause);
  }
  // Clients that lost the same server do not come back all at once.
  next_stream_ = absl::Now() + stream_pause_ * (0.8 + 0.2 * clock_.Random());
}

}  // namespace recourse

// What a client does beside its calls: reports, sums, circuits.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cpp/ask_breaker.h"
#include "client/cpp/clock.h"
#include "client/cpp/sites.h"
#include "grpcpp/alarm.h"
#include "grpcpp/channel.h"
#include "grpcpp/completion_queue.h"
#include "recourse/v1/circuit_breakers.grpc.pb.h"
#include "recourse/v1/orchestrator.grpc.pb.h"

namespace recourse {

// One thread, begun with the first target that is counted. It sends reports as
// they come, about once a second what was counted, if anything was, and, once
// something was asked, listens to circuits. It holds no caller up: what cannot
// be sent is dropped.
//
// A process that forks must not have used it before.
//
// Thread safety: safe for concurrent use.
class Background {
 public:
  static constexpr size_t kMaxWaitingReports = 1000;
  static constexpr int kMaxReportsInFlight = 32;
  static constexpr absl::Duration kSumsInterval = absl::Seconds(1);
  static constexpr absl::Duration kMaxSumsInterval = absl::Minutes(1);
  // The pause before circuits are listened to again.
  static constexpr absl::Duration kStreamPause = absl::Seconds(1);
  static constexpr absl::Duration kMaxStreamPause = absl::Seconds(2);
  // What an end waits for what is still to be sent.
  static constexpr absl::Duration kFlush = absl::Milliseconds(500);

  // `sites`, `breaker` and `clock` must outlive it. `identity` has the caller
  // and the namespace. What is not taken within `send_timeout` is dropped.
  Background(const std::shared_ptr<grpc::Channel>& channel, Sites& sites,
             AskBreaker& breaker, Clock& clock,
             v1::WatchCircuitsRequest identity, absl::Duration send_timeout);
  // Sends what waits, for at most kFlush; ends the thread.
  ~Background();

  // Begins what is not begun; `listen`: circuits, too.
  void Start(bool listen);

  // Sends it soon; drops it when kMaxWaitingReports wait.
  void Report(const v1::RecoveryOutcome& outcome);

  // Waits until all that was reported and counted is sent, or given up; false:
  // not within `timeout`.
  bool Flush(absl::Duration timeout);

  // Waits until the circuits are known, or known not to be kept; false: not
  // within `timeout`.
  bool AwaitCircuits(absl::Duration timeout);

 private:
  class Event;
  class Waking;
  class Stream;
  template <typename Response>
  class Call;

  void Wake() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool IsFlushed() const ABSL_SHARED_LOCKS_REQUIRED(mu_);

  // All of these on the thread.
  void Loop();
  bool Step();
  absl::Time NextDue() const;
  void SendReports();
  void SendSums(absl::Time now);
  void SumsDone(const grpc::Status& status,
                const v1::ReportCallsResponse& response);
  void Listen(absl::Time now);
  void Heard(bool first, const v1::WatchCircuitsResponse& message);
  void StreamEnded(const grpc::Status& status, bool heard);

  Sites& sites_;
  AskBreaker& breaker_;
  Clock& clock_;
  const v1::WatchCircuitsRequest identity_;
  const absl::Duration send_timeout_;
  const std::unique_ptr<v1::ErrorRecoveryOrchestrator::StubInterface>
      orchestrator_;
  const std::unique_ptr<v1::CircuitBreakers::StubInterface> circuits_;

  // The thread's own; times are the machine's, whatever `clock_` says.
  grpc::CompletionQueue queue_;
  absl::Time next_sums_;
  absl::Duration sums_interval_ = kSumsInterval;
  // The server drops a number that it has seen: a program that starts anew
  // under the same instance goes on above its last one.
  int64_t sequence_ = absl::ToUnixMicros(absl::Now());
  absl::Time no_sums_before_ = absl::InfinitePast();
  absl::Time next_stream_ = absl::InfinitePast();
  absl::Duration stream_pause_ = kStreamPause;
  Stream* stream_ = nullptr;  // Its events own it.
  absl::Time close_until_ = absl::InfiniteFuture();

  std::atomic<bool> sending_ = false;    // The thread runs.
  std::atomic<bool> listening_ = false;  // And listens.

  mutable absl::Mutex mu_;
  std::thread thread_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<Waking> waking_;
  grpc::Alarm alarm_ ABSL_GUARDED_BY(mu_);
  bool woken_ ABSL_GUARDED_BY(mu_) = false;
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
  bool sums_wanted_ ABSL_GUARDED_BY(mu_) = false;  // Now, for Flush.
  bool sums_in_flight_ ABSL_GUARDED_BY(mu_) = false;
  bool circuits_known_ ABSL_GUARDED_BY(mu_) = false;
  int reports_in_flight_ ABSL_GUARDED_BY(mu_) = 0;
  std::deque<v1::RecoveryOutcome> reports_ ABSL_GUARDED_BY(mu_);
};

}  // namespace recourse

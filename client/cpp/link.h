// What a recovery needs of a server. GrpcLink is the real one; a test plays it
// (see testing.h).
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/cpp/background.h"
#include "grpcpp/channel.h"
#include "recourse/v1/incidents.grpc.pb.h"
#include "recourse/v1/orchestrator.grpc.pb.h"

namespace recourse {

// Thread safety: safe for concurrent use, as every implementation must be.
class Link {
 public:
  using Answer = absl::StatusOr<v1::RecoveryResult>;
  using Polled = absl::StatusOr<v1::AwaitIncidentResponse>;
  using Cancel = std::function<void()>;

  virtual ~Link() = default;

  // HandleError: its answer, or why there is none. CANCELLED: `stop`.
  virtual Answer Ask(const v1::RecoveryContext& question,
                     absl::Duration timeout, const std::stop_token& stop) = 0;
  // One AwaitIncident.
  virtual Polled Poll(const v1::AwaitIncidentRequest& request,
                      const std::stop_token& stop) = 0;

  // The same without a waiting thread: `done` is called once, on a thread of
  // the link's or before this returns. What comes back ends the call early, at
  // any time and from any thread.
  virtual Cancel AskAsync(const v1::RecoveryContext& question,
                          absl::Duration timeout,
                          std::function<void(Answer)> done) = 0;
  virtual Cancel PollAsync(const v1::AwaitIncidentRequest& request,
                           std::function<void(Polled)> done) = 0;

  // Sends it soon, never waits; drops it when too many wait.
  virtual void Report(const v1::RecoveryOutcome& outcome) = 0;

  // A target is counted from now on; `listen`: something was asked, too.
  virtual void Start(bool listen) = 0;
};

// A server over gRPC, with the background work for it.
class GrpcLink : public Link {
 public:
  // What a poll gets beyond the time that the server may hold it.
  static constexpr absl::Duration kPollGrace = absl::Seconds(5);

  // `channel` and what `background` refers to must outlive it.
  GrpcLink(const std::shared_ptr<grpc::Channel>& channel,
           Background& background);
  // Waits for calls that are in flight.
  ~GrpcLink() override;

  Answer Ask(const v1::RecoveryContext& question, absl::Duration timeout,
             const std::stop_token& stop) override;
  Polled Poll(const v1::AwaitIncidentRequest& request,
              const std::stop_token& stop) override;
  Cancel AskAsync(const v1::RecoveryContext& question, absl::Duration timeout,
                  std::function<void(Answer)> done) override;
  Cancel PollAsync(const v1::AwaitIncidentRequest& request,
                   std::function<void(Polled)> done) override;
  void Report(const v1::RecoveryOutcome& outcome) override;
  void Start(bool listen) override;

 private:
  template <typename Request, typename Response>
  Cancel StartCall(
      const Request& request, absl::Duration timeout,
      std::function<void(grpc::ClientContext*, const Request*, Response*,
                         std::function<void(grpc::Status)>)>
          start,
      std::function<void(absl::StatusOr<Response>)> done);

  Background& background_;
  const std::unique_ptr<v1::ErrorRecoveryOrchestrator::StubInterface>
      orchestrator_;
  const std::unique_ptr<v1::Incidents::StubInterface> incidents_;
  absl::Mutex mu_;
  int in_flight_ ABSL_GUARDED_BY(mu_) = 0;  // Of those without a thread.
};

}  // namespace recourse

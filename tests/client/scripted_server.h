// A gRPC server in this process whose answers a test writes down beforehand.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/cpp/client.h"
#include "google/protobuf/text_format.h"
#include "grpcpp/server.h"
#include "recourse/v1/circuit_breakers.grpc.pb.h"
#include "recourse/v1/incidents.grpc.pb.h"
#include "recourse/v1/orchestrator.grpc.pb.h"
#include "recourse/v1/target_policies.grpc.pb.h"

namespace recourse {

// A message from its text format; aborts on a typo in the test.
template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  GOOGLE_CHECK(google::protobuf::TextFormat::ParseFromString(text, &message))
      << text;
  return message;
}

// A refusal with ErrorInfo and, when `field` is given, BadRequest.
grpc::Status RefusalStatus(grpc::StatusCode code, const std::string& message,
                           const std::string& reason,
                           const std::string& field = "");

// The answers of one method, in order; a call beyond them is refused as
// FAILED_PRECONDITION "unexpected call". Safe for concurrent use.
template <typename Request, typename Response>
class Script {
 public:
  using Handler = std::function<grpc::Status(const Request&, Response&)>;

  void Do(Handler handler) {
    absl::MutexLock lock(&mu_);
    handlers_.push_back(std::move(handler));
  }
  void Answer(const std::string& text) {
    Do([response = FromText<Response>(text)](const Request&, Response& out) {
      out = response;
      return grpc::Status::OK;
    });
  }
  void Fail(grpc::Status status) {
    Do([status](const Request&, Response&) { return status; });
  }
  // Answers all calls beyond the ones above.
  void Always(Handler handler) {
    absl::MutexLock lock(&mu_);
    always_ = std::move(handler);
  }

  std::vector<Request> requests() const {
    absl::MutexLock lock(&mu_);
    return requests_;
  }

  grpc::Status Call(const Request& request, Response& response) {
    Handler handler;
    {
      absl::MutexLock lock(&mu_);
      requests_.push_back(request);
      handler = always_;
      if (!handlers_.empty()) {
        handler = std::move(handlers_.front());
        handlers_.pop_front();
      }
    }
    if (!handler) {
      return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION,
                          "unexpected call");
    }
    return handler(request, response);
  }

 private:
  mutable absl::Mutex mu_;
  std::deque<Handler> handlers_ ABSL_GUARDED_BY(mu_);
  Handler always_ ABSL_GUARDED_BY(mu_);
  std::vector<Request> requests_ ABSL_GUARDED_BY(mu_);
};

#define SCRIPTED(method, request, response)                                   \
  Script<request, response> method##_;                                        \
  grpc::Status method(grpc::ServerContext*, const request* in, response* out) \
      override {                                                              \
    return method##_.Call(*in, *out);                                         \
  }

class ScriptedOrchestrator final
    : public v1::ErrorRecoveryOrchestrator::Service {
 public:
  SCRIPTED(HandleError, v1::RecoveryContext, v1::RecoveryResult)
  SCRIPTED(ReportOutcome, v1::RecoveryOutcome, v1::ReportOutcomeResponse)
  SCRIPTED(AddErrorPattern, v1::AddErrorPatternRequest,
           v1::AddErrorPatternResponse)
  SCRIPTED(UpdateErrorPattern, v1::UpdateErrorPatternRequest,
           v1::UpdateErrorPatternResponse)
  SCRIPTED(RemoveErrorPattern, v1::RemoveErrorPatternRequest,
           v1::RemoveErrorPatternResponse)
  SCRIPTED(GetErrorPattern, v1::GetErrorPatternRequest,
           v1::GetErrorPatternResponse)
  SCRIPTED(ListErrorPatterns, v1::ListErrorPatternsRequest,
           v1::ListErrorPatternsResponse)
  SCRIPTED(ApplyErrorPatterns, v1::ApplyErrorPatternsRequest,
           v1::ApplyErrorPatternsResponse)
  SCRIPTED(MatchErrorPattern, v1::MatchErrorPatternRequest,
           v1::MatchErrorPatternResponse)
  SCRIPTED(SuggestErrorPatterns, v1::SuggestErrorPatternsRequest,
           v1::SuggestErrorPatternsResponse)
  SCRIPTED(GetStatistics, v1::GetStatisticsRequest, v1::GetStatisticsResponse)
  SCRIPTED(GetDecision, v1::GetDecisionRequest, v1::GetDecisionResponse)

  // Events that every watcher gets; then its stream stays open until it is
  // cancelled, or ends when `end_watch`.
  std::vector<v1::RecoveryEvent> events;
  bool end_watch = false;
  grpc::Status WatchRecoveries(
      grpc::ServerContext* context, const v1::WatchRecoveriesRequest* request,
      grpc::ServerWriter<v1::RecoveryEvent>* writer) override;
  Script<v1::WatchRecoveriesRequest, v1::RecoveryEvent> WatchRecoveries_;

  // Answers each batch with a GIVE_UP per context.
  grpc::Status HandleErrorStream(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::RecoveryResultBatch, v1::HandleErrorBatch>*
          stream) override;
};

class ScriptedIncidents final : public v1::Incidents::Service {
 public:
  SCRIPTED(ListIncidents, v1::ListIncidentsRequest, v1::ListIncidentsResponse)
  SCRIPTED(GetIncident, v1::GetIncidentRequest, v1::GetIncidentResponse)
  SCRIPTED(AcknowledgeIncident, v1::AcknowledgeIncidentRequest,
           v1::AcknowledgeIncidentResponse)
  SCRIPTED(ResolveIncident, v1::ResolveIncidentRequest,
           v1::ResolveIncidentResponse)
  SCRIPTED(AwaitIncident, v1::AwaitIncidentRequest, v1::AwaitIncidentResponse)
};

// Tells `circuits` to every watcher, and what is told later. What is reported
// is taken in; with `is_kept` false nothing of it is implemented.
class ScriptedCircuits final : public v1::CircuitBreakers::Service {
 public:
  SCRIPTED(ReportCalls, v1::ReportCallsRequest, v1::ReportCallsResponse)

  std::vector<v1::Circuit> circuits;  // Set before anybody watches.
  bool is_kept = true;                // Likewise.
  void Tell(const v1::Circuit& circuit);
  void End();  // Ends every stream.

  grpc::Status WatchCircuits(
      grpc::ServerContext* context, const v1::WatchCircuitsRequest* request,
      grpc::ServerWriter<v1::WatchCircuitsResponse>* writer) override;

 private:
  absl::Mutex mu_;
  std::vector<v1::Circuit> told_ ABSL_GUARDED_BY(mu_);
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
};

class ScriptedPolicies final : public v1::TargetPolicies::Service {
 public:
  SCRIPTED(SetTargetPolicy, v1::SetTargetPolicyRequest,
           v1::SetTargetPolicyResponse)
  SCRIPTED(GetTargetPolicy, v1::GetTargetPolicyRequest,
           v1::GetTargetPolicyResponse)
  SCRIPTED(ListTargetPolicies, v1::ListTargetPoliciesRequest,
           v1::ListTargetPoliciesResponse)
  SCRIPTED(DeleteTargetPolicy, v1::DeleteTargetPolicyRequest,
           v1::DeleteTargetPolicyResponse)
  SCRIPTED(ResolveTargetPolicy, v1::ResolveTargetPolicyRequest,
           v1::ResolveTargetPolicyResponse)
};

#undef SCRIPTED

// Listens on a free port of loopback until destroyed or stopped.
class ScriptedServer {
 public:
  ScriptedServer();
  ~ScriptedServer();

  void Stop();
  std::string address() const;
  std::unique_ptr<Client> Connect(const ClientOptions& options = {}) const;
  // What grpc.health.v1 says of `service`.
  void SetServing(const std::string& service, bool serving);

  ScriptedOrchestrator orchestrator;
  ScriptedIncidents incidents;
  ScriptedCircuits breakers;
  ScriptedPolicies policies;

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace recourse

// The API of a Recourse server, one method per RPC. To recover operations, see
// recovery_runner.h and async_runner.h, which need nothing of this but Create.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cpp/ask_breaker.h"
#include "client/cpp/background.h"
#include "client/cpp/clock.h"
#include "client/cpp/error_stream.h"
#include "client/cpp/link.h"
#include "client/cpp/local_advice.h"
#include "client/cpp/run_options.h"
#include "client/cpp/shared.h"
#include "client/cpp/sites.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/channel.h"
#include "recourse/v1/circuit_breakers.grpc.pb.h"
#include "recourse/v1/incidents.grpc.pb.h"
#include "recourse/v1/orchestrator.grpc.pb.h"
#include "recourse/v1/target_policies.grpc.pb.h"

namespace recourse {

// How to prove who is who. All files are PEM. Read once, by Create.
struct TlsOptions {
  bool enabled = false;  // False: plain text, for loopback and meshes.
  // Who may sign the server's certificate; empty: the system's roots.
  std::string ca_file = {};
  // For a server that asks for one; both or none.
  std::string cert_file = {};
  std::string key_file = {};
  // Expected in the server's certificate; empty: the address.
  std::string server_name = {};
};

struct ClientOptions {
  static constexpr size_t kMaxCallerBytes = 128;

  TlsOptions tls = {};
  absl::Duration timeout = absl::Seconds(5);  // Of each unary call; > 0.
  // Longest message sent or received. 1 KiB - 1 GiB.
  int max_message_bytes = 32 << 20;
  // Between pings of a quiet connection with calls in flight. 10 s - 24 h: the
  // server tolerates one per 10 s.
  absl::Duration keepalive = absl::Seconds(30);

  // What the rest is for: operations that are recovered.
  // Who calls: the service's name, and this process of it (empty: made of host,
  // process id and chance). At most kMaxCallerBytes each.
  std::string caller = {};
  std::string caller_instance = {};
  std::string namespace_name = {};  // Empty: "default".
  Mode mode = Mode::kObey;          // Of operations that set none.
  // Longest wait for the answer to a question; > 0.
  absl::Duration ask_timeout = absl::Milliseconds(250);
  // Longest time in which a report, or the sums of calls, is to be taken,
  // before it is dropped; > 0. Nothing waits for it.
  absl::Duration send_timeout = absl::Milliseconds(250);
  std::shared_ptr<Clock> clock = {};  // Null: the machine's.
};

// Of one call.
struct CallOptions {
  absl::Duration timeout = absl::ZeroDuration();  // 0: the client's.
  std::stop_token stop = {};                      // Ends it as CANCELLED.
};

// One connection pool to one address; a name that resolves to several servers
// is balanced round robin. Create one per process and share it. Operations that
// are recovered use one background thread (see background.h), begun by the
// first of them; calls of this class's own methods use none.
//
// Fork: a child must not use a client that its parent has used; nor gRPC.
//
// Thread safety: safe for concurrent use.
//
// Errors: what the server answers, with its details as payloads (see
// status_details.h: ErrorReason, ErrorField); UNAVAILABLE or DEADLINE_EXCEEDED
// without a reason when it cannot be reached; CANCELLED when `stop` was asked.
// Nothing is repeated here.
class Client {
 public:
  // Connects when first used. `address` as gRPC names it: HOST:PORT,
  // dns:///NAME:PORT, unix:PATH. INVALID_ARGUMENT: options out of range;
  // NOT_FOUND: a TLS file cannot be read.
  static absl::StatusOr<std::unique_ptr<Client>> Create(
      const std::string& address, const ClientOptions& options = {});

  // Over a channel made elsewhere, whose options are its own: of `options`
  // those of the connection (tls, max_message_bytes, keepalive) are not used.
  // INVALID_ARGUMENT: another is out of range.
  static absl::StatusOr<std::unique_ptr<Client>> FromChannel(
      std::shared_ptr<grpc::Channel> channel,
      const ClientOptions& options = {});

  // Whose recoveries use `link` in place of a server, for tests (see
  // testing.h). Its other methods find nobody. Never null. REQUIRES: `options`
  // are in range.
  static std::unique_ptr<Client> FromLink(std::unique_ptr<Link> link,
                                          const ClientOptions& options = {});

  // Sends what waits, for at most half a second; ends the thread. REQUIRES: no
  // call, stream or recovery is in progress; not on a thread of the client's.
  ~Client();

  // ErrorRecoveryOrchestrator. The main job first.
  absl::StatusOr<v1::RecoveryResult> HandleError(
      const v1::RecoveryContext& request, const CallOptions& call = {});
  // Many at once; the stream must end before the client is destroyed. Without
  // call.timeout it has no deadline.
  std::unique_ptr<ErrorStream> HandleErrorStream(const CallOptions& call = {});
  absl::StatusOr<v1::ReportOutcomeResponse> ReportOutcome(
      const v1::RecoveryOutcome& request, const CallOptions& call = {});
  absl::StatusOr<v1::AddErrorPatternResponse> AddErrorPattern(
      const v1::AddErrorPatternRequest& request, const CallOptions& call = {});
  absl::StatusOr<v1::UpdateErrorPatternResponse> UpdateErrorPattern(
      const v1::UpdateErrorPatternRequest& request,
      const CallOptions& call = {});
  absl::StatusOr<v1::RemoveErrorPatternResponse> RemoveErrorPattern(
      const v1::RemoveErrorPatternRequest& request,
      const CallOptions& call = {});
  absl::StatusOr<v1::GetErrorPatternResponse> GetErrorPattern(
      const v1::GetErrorPatternRequest& request, const CallOptions& call = {});
  absl::StatusOr<v1::ListErrorPatternsResponse> ListErrorPatterns(
      const v1::ListErrorPatternsRequest& request,
      const CallOptions& call = {});
  absl::StatusOr<v1::ApplyErrorPatternsResponse> ApplyErrorPatterns(
      const v1::ApplyErrorPatternsRequest& request,
      const CallOptions& call = {});
  absl::StatusOr<v1::MatchErrorPatternResponse> MatchErrorPattern(
      const v1::MatchErrorPatternRequest& request,
      const CallOptions& call = {});
  absl::StatusOr<v1::SuggestErrorPatternsResponse> SuggestErrorPatterns(
      const v1::SuggestErrorPatternsRequest& request,
      const CallOptions& call = {});
  absl::StatusOr<v1::GetStatisticsResponse> GetStatistics(
      const v1::GetStatisticsRequest& request, const CallOptions& call = {});
  absl::StatusOr<v1::GetDecisionResponse> GetDecision(
      const v1::GetDecisionRequest& request, const CallOptions& call = {});

  // Calls `on_event` for each event, on this thread, until it returns false
  // (OK), the server ends the stream (its status) or `call.stop` is asked
  // (CANCELLED). Without call.timeout it has no deadline.
  absl::Status WatchRecoveries(
      const v1::WatchRecoveriesRequest& request,
      const std::function<bool(const v1::RecoveryEvent&)>& on_event,
      const CallOptions& call = {});

  // Incidents.
  absl::StatusOr<v1::ListIncidentsResponse> ListIncidents(
      const v1::ListIncidentsRequest& request, const CallOptions& call = {});
  absl::StatusOr<v1::GetIncidentResponse> GetIncident(
      const v1::GetIncidentRequest& request, const CallOptions& call = {});
  absl::StatusOr<v1::AcknowledgeIncidentResponse> AcknowledgeIncident(
      const v1::AcknowledgeIncidentRequest& request,
      const CallOptions& call = {});
  absl::StatusOr<v1::ResolveIncidentResponse> ResolveIncident(
      const v1::ResolveIncidentRequest& request, const CallOptions& call = {});
  // Give call.timeout more than request.timeout; 0: 5 s more.
  absl::StatusOr<v1::AwaitIncidentResponse> AwaitIncident(
      const v1::AwaitIncidentRequest& request, const CallOptions& call = {});

  // CircuitBreakers. WatchCircuits as WatchRecoveries.
  absl::StatusOr<v1::ReportCallsResponse> ReportCalls(
      const v1::ReportCallsRequest& request, const CallOptions& call = {});
  absl::Status WatchCircuits(
      const v1::WatchCircuitsRequest& request,
      const std::function<bool(const v1::WatchCircuitsResponse&)>& on_circuit,
      const CallOptions& call = {});
  absl::StatusOr<v1::ListCircuitsResponse> ListCircuits(
      const v1::ListCircuitsRequest& request, const CallOptions& call = {});
  absl::StatusOr<v1::GetCircuitResponse> GetCircuit(
      const v1::GetCircuitRequest& request, const CallOptions& call = {});
  absl::StatusOr<v1::OverrideCircuitResponse> OverrideCircuit(
      const v1::OverrideCircuitRequest& request, const CallOptions& call = {});
  absl::StatusOr<v1::ResetCircuitResponse> ResetCircuit(
      const v1::ResetCircuitRequest& request, const CallOptions& call = {});

  // TargetPolicies.
  absl::StatusOr<v1::SetTargetPolicyResponse> SetTargetPolicy(
      const v1::SetTargetPolicyRequest& request, const CallOptions& call = {});
  absl::StatusOr<v1::GetTargetPolicyResponse> GetTargetPolicy(
      const v1::GetTargetPolicyRequest& request, const CallOptions& call = {});
  absl::StatusOr<v1::ListTargetPoliciesResponse> ListTargetPolicies(
      const v1::ListTargetPoliciesRequest& request,
      const CallOptions& call = {});
  absl::StatusOr<v1::DeleteTargetPolicyResponse> DeleteTargetPolicy(
      const v1::DeleteTargetPolicyRequest& request,
      const CallOptions& call = {});
  absl::StatusOr<v1::ResolveTargetPolicyResponse> ResolveTargetPolicy(
      const v1::ResolveTargetPolicyRequest& request,
      const CallOptions& call = {});

  // grpc.health.v1. Empty: the server as a whole. NOT_FOUND: no such service.
  absl::StatusOr<grpc::health::v1::HealthCheckResponse> CheckHealth(
      const std::string& service, const CallOptions& call = {});

  // --- Recovering operations ---

  // What is counted and known of `target`, for as long as the client lives.
  Site& site(absl::string_view target);

  // Waits until the circuits of all targets are known, or known not to be kept
  // by this server; false: not within `timeout`. Not needed: they are asked for
  // with the first question.
  bool Connect(absl::Duration timeout);

  // Waits until what recoveries reported and counted is sent, or given up;
  // false: not within `timeout`.
  bool Flush(absl::Duration timeout);

  // What recoveries use.
  Shared& shared() { return shared_; }

 private:
  Client(std::shared_ptr<grpc::Channel> channel, const ClientOptions& options,
         std::unique_ptr<Link> link);

  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(
      Stub& stub,
      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                   Response*),
      const Request& request, const CallOptions& call);

  const std::shared_ptr<grpc::Channel> channel_;
  const absl::Duration timeout_;
  const std::unique_ptr<v1::ErrorRecoveryOrchestrator::StubInterface>
      orchestrator_;
  const std::unique_ptr<v1::Incidents::StubInterface> incidents_;
  const std::unique_ptr<v1::CircuitBreakers::StubInterface> circuits_;
  const std::unique_ptr<v1::TargetPolicies::StubInterface> policies_;
  const std::unique_ptr<grpc::health::v1::Health::StubInterface> health_;

  // Internally synchronized.
  const std::shared_ptr<Clock> clock_;
  Sites sites_;
  AskBreaker breaker_;
  LocalAdvice advice_;
  Shared shared_;
  std::unique_ptr<Background> background_;  // Null with another link.
  std::unique_ptr<Link> link_;  // Last: answers that it waits for use the rest.
};

}  // namespace recourse

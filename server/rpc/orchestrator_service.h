// ErrorRecoveryOrchestrator over gRPC: parse -> call -> map -> reply.
#pragma once

#include <set>
#include <string>

#include "recourse/v1/orchestrator.grpc.pb.h"
#include "server/orchestrator.h"
#include "server/rpc/open_calls.h"
#include "server/rpc/unary.h"
#include "server/rpc/worker_pool.h"
#include "server/targets/circuit_book.h"
#include "server/targets/policy_book.h"

namespace recourse {

// What the services of the API work with. Everything outlives them.
struct ServiceParts {
  Orchestrator* orchestrator = nullptr;
  PatternCatalog* catalog = nullptr;
  IncidentDesk* incidents = nullptr;
  const TokenSealer* tokens = nullptr;
  const Redactor* redactor = nullptr;
  Statistics* statistics = nullptr;  // Null: none are kept.
  DecisionLog* decisions = nullptr;
  EventHub* events = nullptr;
  const TemplateMiner* unmatched = nullptr;
  std::set<std::string> channels;  // Known to the configuration.
  WorkerPool* workers = nullptr;   // For calls that may take long.
  WorkerPool* wakers = nullptr;    // For watchers; see watch_stream.h.
  OpenCalls* open_calls = nullptr;
  Guard* guard = nullptr;
  PolicyBook* policies = nullptr;
  CircuitBook* circuits = nullptr;
  EventHub* circuit_events = nullptr;  // Of kCircuitChanged, for callers.
  WorkerPool* circuit_wakers = nullptr;
};

// Every method is raw (bytes in, bytes out), so that what does not decode gets
// an answer that says so.
using RawOrchestratorBase = v1::ErrorRecoveryOrchestrator::WithRawCallbackMethod_HandleError<
    v1::ErrorRecoveryOrchestrator::WithRawCallbackMethod_HandleErrorStream<
        v1::ErrorRecoveryOrchestrator::WithRawCallbackMethod_ReportOutcome<
            v1::ErrorRecoveryOrchestrator::WithRawCallbackMethod_AddErrorPattern<
                v1::ErrorRecoveryOrchestrator::WithRawCallbackMethod_UpdateErrorPattern<
                    v1::ErrorRecoveryOrchestrator::WithRawCallbackMethod_RemoveErrorPattern<
                        v1::ErrorRecoveryOrchestrator::WithRawCallbackMethod_GetErrorPattern<
                            v1::ErrorRecoveryOrchestrator::WithRawCallbackMethod_ListErrorPatterns<
                                v1::ErrorRecoveryOrchestrator::WithRawCallbackMethod_ApplyErrorPatterns<
                                    v1::ErrorRecoveryOrchestrator::WithRawCallbackMethod_MatchErrorPattern<
                                        v1::ErrorRecoveryOrchestrator::WithRawCallbackMethod_SuggestErrorPatterns<
                                            v1::ErrorRecoveryOrchestrator::WithRawCallbackMethod_GetStatistics<
                                                v1::ErrorRecoveryOrchestrator::WithRawCallbackMethod_WatchRecoveries<
                                                    v1::ErrorRecoveryOrchestrator::
                                                        WithRawCallbackMethod_GetDecision<
                                                            v1::ErrorRecoveryOrchestrator::
                                                                Service>>>>>>>>>>>>>>;

class OrchestratorService final : public RawOrchestratorBase {
 public:
  explicit OrchestratorService(ServiceParts parts);

  grpc::ServerUnaryReactor* HandleError(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>*
  HandleErrorStream(grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* ReportOutcome(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* in,
                                          grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* AddErrorPattern(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* UpdateErrorPattern(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* RemoveErrorPattern(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetErrorPattern(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ListErrorPatterns(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ApplyErrorPatterns(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* MatchErrorPattern(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* SuggestErrorPatterns(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetStatistics(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* in,
                                          grpc::ByteBuffer* out) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchRecoveries(
      grpc::CallbackServerContext* context,
      const grpc::ByteBuffer* in) override;
  grpc::ServerUnaryReactor* GetDecision(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out) override;

 private:
  void BeginHandle(const OpenUnary& call,
                   const std::shared_ptr<const v1::RecoveryContext>& message,
                   absl::Time received);
  // Answers a HandleError, on a worker where that may take long.
  void FinishHandle(const OpenUnary& call, Orchestrator::Begun begun);
  absl::StatusOr<v1::MatchErrorPatternResponse> Match(
      const std::shared_ptr<const v1::MatchErrorPatternRequest>& request) const;

  const ServiceParts parts_;
};

}  // namespace recourse

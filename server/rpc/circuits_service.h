// CircuitBreakers over gRPC: parse -> call -> map -> reply.
#pragma once

#include "recourse/v1/circuit_breakers.grpc.pb.h"
#include "server/record/recent_ids.h"
#include "server/rpc/orchestrator_service.h"

namespace recourse {

using RawCircuitsBase = v1::CircuitBreakers::WithRawCallbackMethod_ReportCalls<
    v1::CircuitBreakers::WithRawCallbackMethod_WatchCircuits<
        v1::CircuitBreakers::WithRawCallbackMethod_ListCircuits<
            v1::CircuitBreakers::WithRawCallbackMethod_GetCircuit<
                v1::CircuitBreakers::WithRawCallbackMethod_OverrideCircuit<
                    v1::CircuitBreakers::WithRawCallbackMethod_ResetCircuit<
                        v1::CircuitBreakers::Service>>>>>>;

class CircuitsService final : public RawCircuitsBase {
 public:
  explicit CircuitsService(ServiceParts parts);

  grpc::ServerUnaryReactor* ReportCalls(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchCircuits(
      grpc::CallbackServerContext* context,
      const grpc::ByteBuffer* in) override;
  grpc::ServerUnaryReactor* ListCircuits(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* in,
                                         grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetCircuit(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* in,
                                       grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* OverrideCircuit(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ResetCircuit(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* in,
                                         grpc::ByteBuffer* out) override;

 private:
  absl::StatusOr<v1::ReportCallsResponse> TakeReport(
      const v1::ReportCallsRequest& request);

  const ServiceParts parts_;
  RecentIds sequences_;  // Of numbered reports: one that comes twice.
};

}  // namespace recourse

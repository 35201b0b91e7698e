// Incidents over gRPC: parse -> call -> map -> reply.
#pragma once

#include "recourse/v1/incidents.grpc.pb.h"
#include "server/rpc/orchestrator_service.h"

namespace recourse {

using RawIncidentsBase = v1::Incidents::WithRawCallbackMethod_ListIncidents<
    v1::Incidents::WithRawCallbackMethod_GetIncident<
        v1::Incidents::WithRawCallbackMethod_AcknowledgeIncident<
            v1::Incidents::WithRawCallbackMethod_ResolveIncident<
                v1::Incidents::WithRawCallbackMethod_AwaitIncident<
                    v1::Incidents::Service>>>>>;

class IncidentsService final : public RawIncidentsBase {
 public:
  explicit IncidentsService(ServiceParts parts);

  grpc::ServerUnaryReactor* ListIncidents(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* in,
                                          grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetIncident(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* AcknowledgeIncident(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ResolveIncident(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* AwaitIncident(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* in,
                                          grpc::ByteBuffer* out) override;

 private:
  const ServiceParts parts_;
};

}  // namespace recourse

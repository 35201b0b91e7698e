// TargetPolicies over gRPC: parse -> call -> map -> reply.
#pragma once

#include "recourse/v1/target_policies.grpc.pb.h"
#include "server/rpc/orchestrator_service.h"

namespace recourse {

using RawPoliciesBase =
    v1::TargetPolicies::WithRawCallbackMethod_SetTargetPolicy<
        v1::TargetPolicies::WithRawCallbackMethod_GetTargetPolicy<
            v1::TargetPolicies::WithRawCallbackMethod_ListTargetPolicies<
                v1::TargetPolicies::WithRawCallbackMethod_DeleteTargetPolicy<
                    v1::TargetPolicies::
                        WithRawCallbackMethod_ResolveTargetPolicy<
                            v1::TargetPolicies::Service>>>>>;

class PoliciesService final : public RawPoliciesBase {
 public:
  explicit PoliciesService(ServiceParts parts);

  grpc::ServerUnaryReactor* SetTargetPolicy(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetTargetPolicy(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ListTargetPolicies(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* DeleteTargetPolicy(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ResolveTargetPolicy(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
      grpc::ByteBuffer* out) override;

 private:
  const ServiceParts parts_;
};

}  // namespace recourse

#include "server/rpc/policies_service.h"

#include <utility>

#include "server/rpc/unary.h"
#include "server/wire/context.h"
#include "server/wire/errors.h"
#include "server/wire/steps.h"
#include "server/wire/target_policy.h"

namespace recourse {

PoliciesService::PoliciesService(ServiceParts parts)
    : parts_(std::move(parts)) {}

grpc::ServerUnaryReactor* PoliciesService::SetTargetPolicy(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeBlocking<v1::SetTargetPolicyRequest>(
      *parts_.workers, *parts_.open_calls, context, in, out,
      [this](
          const auto& request) -> absl::StatusOr<v1::SetTargetPolicyResponse> {
        // By the guard's names of targets. One that is too long is refused.
        v1::SetTargetPolicyRequest redacted = *request;
        if (request->policy().target().size() <= kMaxTargetBytes) {
          redacted.mutable_policy()->set_target(
              parts_.redactor->RedactName(request->policy().target()));
        }
        absl::StatusOr<v1::TargetPolicy> policy =
            parts_.policies->Set(redacted, parts_.orchestrator->now());
        if (!policy.ok()) return policy.status();
        v1::SetTargetPolicyResponse response;
        *response.mutable_policy() = *std::move(policy);
        return response;
      });
}

grpc::ServerUnaryReactor* PoliciesService::GetTargetPolicy(
    grpc::CallbackServerContext*, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeUnary<v1::GetTargetPolicyRequest>(
      *parts_.open_calls, in, out,
      [this](
          const auto& request) -> absl::StatusOr<v1::GetTargetPolicyResponse> {
        absl::StatusOr<v1::TargetPolicy> policy =
            parts_.policies->Get(request->policy_id());
        if (!policy.ok()) return policy.status();
        v1::GetTargetPolicyResponse response;
        *response.mutable_policy() = *std::move(policy);
        return response;
      });
}

grpc::ServerUnaryReactor* PoliciesService::ListTargetPolicies(
    grpc::CallbackServerContext*, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeUnary<v1::ListTargetPoliciesRequest>(
      *parts_.open_calls, in, out,
      [this](const auto&) -> absl::StatusOr<v1::ListTargetPoliciesResponse> {
        v1::ListTargetPoliciesResponse response;
        for (v1::TargetPolicy& policy : parts_.policies->List()) {
          *response.add_policies() = std::move(policy);
        }
        return response;
      });
}

grpc::ServerUnaryReactor* PoliciesService::DeleteTargetPolicy(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeBlocking<v1::DeleteTargetPolicyRequest>(
      *parts_.workers, *parts_.open_calls, context, in, out,
      [this](const auto& request)
          -> absl::StatusOr<v1::DeleteTargetPolicyResponse> {
        if (absl::Status s = parts_.policies->Delete(*request); !s.ok()) {
          return s;
        }
        return v1::DeleteTargetPolicyResponse();
      });
}

grpc::ServerUnaryReactor* PoliciesService::ResolveTargetPolicy(
    grpc::CallbackServerContext*, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeUnary<v1::ResolveTargetPolicyRequest>(
      *parts_.open_calls, in, out,
      [this](const auto& request)
          -> absl::StatusOr<v1::ResolveTargetPolicyResponse> {
        const absl::StatusOr<TargetName> name =
            ParseTargetName(request->namespace_(), request->target());
        if (!name.ok()) return name.status();
        v1::ResolveTargetPolicyResponse response;
        *response.mutable_policy() = ToMessage(*parts_.policies->Lookup(
            name->ns, parts_.redactor->RedactName(name->target)));
        return response;
      });
}

}  // namespace recourse

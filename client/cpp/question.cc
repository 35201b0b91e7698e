#include "client/cpp/question.h"

#include "absl/random/random.h"
#include "absl/strings/str_format.h"
#include "client/cpp/durations.h"

namespace recourse {
namespace {

v1::Capabilities CapabilitiesOf(const RunOptions& options) {
  v1::Capabilities result;
  if (options.capabilities.has_value()) {
    result = *options.capabilities;
  } else {
    if (options.alternatives.empty()) result.add_alternatives("*");
    result.add_degradations("*");
  }
  for (const v1::Alternative& alternative : options.alternatives) {
    result.add_alternatives(alternative.name());
  }
  for (const auto& [name, action] : options.remediations) {
    result.add_remediations(name);
  }
  if (options.await_human) result.set_await_human(true);
  return result;
}

// Unlike any other's, by 128 bits of chance.
std::string NewRequestId() {
  thread_local absl::BitGen generator;
  return absl::StrFormat("%016x%016x", absl::Uniform<uint64_t>(generator),
                         absl::Uniform<uint64_t>(generator));
}

void PutOptions(const Shared& shared, const RunOptions& options,
                v1::RecoveryContext& context) {
  if (!options.workflow_id.empty()) {
    context.set_workflow_id(options.workflow_id);
  }
  if (!options.node_name.empty()) context.set_node_name(options.node_name);
  if (!options.subject_field.empty()) {
    context.set_subject_field(options.subject_field);
  }
  if (options.idempotency != v1::IDEMPOTENCY_UNSPECIFIED) {
    context.set_idempotency(options.idempotency);
  }
  if (options.expected_call_time > absl::ZeroDuration()) {
    *context.mutable_expected_call_time() =
        ToProtoDuration(options.expected_call_time);
  }
  if (!context.has_caller()) *context.mutable_caller() = shared.caller;
  if (context.namespace_().empty()) {
    context.set_namespace_(shared.namespace_name);
  }
  *context.mutable_capabilities() = CapabilitiesOf(options);
}

}  // namespace

v1::RecoveryContext QuestionOf(const Shared& shared, const RunOptions& options,
                               const Asked& asked) {
  v1::RecoveryContext context = options.context;
  PutOptions(shared, options, context);
  context.set_request_id(NewRequestId());
  if (asked.error != nullptr) *context.mutable_error() = *asked.error;
  if (!asked.target.empty()) context.set_target(std::string(asked.target));
  if (asked.state != nullptr) *context.mutable_state() = *asked.state;
  context.set_recovery_token(std::string(asked.token));
  context.set_circuit_open(asked.circuit_open);
  if (asked.time_remaining != absl::InfiniteDuration()) {
    *context.mutable_time_remaining() = ToProtoDuration(asked.time_remaining);
  }
  if (asked.calls.has_value()) *context.mutable_calls() = asked.calls->counts();
  return context;
}

}  // namespace recourse

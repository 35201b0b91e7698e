#include "server/wire/result.h"

#include <algorithm>
#include <variant>

#include "server/wire/circuits.h"
#include "server/wire/enums.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

// A client without us spends no more than this on retries, and asks again
// after a while.
constexpr absl::Duration kLocalPlanValidity = absl::Minutes(5);

v1::RecoveryStrategy ToMessage(Strategy strategy) {
  return ToMessageEnum<v1::RecoveryStrategy>(strategy);
}

v1::Alternative ToMessage(const Alternative& alternative) {
  v1::Alternative message;
  message.set_name(alternative.name);
  message.set_target(alternative.target);
  message.mutable_parameters()->insert(alternative.parameters.begin(),
                                       alternative.parameters.end());
  message.set_cost(alternative.cost);
  message.set_quality(alternative.quality);
  return message;
}

v1::StateEdit ToMessage(const StateEdit& edit) {
  struct Visitor {
    v1::StateEdit& message;
    void operator()(const SetEdit& set) { *message.mutable_set() = set.value; }
    void operator()(const CapEdit& cap) { message.set_cap(cap.limit); }
    void operator()(const TruncateEdit& truncate) {
      message.set_truncate(truncate.length);
    }
    void operator()(const RemoveEdit&) { message.set_remove(true); }
  };
  v1::StateEdit message;
  message.set_path(edit.path);
  std::visit(Visitor{message}, edit.operation);
  return message;
}

template <typename Texts>
void AddTexts(const Texts& texts,
              google::protobuf::RepeatedPtrField<std::string>& messages) {
  for (const auto& text : texts) messages.Add(std::string(text));
}

void AddEdits(const std::vector<StateEdit>& edits,
              google::protobuf::RepeatedPtrField<v1::StateEdit>& messages) {
  for (const StateEdit& edit : edits) *messages.Add() = ToMessage(edit);
}

// Writes an action into the result's `oneof action`; a fallback is no action
// but the result itself.
struct ActionWriter {
  v1::RecoveryResult& result;

  void operator()(const RetryAction& action) {
    v1::RetryAction& message = *result.mutable_retry();
    *message.mutable_delay() = recourse::ToMessage(action.delay);
    message.set_attempt(action.attempt);
    message.set_max_attempts(action.max_attempts);
    if (action.timeout) {
      *message.mutable_timeout() = recourse::ToMessage(*action.timeout);
    }
    message.set_remediation(action.remediation);
  }
  void operator()(const AlternativeAction& action) {
    v1::AlternativePathAction& message = *result.mutable_alternative_path();
    *message.mutable_alternative() = ToMessage(action.alternative);
    AddTexts(action.remaining, *message.mutable_remaining());
  }
  void operator()(const DegradationAction& action) {
    v1::GracefulDegradationAction& message =
        *result.mutable_graceful_degradation();
    message.set_level_name(action.level_name);
    message.set_level(action.level);
    message.set_level_count(action.level_count);
    AddTexts(action.disable_features, *message.mutable_disable_features());
    AddEdits(action.edits, *message.mutable_edits());
    if (action.state) *message.mutable_state() = *action.state;
    message.set_keep_ratio(action.keep_ratio);
  }
  void operator()(const FallbackAction& action) {
    *result.mutable_result() = action.value;
    result.set_degraded(true);
  }
  void operator()(const CorrectionAction& action) {
    v1::ErrorCorrectionAction& message = *result.mutable_error_correction();
    message.set_subject_field(action.subject_field);
    message.set_corrected_text(action.corrected_text);
    AddEdits(action.edits, *message.mutable_edits());
    *message.mutable_state() = action.state;
    message.set_unified_diff(action.unified_diff);
    AddTexts(action.applied, *message.mutable_applied());
  }
  void operator()(const EscalationAction& action) {
    v1::EscalationAction& message = *result.mutable_escalation();
    message.set_incident_id(action.incident_id);
    message.set_waiter_id(action.waiter_id);
    message.set_pause_workflow(action.pause_workflow);
    message.set_priority(ToMessageEnum<v1::Severity>(action.priority));
    message.set_assignee(action.assignee);
    AddTexts(action.channels, *message.mutable_channels());
    message.set_joined(action.joined);
    message.set_pending(action.pending);
  }
};

// What a kept decision must not show, whatever it was made from.
void RemovePayload(v1::RecoveryResult& result) {
  result.clear_recovery_token();
  result.clear_result();
  if (result.has_graceful_degradation()) {
    result.mutable_graceful_degradation()->clear_edits();
    result.mutable_graceful_degradation()->clear_state();
  }
  if (result.has_error_correction()) {
    result.mutable_error_correction()->clear_corrected_text();
    result.mutable_error_correction()->clear_edits();
    result.mutable_error_correction()->clear_state();
    result.mutable_error_correction()->clear_unified_diff();
  }
}

// The first retry that needs nothing from us.
const RetryStep* FirstPlainRetry(const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    const RetryStep* retry = std::get_if<RetryStep>(&step);
    if (retry != nullptr && retry->remediation.empty()) return retry;
  }
  return nullptr;
}

}  // namespace

v1::Classification ToMessage(const Classification& classification) {
  v1::Classification message;
  message.set_error_type(
      ToMessageEnum<v1::ErrorType>(classification.error_type));
  message.set_category(
      ToMessageEnum<v1::FailureCategory>(classification.category));
  message.set_severity(ToMessageEnum<v1::Severity>(classification.severity));
  message.set_retryable(classification.retryable);
  message.set_not_executed(classification.not_executed);
  message.set_confidence(classification.confidence);
  message.set_recommended_strategy(
      ToMessage(classification.recommended_strategy));
  message.set_suggested_action(classification.suggested_action);
  message.set_pattern_id(classification.pattern_id);
  if (classification.size_limit) {
    v1::SizeLimit& size = *message.mutable_size_limit();
    size.set_limit(classification.size_limit->limit);
    size.set_actual(classification.size_limit->actual);
    size.set_unit(classification.size_limit->unit);
  }
  return message;
}

v1::RecoveryResult ToMessage(const Decision& decision) {
  v1::RecoveryResult message;
  message.set_disposition(ToMessageEnum<v1::Disposition>(decision.disposition));
  message.set_success(decision.disposition == Disposition::kAct ||
                      decision.disposition == Disposition::kRecovered ||
                      decision.disposition == Disposition::kWaitForHuman);
  message.set_strategy_used(ToMessage(decision.strategy));
  if (decision.action) std::visit(ActionWriter{message}, *decision.action);
  *message.mutable_classification() = ToMessage(decision.classification);
  message.set_decision_id(decision.decision_id);
  message.set_recovery_token(decision.recovery_token);
  message.set_registry_revision(decision.registry_revision);
  for (const StepTrace& entry : decision.trace) {
    v1::StepTrace& trace = *message.add_trace();
    trace.set_step(entry.step);
    trace.set_strategy(ToMessage(entry.strategy));
    trace.set_reason(ToMessageEnum<v1::TraceReason>(entry.reason));
    trace.set_text(entry.text);
  }
  message.set_error_message(decision.error_message);
  if (decision.start_delay > absl::ZeroDuration()) {
    *message.mutable_start_delay() = ToMessage(decision.start_delay);
  }
  message.set_recheck(decision.recheck);
  message.set_trial(decision.trial);
  message.set_duration_ms(absl::ToDoubleMilliseconds(decision.decide_duration));
  return message;
}

v1::ErrorSummary ToErrorSummary(const RedactedFailure& failure) {
  v1::ErrorSummary message;
  message.set_exception_type(failure.exception_type);
  message.set_message(failure.message);
  message.set_code(failure.code);
  message.set_http_status(failure.http_status);
  message.set_grpc_code(failure.grpc_code);
  return message;
}

v1::DecisionRecord ToMessage(const DecisionEntry& entry) {
  v1::DecisionRecord message;
  message.set_decision_id(entry.decision.decision_id);
  message.set_recovery_id(entry.decision.recovery_id);
  *message.mutable_decide_time() = ToMessage(entry.decision.time);
  message.set_namespace_(entry.failure.ns);
  message.set_workflow_id(entry.failure.workflow_id);
  message.set_node_name(entry.failure.node_name);
  message.set_target(entry.failure.target);
  message.mutable_caller()->set_service(entry.failure.caller_service);
  message.mutable_caller()->set_instance(entry.failure.caller_instance);
  *message.mutable_error() = ToErrorSummary(entry.failure);
  *message.mutable_result() = ToMessage(entry.decision);
  RemovePayload(*message.mutable_result());
  message.set_outcome(ToMessageEnum<v1::Outcome>(entry.outcome));
  return message;
}

v1::RecoveryEvent ToMessage(const Event& event, int64_t missed) {
  v1::RecoveryEvent message;
  message.set_kind(ToMessageEnum<v1::RecoveryEvent::Kind>(event.kind));
  *message.mutable_event_time() = ToMessage(event.time);
  message.set_missed(missed);
  if (event.decision != nullptr) {
    *message.mutable_decision() = ToMessage(*event.decision);
  }
  message.set_incident_id(event.incident_id);
  message.set_registry_revision(event.registry_revision);
  if (event.circuit != nullptr) {
    *message.mutable_circuit() = ToMessage(*event.circuit);
  }
  return message;
}

v1::LocalPlan ToLocalPlan(const Decision& decision) {
  v1::LocalPlan plan;
  *plan.mutable_valid_for() = ToMessage(kLocalPlanValidity);
  const RetryStep* retry = decision.classification.retryable
                               ? FirstPlainRetry(*decision.plan_steps)
                               : nullptr;
  if (retry == nullptr) return plan;
  plan.set_max_retries(retry->max_retries);
  *plan.mutable_base_delay() =
      ToMessage(retry->backoff == Backoff::kNone ? absl::ZeroDuration()
                                                 : retry->base_delay);
  plan.set_factor(retry->backoff == Backoff::kExponential ? retry->factor : 1);
  *plan.mutable_max_delay() = ToMessage(retry->max_delay);
  // A range's ends are not part of a local plan: EQUAL is the nearest to it.
  plan.set_jitter(retry->jitter == Jitter::kRange
                      ? v1::JITTER_EQUAL
                      : ToMessageEnum<v1::Jitter>(retry->jitter));
  plan.set_retry_budget_ratio(decision.local_retry_ratio);
  plan.set_min_retries_per_second(decision.local_min_retries_per_second);
  return plan;
}

}  // namespace recourse

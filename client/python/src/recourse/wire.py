"""The client's plain types ↔ the API's messages: the one place that knows both."""
from __future__ import annotations

import math
from typing import Any, Dict, Mapping, Optional, Sequence

from google.protobuf import struct_pb2
from google.protobuf.duration_pb2 import Duration
from recourse.v1 import (calls_pb2, circuit_breakers_pb2, enums_pb2, incidents_pb2,
                         orchestrator_pb2, pattern_pb2, recovery_pb2, statistics_pb2)

from recourse import model
from recourse.edits import keep_kind
from recourse.effects import Awaited, Question
from recourse.enums import (Backoff, CircuitState, Disposition, ErrorType, FailureCategory, Fixer,
                            Idempotency, Jitter, Outcome, RecoveryStrategy, ResolutionAction,
                            Severity)
from recourse.options import Options
from recourse.sites import Sums
from recourse.statistics import ServerStatistics, StrategyDetails
from recourse.steps import (AlternativePathStep, DegradationLevel, ErrorCorrectionStep,
                            EscalationStep, GracefulDegradationStep, RetryStep, Rewrite, Step)

MAX_STATE_DEPTH = 30
MAX_STATE_BYTES = 1 << 20
MAX_TEXT = 16 << 10
MAX_STACK = 32 << 10
_LONGEST = 300 * 366 * 86400.0  # Longer is no limit.


def to_duration(seconds: float) -> Duration:
    """Seconds as a Duration."""
    nanos = round(max(0.0, min(seconds, _LONGEST)) * 1_000_000_000)
    return Duration(seconds=nanos // 1_000_000_000, nanos=nanos % 1_000_000_000)


def from_duration(duration: Duration) -> float:
    """A Duration as seconds."""
    return float(duration.seconds + duration.nanos / 1_000_000_000)


def _number(prefix: str, value: Any) -> Any:
    """The number of one of ours, for a field of the message's enum."""
    return getattr(enums_pb2, f"{prefix}_{value.name}")


def _word(kind: Any, enum: Any, prefix: str, number: int, default: Any) -> Any:
    """A value of ours by the message's number; `default` for what is not known."""
    try:
        return kind[enum.Name(number)[len(prefix) + 1:]]
    except (KeyError, ValueError):
        return default


# --- State ---

def to_value(value: Any, depth: int = 0) -> Optional[struct_pb2.Value]:
    """A native value as JSON; None for what has no place in it."""
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, (int, float)):
        return struct_pb2.Value(number_value=float(value)) if math.isfinite(value) else None
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if depth >= MAX_STATE_DEPTH:
        return None
    if isinstance(value, Mapping):
        return struct_pb2.Value(struct_value=_struct(value, depth))
    if isinstance(value, (list, tuple)):
        null = struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
        return struct_pb2.Value(list_value=struct_pb2.ListValue(
            values=[to_value(item, depth + 1) or null for item in value]))
    fields = getattr(value, "__dict__", None)
    return struct_pb2.Value(struct_value=_struct(fields, depth)) if fields else None


def _struct(mapping: Mapping[Any, Any], depth: int) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    for key, item in mapping.items():
        value = to_value(item, depth + 1)
        if value is not None:
            struct.fields[str(key)].CopyFrom(value)
    return struct


def from_value(value: struct_pb2.Value) -> Any:
    """A JSON value as a native one; its numbers are floats."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return from_struct(value.struct_value)
    if kind == "list_value":
        return [from_value(item) for item in value.list_value.values]
    return None if kind in (None, "null_value") else getattr(value, kind)


def from_struct(struct: struct_pb2.Struct) -> Dict[str, Any]:
    """A Struct as a dict."""
    return {key: from_value(item) for key, item in struct.fields.items()}


# --- Asking ---

def to_context(question: Question, caller: recovery_pb2.Caller, namespace: str,
               labels: Mapping[str, str]) -> recovery_pb2.RecoveryContext:
    """The message for a question."""
    options = question.options
    context = recovery_pb2.RecoveryContext(
        workflow_id=options.workflow_id[:256], node_name=options.node_name[:256],
        step_count=options.step_count, target=question.target[:256],
        quota_scope=options.quota_scope, caller=caller,
        idempotency=_number("IDEMPOTENCY", options.idempotency),
        upstream_attempt=options.upstream_attempt, recovery_token=question.token,
        request_id=question.request_id, namespace=namespace,
        labels={**labels, **options.labels}, circuit_open=question.circuit_open)
    if question.details is not None:
        context.error.CopyFrom(to_error(question.details))
    _put_state(context, question.state, options.subject_field)
    if question.time_remaining is not None:
        context.time_remaining.CopyFrom(to_duration(question.time_remaining))
    if options.expected_call_time:
        context.expected_call_time.CopyFrom(to_duration(options.expected_call_time))
    if options.error_type_hint is not None:
        context.error_type_hint = _number("ERROR_TYPE", options.error_type_hint)
    context.capabilities.CopyFrom(_capabilities(options))
    context.caller_steps.extend(to_step(step) for step in question.steps)
    if question.sums is not None:
        context.calls.CopyFrom(_counts(question.sums))
    return context


def to_error(details: model.ErrorDetails) -> recovery_pb2.ErrorDetails:
    """The message for an error."""
    error = recovery_pb2.ErrorDetails(
        exception_type=details.exception_type, message=details.message[:MAX_TEXT],
        stack_trace=details.stack_trace[:MAX_STACK], code=details.code,
        http_status=details.http_status, grpc_code=details.grpc_code,
        headers={key: value[:8000] for key, value in details.headers.items()},
        causes=[recovery_pb2.ErrorCause(exception_type=kind, message=text[:MAX_TEXT])
                for kind, text in details.causes])
    if details.retry_after is not None:
        error.retry_after.CopyFrom(to_duration(details.retry_after))
    return error


def _put_state(context: recovery_pb2.RecoveryContext, state: Any, subject_field: str) -> None:
    if state is None:
        return
    value = to_value(state)
    if value is None or not value.HasField("struct_value"):
        return
    if value.struct_value.ByteSize() <= MAX_STATE_BYTES:
        context.state.CopyFrom(value.struct_value)
        context.subject_field = subject_field


def _capabilities(options: Options) -> recovery_pb2.Capabilities:
    alternatives = ["*"] if options.alternatives is None else \
        [a.name if isinstance(a, model.Alternative) else a for a in options.alternatives]
    return recovery_pb2.Capabilities(
        alternatives=alternatives,
        degradations=["*"] if options.degradations is None else options.degradations,
        remediations=options.remediations, await_human=options.await_human)


def _counts(sums: Sums) -> calls_pb2.CallCounts:
    return calls_pb2.CallCounts(calls=sums.calls, failures=sums.failures,
                                slow_calls=sums.slow_calls,
                                period=to_duration(min(max(sums.period, 0.001), 300.0)))


def to_report_calls(sums: Sequence[Sums], caller: recovery_pb2.Caller, namespace: str,
                    sequence: int) -> circuit_breakers_pb2.ReportCallsRequest:
    """The message that tells sums."""
    return circuit_breakers_pb2.ReportCallsRequest(
        namespace=namespace, caller=caller, sequence=sequence,
        targets=[circuit_breakers_pb2.TargetCalls(target=item.target, counts=_counts(item))
                 for item in sums if item.target])


def to_outcome(token: str, outcome: Outcome, duration: float) -> orchestrator_pb2.RecoveryOutcome:
    """The message that reports how a recovery ended."""
    return orchestrator_pb2.RecoveryOutcome(
        recovery_token=token, outcome=_number("OUTCOME", outcome), duration=to_duration(duration))


# --- Steps ---

def to_step(step: Step) -> pattern_pb2.Step:
    """The message for a step."""
    if isinstance(step, RetryStep):
        return pattern_pb2.Step(retry=_retry_step(step))
    if isinstance(step, AlternativePathStep):
        return pattern_pb2.Step(alternative_path=pattern_pb2.AlternativePathStep(
            alternatives=[_alternative(a) for a in step.alternatives],
            order_by=f"ALTERNATIVE_ORDER_{step.order_by.upper()}", exclude=step.exclude))
    if isinstance(step, GracefulDegradationStep):
        message = pattern_pb2.GracefulDegradationStep(levels=[_level(l) for l in step.levels])
        if step.fallback_value is not None:
            value = to_value(step.fallback_value)
            if value is not None:
                message.fallback_value.CopyFrom(value)
        return pattern_pb2.Step(graceful_degradation=message)
    if isinstance(step, ErrorCorrectionStep):
        return pattern_pb2.Step(error_correction=pattern_pb2.ErrorCorrectionStep(
            rewrites=[_rewrite(r) for r in step.rewrites],
            must_match_after=step.must_match_after,
            must_not_match_after=step.must_not_match_after))
    if isinstance(step, EscalationStep):
        return pattern_pb2.Step(escalation=pattern_pb2.EscalationStep(
            channels=step.channels, assignee=step.assignee, pause_workflow=step.pause_workflow,
            priority=_number("SEVERITY", step.priority) if step.priority else None,
            include_context=step.include_context, include_state_keys=step.include_state_keys))
    raise TypeError(f"steps must hold steps of recourse.steps, not {type(step).__name__}")


def _retry_step(step: RetryStep) -> pattern_pb2.RetryStep:
    backoff = {Backoff.EXPONENTIAL: pattern_pb2.BACKOFF_EXPONENTIAL,
               Backoff.LINEAR: pattern_pb2.BACKOFF_LINEAR,
               Backoff.FIXED: pattern_pb2.BACKOFF_FIXED, Backoff.NONE: pattern_pb2.BACKOFF_NONE}
    message = pattern_pb2.RetryStep(
        max_retries=step.max_retries, backoff=backoff[step.backoff],
        base_delay=to_duration(step.base_delay), factor=step.factor,
        max_delay=to_duration(step.max_delay), jitter=f"JITTER_{step.jitter.name}",
        max_retry_after=to_duration(step.max_retry_after),
        timeout_multiplier=step.timeout_multiplier, remediation=step.remediation)
    if step.jitter is Jitter.RANGE:
        message.jitter_min, message.jitter_max = step.jitter_range
    return message


def _alternative(alternative: model.Alternative) -> pattern_pb2.Alternative:
    return pattern_pb2.Alternative(
        name=alternative.name, target=alternative.target, cost=alternative.cost,
        quality=alternative.quality, parameters=alternative.parameters)


def _level(level: DegradationLevel) -> pattern_pb2.DegradationLevel:
    return pattern_pb2.DegradationLevel(
        name=level.name, disable_features=level.disable_features,
        edits=[_edit(edit) for edit in level.edits])


def _edit(edit: model.Edit) -> pattern_pb2.StateEdit:
    if edit.operation == "set":
        message = pattern_pb2.StateEdit(path=edit.path)
        message.set.CopyFrom(to_value(edit.value))
        return message
    return pattern_pb2.StateEdit(path=edit.path, **{edit.operation: edit.value})


def _rewrite(rewrite: Rewrite) -> pattern_pb2.Rewrite:
    operations = {name: getattr(rewrite, name) for name in ("replacement", "prepend", "append")
                  if getattr(rewrite, name) is not None}
    if rewrite.fixer is not None:
        operations["fixer"] = f"FIXER_{Fixer(rewrite.fixer).name}"
    return pattern_pb2.Rewrite(
        description=rewrite.description, pattern=rewrite.pattern,
        only_if_text_matches=rewrite.only_if_text_matches,
        unless_text_matches=rewrite.unless_text_matches, **operations)


def to_pattern(pattern: Any, plan: Sequence[Step]) -> pattern_pb2.ErrorPattern:
    """The message for a patterns.ErrorPattern with these steps."""
    message = pattern_pb2.ErrorPattern(
        pattern_id=pattern.pattern_id, description=pattern.description,
        error_type=_number("ERROR_TYPE", pattern.error_type),
        regex_pattern=pattern.regex_pattern, priority=pattern.priority,
        suggested_action=pattern.suggested_action, steps=[to_step(step) for step in plan])
    if pattern.category is not None:
        message.category = _number("FAILURE_CATEGORY", pattern.category)
    if pattern.severity is not None:
        message.severity = _number("SEVERITY", pattern.severity)
    return message


# --- Answers ---

def from_result(result: recovery_pb2.RecoveryResult) -> model.Decision:
    """A decision out of its message."""
    return model.Decision(
        disposition=_word(Disposition, enums_pb2.Disposition, "DISPOSITION", result.disposition,
                          Disposition.UNSPECIFIED),
        strategy_used=_strategy(result.strategy_used),
        action=_action(result),
        result=keep_kind(from_value(result.result)) if result.HasField("result") else None,
        degraded=result.degraded,
        result_age=from_duration(result.result_age) if result.HasField("result_age") else None,
        classification=_classification(result.classification),
        decision_id=result.decision_id, recovery_token=result.recovery_token,
        registry_revision=result.registry_revision,
        trace=tuple(f"{enums_pb2.TraceReason.Name(t.reason)[13:]}: {t.text}"
                    if t.reason in enums_pb2.TraceReason.values() else t.text
                    for t in result.trace),
        error_message=result.error_message, duration_ms=result.duration_ms,
        local_plan=_local_plan(result.local_plan) if result.HasField("local_plan") else None,
        start_delay=from_duration(result.start_delay), recheck=result.recheck,
        trial=result.trial)


def _strategy(number: int) -> RecoveryStrategy:
    return _word(RecoveryStrategy, enums_pb2.RecoveryStrategy, "RECOVERY_STRATEGY", number,
                 RecoveryStrategy.NONE)


def _action(result: recovery_pb2.RecoveryResult) -> Optional[model.Action]:
    kind = result.WhichOneof("action")
    if kind == "retry":
        retry = result.retry
        return model.Retry(from_duration(retry.delay), retry.attempt, retry.max_attempts,
                           from_duration(retry.timeout) if retry.HasField("timeout") else None,
                           retry.remediation)
    if kind == "alternative_path":
        given = result.alternative_path.alternative
        return model.TakeAlternative(
            model.Alternative(given.name, given.target, dict(given.parameters), given.cost,
                              given.quality), tuple(result.alternative_path.remaining))
    if kind == "graceful_degradation":
        less = result.graceful_degradation
        return model.Degrade(less.level_name, less.level, less.level_count,
                             tuple(less.disable_features), _edits(less.edits), less.keep_ratio)
    if kind == "error_correction":
        better = result.error_correction
        return model.Correct(better.subject_field, better.corrected_text, _edits(better.edits),
                             better.unified_diff, tuple(better.applied))
    if kind == "escalation":
        told = result.escalation
        return model.Escalated(told.incident_id, told.pause_workflow, _severity(told.priority),
                               told.assignee, tuple(told.channels), told.joined)
    return None


def _edits(edits: Sequence[pattern_pb2.StateEdit]) -> Sequence[model.Edit]:
    native = []
    for edit in edits:
        kind = edit.WhichOneof("operation")
        if kind == "set":
            native.append(model.Edit(edit.path, "set", from_value(edit.set)))
        elif kind is not None:
            native.append(model.Edit(edit.path, kind, getattr(edit, kind)))
    return tuple(native)


def _severity(number: int) -> Severity:
    return _word(Severity, enums_pb2.Severity, "SEVERITY", number, Severity.MEDIUM)


def _classification(told: recovery_pb2.Classification) -> model.Classification:
    return model.Classification(
        _word(ErrorType, enums_pb2.ErrorType, "ERROR_TYPE", told.error_type, ErrorType.UNKNOWN),
        _word(FailureCategory, enums_pb2.FailureCategory, "FAILURE_CATEGORY", told.category,
              FailureCategory.UNKNOWN),
        _severity(told.severity), told.retryable, told.not_executed, told.confidence,
        _strategy(told.recommended_strategy), told.suggested_action, told.pattern_id,
        model.SizeLimit(told.size_limit.limit, told.size_limit.actual, told.size_limit.unit)
        if told.HasField("size_limit") else None)


def _local_plan(plan: recovery_pb2.LocalPlan) -> model.LocalPlan:
    default = model.LocalPlan()
    return model.LocalPlan(
        plan.max_retries, from_duration(plan.base_delay), plan.factor or default.factor,
        from_duration(plan.max_delay) if plan.HasField("max_delay") else default.max_delay,
        _word(Jitter, pattern_pb2.Jitter, "JITTER", plan.jitter, Jitter.FULL),
        plan.retry_budget_ratio or default.retry_budget_ratio,
        from_duration(plan.valid_for) if plan.HasField("valid_for") else default.valid_for)


def from_statistics(told: statistics_pb2.RecoveryStatistics) -> ServerStatistics:
    """What the server counted."""
    details = {_strategy(s.strategy): StrategyDetails(s.used, s.succeeded, s.exhausted, s.failed)
               for s in told.strategies}
    types = {_word(ErrorType, enums_pb2.ErrorType, "ERROR_TYPE",
                   enums_pb2.ErrorType.Value(f"ERROR_TYPE_{t.name}"), ErrorType.UNKNOWN): t.count
             for t in told.error_types if f"ERROR_TYPE_{t.name}" in enums_pb2.ErrorType.keys()}
    return ServerStatistics(
        told.total_attempts, told.succeeded, details, {}, types, source="server",
        recoveries=told.recoveries, failures=told.failed + told.abandoned,
        coverage=told.coverage, avg_ms=told.avg_recovery_time_ms,
        p95_ms=told.recovery_time.p95_ms, unmatched_errors=told.unmatched_errors)


def from_awaited(response: incidents_pb2.AwaitIncidentResponse) -> Awaited:
    """What a poll for a person brought."""
    if not response.HasField("resolution"):
        return Awaited(None, response.recovery_token)
    told = response.resolution
    action = _word(ResolutionAction, incidents_pb2.ResolutionAction, "RESOLUTION_ACTION",
                   told.action, ResolutionAction.ABORT)
    return Awaited(model.Resolution(action, from_struct(told.state), told.note, told.resolved_by),
                   response.recovery_token)


def circuit_state(circuit: circuit_breakers_pb2.Circuit) -> CircuitState:
    """How a circuit stands."""
    return _word(CircuitState, circuit_breakers_pb2.CircuitState, "CIRCUIT_STATE", circuit.state,
                 CircuitState.CLOSED)

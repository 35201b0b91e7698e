// The messages of the API that this client sends and reads.
export { AwaitIncidentRequest, AwaitIncidentResponse, ResolutionAction } from "./gen/recourse/v1/incidents.js";
export {
  Circuit, CircuitState, ReportCallsRequest, ReportCallsResponse, WatchCircuitsRequest,
  WatchCircuitsResponse,
} from "./gen/recourse/v1/circuit_breakers.js";
export {
  Disposition, ErrorType, FailureCategory, Idempotency, Outcome, RecoveryStrategy, Severity,
  TraceReason,
} from "./gen/recourse/v1/enums.js";
export { RecoveryOutcome, ReportOutcomeResponse } from "./gen/recourse/v1/orchestrator.js";
export {
  AlternativeOrder, Backoff, Fixer, Jitter, StateEdit, Step,
} from "./gen/recourse/v1/pattern.js";
export type {
  Alternative, ErrorCorrectionStep, GracefulDegradationStep, RetryStep, Rewrite,
} from "./gen/recourse/v1/pattern.js";
export { Caller, RecoveryContext, RecoveryResult } from "./gen/recourse/v1/recovery.js";
export type {
  Capabilities, Classification, ErrorDetails, LocalPlan, SizeLimit,
} from "./gen/recourse/v1/recovery.js";
export { Duration } from "./gen/google/protobuf/duration.js";

// Recourse: what to do when something that was called has failed.
export { Attempt } from "./attempt.js";
export { CircuitBreaker } from "./circuit-breaker.js";
export type { BreakerState, CircuitBreakerOptions } from "./circuit-breaker.js";
export { Client, close, configure, defaultClient, recover, recoverDetailed, wrap } from "./client.js";
export type { ClientSettings, Wrapped } from "./client.js";
export type { Clock } from "./clock.js";
export type { ClientEvents } from "./core.js";
export { describe, looksTemporary } from "./describe.js";
export type { MapError } from "./describe.js";
export {
  AskError, CircuitOpenError, InvalidValueError, RecourseError, RemediationError, Skipped, decisionOf,
} from "./errors.js";
export type * from "./model.js";
export { Observed } from "./observe.js";
export type { Operation, Options, Plan } from "./options.js";
export { Policy, policy } from "./steps.js";
export type {
  AlternativeStep, CorrectionStep, DegradationLevel, DegradationStep, EscalationStep, FixerName,
  RetryStep, Rewrite, Step,
} from "./steps.js";
export type * from "./words.js";

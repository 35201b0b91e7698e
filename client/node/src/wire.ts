// The client's plain types ↔ the API's messages: the one place that knows both.
import * as api from "./api.js";
import type { Outcome } from "./words.js";
import { alternativeNames } from "./options.js";
import {
  SMALL_DEFAULT, decision, type Action, type Alternative, type CircuitChange, type Classification,
  type Decision, type Edit, type ErrorDetails, type LocalPlan, type Resolution,
  type SizeLimit,
} from "./model.js";
import type { Awaited, Question } from "./asking.js";
import type { Sums } from "./sites.js";
import type { CorrectionStep, DegradationStep, RetryStep, Rewrite, Step } from "./steps.js";

const MAX_STATE_DEPTH = 30;
const MAX_STATE_VALUES = 100_000;
const MAX_STATE_BYTES = 1 << 20;
const MAX_TEXT = 16 << 10;
const MAX_STACK = 32 << 10;
const LONGEST_MS = 300 * 366 * 86_400_000; // Longer is no limit.

/** Milliseconds as a Duration. */
export function toDuration(ms: number): api.Duration {
  const bounded = Math.max(0, Math.min(ms, LONGEST_MS));
  const seconds = Math.floor(bounded / 1000);
  const nanos = Math.round((bounded - seconds * 1000) * 1e6);
  return nanos >= 1e9 ? { seconds: seconds + 1, nanos: 0 } : { seconds, nanos };
}

/** A Duration as milliseconds; not there: 0. */
export function fromDuration(duration: api.Duration | undefined): number {
  return duration ? (duration.seconds ?? 0) * 1000 + (duration.nanos ?? 0) / 1e6 : 0;
}

function optionalMs(duration: api.Duration | undefined): number | undefined {
  return duration && fromDuration(duration);
}

/** At most so many bytes of UTF-8. */
function clip(text: string, bytes: number): string {
  if (text.length * 3 <= bytes || Buffer.byteLength(text) <= bytes) return text;
  // A character cut in half is dropped.
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes)).replace(/\uFFFD$/, "");
}

type Numbers = Record<string, string | number>;

/** An enum's number by our word for it. */
function numberOf(kind: Numbers, prefix: string, word: string): number {
  return kind[`${prefix}_${word.toUpperCase()}`] as number;
}

/** Our word by an enum's number; `unknown` for what is not known here. */
function word<W extends string>(kind: Numbers, prefix: string, number: number | undefined, unknown: W): W {
  const name = kind[number ?? 0];
  return typeof name === "string" && name !== `${prefix}_UNSPECIFIED`
    ? name.slice(prefix.length + 1).toLowerCase() as W : unknown;
}

// --- State ---

/** A native value as JSON; undefined for what has no place in it. `left` counts values down. */
function toJson(value: unknown, depth: number, above: unknown[], left: { values: number }): unknown {
  left.values -= 1;
  if (left.values < 0) return undefined;
  switch (typeof value) {
    case "string": case "boolean": return value;
    case "number": return Number.isFinite(value) ? value : undefined;
    case "bigint": return Number(value);
    case "object": break;
    default: return undefined;
  }
  if (value === null) return null;
  const json = (value as { toJSON?: unknown }).toJSON;
  if (typeof json === "function") return toJson(json.call(value), depth + 1, above, left);
  if (depth >= MAX_STATE_DEPTH || above.includes(value)) return undefined;
  above.push(value);
  const next = (one: unknown) => toJson(one, depth + 1, above, left);
  let plain: unknown;
  if (Array.isArray(value) || value instanceof Set) {
    plain = Array.from(value, (one) => next(one) ?? null);
  } else {
    const object: Record<string, unknown> = plain = Object.create(null);
    for (const [key, held] of value instanceof Map ? value : Object.entries(value)) {
      const one = next(held);
      if (one !== undefined) object[String(key)] = one;
    }
  }
  above.pop();
  return plain;
}

/** The state as a message has it; undefined when it is too large, or no object. */
function toState(state: unknown): Record<string, unknown> | undefined {
  if (typeof state !== "object" || state === null || Array.isArray(state)) return undefined;
  const left = { values: MAX_STATE_VALUES };
  const json = toJson(state, 0, [], left);
  return left.values < 0 ? undefined : json as Record<string, unknown>;
}

function jsonValue(value: unknown): unknown {
  return toJson(value, 0, [], { values: MAX_STATE_VALUES }) ?? null;
}

// --- Asking ---

/** Who asks, and what goes with all of its questions. */
export interface Asker {
  service: string;
  instance: string;
  namespace: string;
  labels: Record<string, string>;
}

/** The bytes of a question. */
export function toContext(question: Question, asker: Asker): Uint8Array {
  const { options } = question;
  const message: api.RecoveryContext = {
    workflowId: clip(options.workflowId ?? "", 256),
    nodeName: clip(options.nodeName ?? "", 256),
    stepCount: options.stepCount,
    error: question.details && toError(question.details),
    target: clip(question.target, 256),
    quotaScope: options.quotaScope,
    caller: { service: asker.service, instance: asker.instance },
    timeRemaining: question.timeRemainingMs === undefined ? undefined : toDuration(question.timeRemainingMs),
    expectedCallTime: options.expectedCallTimeMs ? toDuration(options.expectedCallTimeMs) : undefined,
    idempotency: numberOf(api.Idempotency, "IDEMPOTENCY", options.idempotency ?? "unspecified"),
    capabilities: {
      alternatives: alternativeNames(options) ?? ["*"],
      degradations: [...(options.degradations ?? ["*"])],
      remediations: Object.keys(options.remediations ?? {}),
      awaitHuman: !!options.awaitHuman,
    },
    callerSteps: question.steps.map(toStep),
    errorTypeHint: options.errorTypeHint && numberOf(api.ErrorType, "ERROR_TYPE", options.errorTypeHint),
    upstreamAttempt: options.upstreamAttempt,
    recoveryToken: question.token,
    requestId: question.requestId,
    namespace: asker.namespace,
    labels: { ...asker.labels, ...options.labels },
    calls: question.sums && toCounts(question.sums),
    circuitOpen: question.circuitOpen,
  };
  const state = toState(question.state);
  const alone = state && api.RecoveryContext.encode({ state }).finish().length <= MAX_STATE_BYTES;
  if (alone) Object.assign(message, { state, subjectField: options.subjectField });
  return api.RecoveryContext.encode(message).finish();
}

function toError(details: ErrorDetails): api.ErrorDetails {
  const headers = Object.entries(details.headers).map(([name, value]) => [name, clip(value, 8000)]);
  return {
    exceptionType: clip(details.exceptionType, 256),
    message: clip(details.message, MAX_TEXT),
    stackTrace: clip(details.stackTrace, MAX_STACK),
    code: clip(details.code, 128),
    httpStatus: details.httpStatus,
    grpcCode: details.grpcCode,
    headers: Object.fromEntries(headers),
    retryAfter: details.retryAfterMs === undefined ? undefined : toDuration(details.retryAfterMs),
    causes: details.causes.map(({ exceptionType, message }) => (
      { exceptionType: clip(exceptionType, 256), message: clip(message, MAX_TEXT) })),
  };
}

function toCounts(sums: Sums) {
  const { calls, failures, slowCalls, periodMs } = sums;
  return { calls, failures, slowCalls, period: toDuration(Math.min(Math.max(periodMs, 1), 300_000)) };
}

/** The bytes that tell sums. */
export function toReportCalls(sums: readonly Sums[], asker: Asker, sequence: number): Uint8Array {
  return api.ReportCallsRequest.encode({
    namespace: asker.namespace, caller: { service: asker.service, instance: asker.instance }, sequence,
    targets: sums.map((one) => ({ target: clip(one.target, 256), counts: toCounts(one) })),
  }).finish();
}

/** The bytes that report how a recovery ended. */
export function toOutcome(token: string, outcome: Outcome, durationMs: number): Uint8Array {
  return api.RecoveryOutcome.encode({
    recoveryToken: token, outcome: numberOf(api.Outcome, "OUTCOME", outcome),
    duration: toDuration(durationMs),
  }).finish();
}

/** The bytes of one poll for a person. */
export function toAwait(incidentId: string, token: string, waitMs: number): Uint8Array {
  return api.AwaitIncidentRequest.encode({
    incidentId, recoveryToken: token, timeout: toDuration(waitMs),
  }).finish();
}

/** The bytes that ask for circuits. */
export function toWatch(asker: Asker): Uint8Array {
  return api.WatchCircuitsRequest.encode({
    namespace: asker.namespace, caller: { service: asker.service, instance: asker.instance },
  }).finish();
}

// --- Steps ---

function toStep(step: Step): api.Step {
  switch (step.kind) {
    case "retry": return { step: { $case: "retry", retry: toRetryStep(step) } };
    case "alternative_path": {
      const { alternatives, exclude } = step;
      const orderBy = numberOf(api.AlternativeOrder, "ALTERNATIVE_ORDER", step.orderBy);
      return { step: { $case: "alternativePath", alternativePath: { alternatives, exclude, orderBy } } };
    }
    case "graceful_degradation":
      return { step: { $case: "gracefulDegradation", gracefulDegradation: toDegradationStep(step) } };
    case "error_correction":
      return { step: { $case: "errorCorrection", errorCorrection: toCorrectionStep(step) } };
    case "escalation": {
      const priority = step.priority && numberOf(api.Severity, "SEVERITY", step.priority);
      return { step: { $case: "escalation", escalation: { ...step, priority } } };
    }
  }
}

function toRetryStep(step: RetryStep): api.RetryStep {
  const [jitterMin, jitterMax] = step.jitter === "range" ? step.jitterRange : [undefined, undefined];
  return {
    maxRetries: step.maxRetries, backoff: numberOf(api.Backoff, "BACKOFF", step.backoff),
    baseDelay: toDuration(step.baseDelayMs), factor: step.factor,
    maxDelay: toDuration(step.maxDelayMs), jitter: numberOf(api.Jitter, "JITTER", step.jitter),
    jitterMin, jitterMax, maxRetryAfter: toDuration(step.maxRetryAfterMs),
    timeoutMultiplier: step.timeoutMultiplier, remediation: step.remediation,
  };
}

function toDegradationStep(step: DegradationStep): api.GracefulDegradationStep {
  const levels = step.levels.map(({ name, disableFeatures, edits }) => (
    { name, disableFeatures, edits: edits?.map(toEdit) }));
  return step.fallbackValue === undefined
    ? { levels } : { levels, fallbackValue: jsonValue(step.fallbackValue) };
}

function toEdit(edit: Edit): api.StateEdit {
  const { path } = edit;
  switch (edit.operation) {
    case "set": return { path, operation: { $case: "set", set: jsonValue(edit.value) } };
    case "cap": return { path, operation: { $case: "cap", cap: edit.value } };
    case "truncate": return { path, operation: { $case: "truncate", truncate: edit.value } };
    case "remove": return { path, operation: { $case: "remove", remove: true } };
  }
}

function toCorrectionStep(step: CorrectionStep): api.ErrorCorrectionStep {
  const { mustMatchAfter, mustNotMatchAfter } = step;
  return { rewrites: step.rewrites.map(toRewrite), mustMatchAfter, mustNotMatchAfter };
}

function toRewrite(rewrite: Rewrite): api.Rewrite {
  const { description, pattern, onlyIfTextMatches, unlessTextMatches } = rewrite;
  const { replacement, prepend, append, fixer } = rewrite;
  const operation: api.Rewrite["operation"] =
    replacement !== undefined ? { $case: "replacement", replacement }
      : prepend !== undefined ? { $case: "prepend", prepend }
        : append !== undefined ? { $case: "append", append }
          : { $case: "fixer", fixer: numberOf(api.Fixer, "FIXER", fixer!) };
  return { description, pattern, onlyIfTextMatches, unlessTextMatches, operation };
}

// --- Answers ---

/** A decision out of its bytes. */
export function fromResult(bytes: Uint8Array): Decision {
  const told = api.RecoveryResult.decode(bytes);
  return decision(word(api.Disposition, "DISPOSITION", told.disposition, "unspecified"), {
    strategyUsed: word(api.RecoveryStrategy, "RECOVERY_STRATEGY", told.strategyUsed, "none"),
    action: toAction(told),
    result: told.result,
    degraded: !!told.degraded,
    resultAgeMs: optionalMs(told.resultAge),
    classification: toClassification(told.classification ?? {}),
    decisionId: told.decisionId ?? "",
    recoveryToken: told.recoveryToken ?? "",
    registryRevision: told.registryRevision ?? 0,
    trace: (told.trace ?? []).map(({ reason, text }) => {
      const name = word<string>(api.TraceReason, "TRACE_REASON", reason, "");
      return name ? `${name.toUpperCase()}: ${text ?? ""}` : text ?? "";
    }),
    errorMessage: told.errorMessage ?? "",
    durationMs: told.durationMs ?? 0,
    localPlan: told.localPlan && toLocalPlan(told.localPlan),
    startDelayMs: fromDuration(told.startDelay),
    recheck: !!told.recheck,
    trial: !!told.trial,
  });
}

function toAction({ action }: api.RecoveryResult): Action | undefined {
  switch (action?.$case) {
    case "retry": {
      const { delay, attempt = 1, maxAttempts = 1, timeout, remediation = "" } = action.retry;
      return {
        kind: "retry", delayMs: fromDuration(delay), attempt, maxAttempts,
        timeoutMs: optionalMs(timeout), remediation,
      };
    }
    case "alternativePath": {
      const { alternative, remaining = [] } = action.alternativePath;
      return { kind: "alternative_path", alternative: toAlternative(alternative ?? {}), remaining };
    }
    case "gracefulDegradation": {
      const less = action.gracefulDegradation;
      return {
        kind: "graceful_degradation", levelName: less.levelName ?? "", level: less.level ?? 0,
        levelCount: less.levelCount ?? 0, disableFeatures: less.disableFeatures ?? [],
        edits: toEdits(less.edits), keepRatio: less.keepRatio ?? 0,
      };
    }
    case "errorCorrection": {
      const better = action.errorCorrection;
      return {
        kind: "error_correction", subjectField: better.subjectField ?? "",
        correctedText: better.correctedText ?? "", edits: toEdits(better.edits),
        unifiedDiff: better.unifiedDiff ?? "", applied: better.applied ?? [],
      };
    }
    case "escalation": {
      const told = action.escalation;
      return {
        kind: "escalation", incidentId: told.incidentId ?? "", pauseWorkflow: !!told.pauseWorkflow,
        priority: word(api.Severity, "SEVERITY", told.priority, "medium"),
        assignee: told.assignee ?? "", channels: told.channels ?? [], joined: !!told.joined,
      };
    }
    default: return undefined;
  }
}

function toAlternative(given: Partial<Alternative>): Alternative {
  const { name = "", target = "", parameters = {}, cost = 0, quality = 0 } = given;
  return { name, target, parameters, cost, quality };
}

function toEdits(edits: api.StateEdit[] = []): Edit[] {
  return edits.flatMap(({ path = "", operation }): Edit[] => {
    switch (operation?.$case) {
      case "set": return [{ path, operation: "set", value: operation.set }];
      case "cap": return [{ path, operation: "cap", value: operation.cap }];
      case "truncate": return [{ path, operation: "truncate", value: operation.truncate }];
      case "remove": return [{ path, operation: "remove" }];
      default: return [];
    }
  });
}

function toSizeLimit({ limit, actual, unit }: api.SizeLimit): SizeLimit {
  return { limit: Number(limit ?? 0), actual: Number(actual ?? 0), unit: unit ?? "" };
}

function toClassification(told: api.Classification): Classification {
  return {
    errorType: word(api.ErrorType, "ERROR_TYPE", told.errorType, "unknown"),
    category: word(api.FailureCategory, "FAILURE_CATEGORY", told.category, "unknown"),
    severity: word(api.Severity, "SEVERITY", told.severity, "medium"),
    retryable: !!told.retryable,
    notExecuted: !!told.notExecuted,
    confidence: told.confidence ?? 0,
    recommendedStrategy: word(api.RecoveryStrategy, "RECOVERY_STRATEGY", told.recommendedStrategy, "none"),
    suggestedAction: told.suggestedAction ?? "",
    patternId: told.patternId ?? "",
    ...told.sizeLimit && { sizeLimit: toSizeLimit(told.sizeLimit) },
  };
}

function toLocalPlan(plan: api.LocalPlan): LocalPlan {
  return {
    maxRetries: plan.maxRetries ?? 0,
    baseDelayMs: fromDuration(plan.baseDelay),
    factor: plan.factor || SMALL_DEFAULT.factor,
    maxDelayMs: optionalMs(plan.maxDelay) ?? SMALL_DEFAULT.maxDelayMs,
    jitter: word(api.Jitter, "JITTER", plan.jitter, "full"),
    retryBudgetRatio: plan.retryBudgetRatio || SMALL_DEFAULT.retryBudgetRatio,
    validForMs: optionalMs(plan.validFor) ?? SMALL_DEFAULT.validForMs,
  };
}

/** What a poll for a person brought. */
export function fromAwaited(bytes: Uint8Array): Awaited {
  const { resolution, recoveryToken = "" } = api.AwaitIncidentResponse.decode(bytes);
  if (!resolution) return { token: recoveryToken };
  const { action, state = {}, note = "", resolvedBy = "" } = resolution;
  const told: Resolution = {
    action: word(api.ResolutionAction, "RESOLUTION_ACTION", action, "abort"), state, note, resolvedBy,
  };
  return { resolution: told, token: recoveryToken };
}

/** What an answer to sums says. */
export function fromReportCalls(bytes: Uint8Array): { nextMs: number; circuits: CircuitChange[] } {
  const { nextReportAfter, circuits = [] } = api.ReportCallsResponse.decode(bytes);
  return { nextMs: fromDuration(nextReportAfter), circuits: circuits.map(toCircuit) };
}

/** One message of WatchCircuits. */
export function fromWatch(bytes: Uint8Array): { circuit?: CircuitChange; synced: boolean } {
  const { circuit, synced } = api.WatchCircuitsResponse.decode(bytes);
  return { circuit: circuit && toCircuit(circuit), synced: !!synced };
}

function toCircuit(circuit: api.Circuit): CircuitChange {
  return {
    target: circuit.target ?? "", own: circuit.caller !== undefined,
    state: word(api.CircuitState, "CIRCUIT_STATE", circuit.state, "closed"),
    openRemainingMs: optionalMs(circuit.openRemaining),
  };
}

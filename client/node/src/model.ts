// Decisions and what they are about: no gRPC in here. All durations are milliseconds.
import type {
  CircuitState,
  Disposition, ErrorType, FailureCategory, Jitter, RecoveryStrategy, ResolutionAction, Severity,
} from "./words.js";

/** What is known of an error; describe.ts says where it is read from. */
export interface ErrorDetails {
  exceptionType: string;
  message: string;
  /** The vendor's: SQLSTATE, errno name, API code. */
  code: string;
  /** 0: none. */
  httpStatus: number;
  /** Canonical name; empty: none. */
  grpcCode: string;
  headers: Record<string, string>;
  retryAfterMs?: number;
  /** Outermost first. */
  causes: ErrorCause[];
  stackTrace: string;
}

/** One error in the chain below the one that was caught. */
export interface ErrorCause {
  exceptionType: string;
  message: string;
}

/** A change to the operation's state; edits.ts says what a path is. */
export type Edit =
  | { path: string; operation: "set"; value: unknown }
  | { path: string; operation: "cap"; value: number }
  | { path: string; operation: "truncate"; value: number }
  | { path: string; operation: "remove" };

/** Where else an operation can be run. */
export interface Alternative {
  name: string;
  /** Left out: the name. */
  target?: string;
  parameters?: Record<string, string>;
  /** Relative, any unit. Default 0. */
  cost?: number;
  /** 0-1. Default 0. */
  quality?: number;
}

/** Run the same operation again. */
export interface RetryAction {
  kind: "retry";
  delayMs: number;
  attempt: number;
  maxAttempts: number;
  timeoutMs?: number;
  /** To be run before; empty: none. */
  remediation: string;
}

/** Run it by another way. */
export interface AlternativeAction {
  kind: "alternative_path";
  alternative: Alternative;
  remaining: string[];
}

/** Run it again asking for less. */
export interface DegradationAction {
  kind: "graceful_degradation";
  levelName: string;
  level: number;
  levelCount: number;
  disableFeatures: string[];
  edits: Edit[];
  /** Share of what was sent that would be accepted, in (0, 1), where the error states both sizes; 0:
   * not known. */
  keepRatio: number;
}

/** Run it again with corrected input. */
export interface CorrectionAction {
  kind: "error_correction";
  subjectField: string;
  correctedText: string;
  edits: Edit[];
  unifiedDiff: string;
  applied: string[];
}

/** People were told. */
export interface EscalationAction {
  kind: "escalation";
  incidentId: string;
  pauseWorkflow: boolean;
  priority: Severity;
  assignee: string;
  channels: string[];
  joined: boolean;
}

export type Action =
  | RetryAction | AlternativeAction | DegradationAction | CorrectionAction | EscalationAction;

/** A limit on size and what exceeded it, as the error states them; 0 and "": not stated. */
export interface SizeLimit {
  limit: number;
  /** What was sent. */
  actual: number;
  /** Of both: "tokens", "bytes" ... */
  unit: string;
}

/** What an error is taken to be. */
export interface Classification {
  errorType: ErrorType;
  category: FailureCategory;
  severity: Severity;
  retryable: boolean;
  /** The failure proves that nothing was done. */
  notExecuted: boolean;
  /** 0-1. */
  confidence: number;
  recommendedStrategy: RecoveryStrategy;
  suggestedAction: string;
  patternId: string;
  /** Undefined: the error states none. */
  sizeLimit?: SizeLimit;
}

/** How a target may be retried without Recourse. */
export interface LocalPlan {
  maxRetries: number;
  baseDelayMs: number;
  factor: number;
  maxDelayMs: number;
  jitter: Jitter;
  retryBudgetRatio: number;
  validForMs: number;
}

/** The small plan that holds where Recourse never said any. */
export const SMALL_DEFAULT: LocalPlan = {
  maxRetries: 2, baseDelayMs: 200, factor: 2, maxDelayMs: 2000, jitter: "full",
  retryBudgetRatio: 0.2, validForMs: 600_000,
};

/** What to do about a failure, and why. */
export interface Decision {
  disposition: Disposition;
  strategyUsed: RecoveryStrategy;
  action?: Action;
  /** With "recovered": stands in for the answer. */
  result?: unknown;
  degraded: boolean;
  resultAgeMs?: number;
  classification: Classification;
  decisionId: string;
  recoveryToken: string;
  registryRevision: number;
  /** "REASON: text", in order. */
  trace: string[];
  /** With "give_up" and "escalated": one sentence. */
  errorMessage: string;
  durationMs: number;
  localPlan?: LocalPlan;
  startDelayMs: number;
  recheck: boolean;
  trial: boolean;
  /** Made by the client itself, without Recourse. */
  local: boolean;
}

/** A decision with defaults for what is not given. */
export function decision(disposition: Disposition, given: Partial<Decision> = {}): Decision {
  return {
    disposition, strategyUsed: "none", degraded: false, classification: classification(),
    decisionId: "", recoveryToken: "", registryRevision: 0, trace: [], errorMessage: "",
    durationMs: 0, startDelayMs: 0, recheck: false, trial: false, local: false, ...given,
  };
}

/** A classification with defaults for what is not given. */
export function classification(given: Partial<Classification> = {}): Classification {
  return {
    errorType: "unknown", category: "unknown", severity: "medium", retryable: false,
    notExecuted: false, confidence: 0, recommendedStrategy: "none", suggestedAction: "",
    patternId: "", ...given,
  };
}

/** The wait before the run that a decision asks for. */
export function delayOf(decided: Decision): number {
  return decided.action?.kind === "retry" ? decided.action.delayMs : decided.startDelayMs;
}

/** What a person said. */
export interface Resolution {
  action: ResolutionAction;
  /** With "resume". */
  state?: Record<string, unknown>;
  note: string;
  resolvedBy: string;
}

/** An operation's value, and how it came to be. */
export interface Recovered<T> {
  value: T;
  attempts: number;
  /** The value stands in for the operation's answer. */
  degraded: boolean;
  resultAgeMs?: number;
  /** The last; undefined: it succeeded at once. */
  decision?: Decision;
}

/** With mode "observe": what was done is not what was decided. */
export interface Disagreement {
  error: unknown;
  decision: Decision;
  decided: RecoveryStrategy | "ended";
  done: "ran_again" | "ended";
  decidedDelayMs?: number;
  doneDelayMs?: number;
}

/** A circuit that the server told of. */
export interface CircuitChange {
  target: string;
  /** This caller's alone; else of all callers. */
  own: boolean;
  state: CircuitState;
  openRemainingMs?: number;
}

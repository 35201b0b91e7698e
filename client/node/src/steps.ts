// The steps of a caller's own plan, and what builds them. Without Recourse they are carried out by
// local-steps.ts. All durations are milliseconds.
import type { Alternative, Edit } from "./model.js";
import type { Backoff, Jitter, Severity } from "./words.js";

/** Wait, then run the same operation again. With baseDelayMs 1000 and factor 2 the waits are 1, 2,
 * 4, 8, ... s before jitter, never above maxDelayMs. */
export interface RetryStep {
  kind: "retry";
  /** 0-100. Default 3. */
  maxRetries: number;
  /** Default "exponential". */
  backoff: Backoff;
  /** Default 1000. */
  baseDelayMs: number;
  /** 1-100. Default 2. */
  factor: number;
  /** Default 60000. */
  maxDelayMs: number;
  /** Default "full". */
  jitter: Jitter;
  /** With "range": the wait times a number from here. Default [0.8, 1.2]. */
  jitterRange: readonly [number, number];
  /** A longer Retry-After exhausts the step. Default 600000. */
  maxRetryAfterMs: number;
  /** Retry k gets expectedCallTimeMs x this^k as its time-out. Default 1. */
  timeoutMultiplier: number;
  /** Run this remediation before each retry; empty: none. */
  remediation: string;
}

/** Try other targets, one after the other. None given: those that the caller declares. */
export interface AlternativeStep {
  kind: "alternative_path";
  alternatives: Alternative[];
  orderBy: "preference" | "cost" | "quality";
  exclude: string[];
}

/** One level of doing less; it says all that it wants. */
export interface DegradationLevel {
  name: string;
  disableFeatures?: string[];
  edits?: Edit[];
}

/** Do less, level by level; then the fallback value, where there is one. */
export interface DegradationStep {
  kind: "graceful_degradation";
  levels: DegradationLevel[];
  fallbackValue?: unknown;
}

/** Built-in corrections of the server's: see Fixer in the API. */
export type FixerName =
  | "json_repair" | "json_complete" | "python_missing_colon" | "python_brackets" | "python_tabs"
  | "python_indentation" | "python_async" | "python_await" | "python_imports"
  | "python_typography" | "yaml_tabs" | "byte_order_mark" | "line_endings" | "smart_quotes"
  | "code_fence";

/** One rewrite of the text: RE2 syntax; one of replacement, prepend, append and fixer. */
export interface Rewrite {
  /** Needed, but with `fixer`. */
  pattern?: string;
  /** \0-\9 are groups. */
  replacement?: string;
  prepend?: string;
  append?: string;
  /** Only the server has fixers: without it the step changes nothing. */
  fixer?: FixerName;
  description?: string;
  onlyIfTextMatches?: string[];
  unlessTextMatches?: string[];
}

/** Correct the text that `subjectField` names. */
export interface CorrectionStep {
  kind: "error_correction";
  rewrites: Rewrite[];
  mustMatchAfter: string[];
  mustNotMatchAfter: string[];
}

/** Open an incident, or join the one that is open. */
export interface EscalationStep {
  kind: "escalation";
  channels: string[];
  assignee: string;
  /** Undefined: the pattern's severity. */
  priority?: Severity;
  pauseWorkflow: boolean;
  includeContext: boolean;
  includeStateKeys: string[];
}

export type Step = RetryStep | AlternativeStep | DegradationStep | CorrectionStep | EscalationStep;

const MAX_STEPS = 16;

type Given<T> = Partial<Omit<T, "kind">>;

/** A plan of one's own, step by step: the next is asked when the one before has no answer left.
 * Immutable: each call gives a longer one. At most 16 steps. */
export class Policy {
  private constructor(readonly steps: readonly Step[]) {}

  /** @internal */
  static readonly empty = new Policy([]);

  /** Run it again after a wait; a number: that many times. */
  retry(given: number | Given<RetryStep> = {}): Policy {
    const step: RetryStep = {
      kind: "retry", maxRetries: 3, backoff: "exponential", baseDelayMs: 1000, factor: 2,
      maxDelayMs: 60_000, jitter: "full", jitterRange: [0.8, 1.2], maxRetryAfterMs: 600_000,
      timeoutMultiplier: 1, remediation: "",
      ...(typeof given === "number" ? { maxRetries: given } : given),
    };
    within("maxRetries", step.maxRetries, 0, 100);
    within("baseDelayMs", step.baseDelayMs, 0, 3_600_000);
    within("factor", step.factor, 1, 100);
    within("maxDelayMs", step.maxDelayMs, 0, 86_400_000);
    within("maxRetryAfterMs", step.maxRetryAfterMs, 0, 86_400_000);
    within("timeoutMultiplier", step.timeoutMultiplier, 1, 10);
    return this.and(step);
  }

  /** Run it by another way: names or alternatives in order. None: those of the options. */
  alternativePath(
    alternatives: readonly (string | Alternative)[] = [],
    given: Given<Omit<AlternativeStep, "alternatives">> = {},
  ): Policy {
    return this.and({
      kind: "alternative_path", orderBy: "preference", exclude: [], ...given,
      alternatives: alternatives.map((one) => typeof one === "string" ? { name: one } : one),
    });
  }

  /** Run it asking for less, level by level; then the fallback value, where there is one. */
  gracefulDegradation(
    levels: readonly DegradationLevel[], given: { fallbackValue?: unknown } = {},
  ): Policy {
    return this.and({ kind: "graceful_degradation", levels: [...levels], ...given });
  }

  /** Correct the text that `subjectField` names, and run it with that. */
  errorCorrection(
    rewrites: readonly Rewrite[],
    given: Given<Omit<CorrectionStep, "rewrites">> = {},
  ): Policy {
    for (const rewrite of rewrites) checkRewrite(rewrite);
    return this.and({
      kind: "error_correction", mustMatchAfter: [], mustNotMatchAfter: [], ...given,
      rewrites: [...rewrites],
    });
  }

  /** Tell people. */
  escalation(given: Given<EscalationStep> = {}): Policy {
    return this.and({
      kind: "escalation", channels: [], assignee: "", pauseWorkflow: false, includeContext: false,
      includeStateKeys: [], ...given,
    });
  }

  private and(step: Step): Policy {
    if (this.steps.length >= MAX_STEPS) throw new RangeError(`a policy has at most ${MAX_STEPS} steps`);
    return new Policy([...this.steps, step]);
  }
}

/** Begins a plan: policy().retry({ maxRetries: 5 }).alternativePath(["search/us"]). */
export function policy(): Policy {
  return Policy.empty;
}

function checkRewrite(rewrite: Rewrite): void {
  const { replacement, prepend, append, fixer } = rewrite;
  const operations = [replacement, prepend, append, fixer].filter((one) => one !== undefined);
  if (operations.length !== 1) {
    throw new TypeError("a rewrite needs one of replacement, prepend, append and fixer");
  }
  if (!fixer && !rewrite.pattern) throw new TypeError("a rewrite without fixer needs a pattern");
}

function within(name: string, value: unknown, low: number, high: number): void {
  if (typeof value !== "number" || !(value >= low && value <= high)) {
    throw new RangeError(`${name} must be ${low} to ${high}, is ${String(value)}`);
  }
}

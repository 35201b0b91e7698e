// Carries out a plan's steps without Recourse, as its strategies would.
import { retryDelay } from "./backoff.js";
import { getPath } from "./edits.js";
import {
  classification, decision, type Action, type Decision, type ErrorDetails,
} from "./model.js";
import { declaredAlternatives, type Options } from "./options.js";
import { found, replaceAll, toRegExp } from "./regex.js";
import type {
  AlternativeStep, CorrectionStep, DegradationStep, EscalationStep, RetryStep, Rewrite, Step,
} from "./steps.js";

const RETRY_AFTER_SPREAD = 0.1; // Only upward: nobody comes before the time.
const MAX_TIMEOUT_MS = 24 * 3_600_000; // A time-out that grows beyond this says nothing any more.

/** What a step is asked about. */
interface Asked {
  details: ErrorDetails;
  target: string;
  state: unknown;
  subjectField: string;
  reasons: string[];
}

/** How far one recovery has come in its plan. */
export class LocalSteps {
  private index = 0;
  private used = 0; // Of the current step.
  private lastDelay = 0;
  private readonly tried = new Set<string>();

  /** `options`: what the caller declares. */
  constructor(
    private readonly steps: readonly Step[],
    private readonly random: () => number,
    private readonly options: Options,
  ) {}

  /** What the plan says now; "give_up" after the last step. `pay` takes one run out of the target's
   * retry budget; false: it is spent, and the step that would run it is over. */
  next(
    details: ErrorDetails, target: string, state?: unknown, subjectField = "", pay = () => true,
  ): Decision {
    const asked: Asked = { details, target, state, subjectField, reasons: [] };
    for (; this.index < this.steps.length; this.index += 1, this.used = 0) {
      const decided = this.ask(this.steps[this.index]!, asked);
      if (!decided) continue;
      if (runsSameTarget(decided) && !pay()) {
        asked.reasons.push(`the budget of retries to ${target} is spent`);
        continue;
      }
      this.used += 1;
      if (decided.action?.kind === "retry") this.lastDelay = decided.action.delayMs;
      return decided;
    }
    return decision("give_up", {
      trace: asked.reasons, local: true,
      errorMessage: `gave up: ${asked.reasons.join("; ") || "the plan has no step"}`,
    });
  }

  private ask(step: Step, asked: Asked): Decision | undefined {
    switch (step.kind) {
      case "retry": return this.retry(step, asked);
      case "alternative_path": return this.alternative(step, asked);
      case "graceful_degradation": return this.degrade(step, asked);
      case "error_correction": return this.correct(step, asked);
      case "escalation": return this.escalate(step, asked);
    }
  }

  private retry(step: RetryStep, { details, reasons }: Asked): Decision | undefined {
    if (this.used >= step.maxRetries) {
      reasons.push(`retry: ${step.maxRetries} retries used up`);
      return undefined;
    }
    if (step.remediation && !Object.hasOwn(this.options.remediations ?? {}, step.remediation)) {
      reasons.push(`retry: remediation '${step.remediation}' is not declared`);
      return undefined;
    }
    let delayMs = retryDelay(step, this.used, this.lastDelay, this.random());
    if (details.retryAfterMs) {
      if (details.retryAfterMs > step.maxRetryAfterMs) {
        reasons.push(`retry: told to wait ${details.retryAfterMs} ms`);
        return undefined;
      }
      delayMs = details.retryAfterMs * (1 + RETRY_AFTER_SPREAD * this.random());
    }
    return act({
      kind: "retry", delayMs, attempt: this.used + 1, maxAttempts: step.maxRetries,
      remediation: step.remediation, timeoutMs: this.timeoutOf(step),
    });
  }

  /** The next retry's time-out, as the server would set it. */
  private timeoutOf({ timeoutMultiplier }: RetryStep): number | undefined {
    const { expectedCallTimeMs } = this.options;
    if (!expectedCallTimeMs || timeoutMultiplier === 1) return undefined;
    return Math.min(expectedCallTimeMs * timeoutMultiplier ** (this.used + 1),
      Math.max(MAX_TIMEOUT_MS, expectedCallTimeMs));
  }

  private alternative(step: AlternativeStep, { target, reasons }: Asked): Decision | undefined {
    const listed = step.alternatives.length ? [...step.alternatives] : declaredAlternatives(this.options);
    if (step.orderBy === "cost") listed.sort((a, b) => (a.cost ?? 0) - (b.cost ?? 0));
    if (step.orderBy === "quality") listed.sort((a, b) => (b.quality ?? 0) - (a.quality ?? 0));
    for (const one of listed) { // What is being called was tried, whoever chose it.
      if ((one.target || one.name) === target) this.tried.add(one.name);
    }
    const [first, ...others] = listed.filter(
      (one) => !this.tried.has(one.name) && !step.exclude.includes(one.name));
    if (!first) {
      reasons.push("alternative_path: no alternative is left");
      return undefined;
    }
    this.tried.add(first.name);
    return act({ kind: "alternative_path", alternative: first, remaining: others.map((one) => one.name) });
  }

  private degrade(step: DegradationStep, { reasons }: Asked): Decision | undefined {
    const level = step.levels[this.used];
    if (level) {
      return act({
        kind: "graceful_degradation", levelName: level.name, level: this.used + 1,
        levelCount: step.levels.length, disableFeatures: level.disableFeatures ?? [],
        edits: level.edits ?? [], keepRatio: 0,
      });
    }
    if (this.used === step.levels.length && step.fallbackValue !== undefined) {
      return decision("recovered", {
        strategyUsed: "graceful_degradation", result: step.fallbackValue, degraded: true, local: true,
      });
    }
    reasons.push("graceful_degradation: no level is left");
    return undefined;
  }

  private correct(step: CorrectionStep, asked: Asked): Decision | undefined {
    const { subjectField } = asked;
    const text = subjectField ? getPath(asked.state, subjectField) : undefined;
    if (typeof text !== "string") {
      asked.reasons.push("error_correction: there is no text to correct");
      return undefined;
    }
    const correctedText = this.used === 0 ? corrected(step, text) : undefined;
    if (correctedText === undefined) {
      asked.reasons.push("error_correction: it changes nothing");
      return undefined;
    }
    return act({
      kind: "error_correction", subjectField, correctedText, unifiedDiff: "", applied: [],
      edits: [{ path: subjectField, operation: "set", value: correctedText }],
    });
  }

  private escalate(step: EscalationStep, { details, reasons }: Asked): Decision | undefined {
    if (this.used) {
      reasons.push("escalation: people were told");
      return undefined;
    }
    return decision("escalated", {
      strategyUsed: "escalation", local: true,
      action: {
        kind: "escalation", incidentId: "", pauseWorkflow: step.pauseWorkflow,
        priority: step.priority ?? "medium", assignee: step.assignee, channels: step.channels,
        joined: false,
      },
      errorMessage: `escalated: ${details.exceptionType}: ${details.message}`,
    });
  }
}

/** The first run of another target is no retry. */
function runsSameTarget({ disposition, action }: Decision): boolean {
  return disposition === "act" && action?.kind !== "alternative_path";
}

/** The corrected text; undefined where nothing changes, a guard does not hold, a second run would
 * change it again, or it cannot be told here. */
export function corrected(step: CorrectionStep, text: string): string | undefined {
  const rewritten = (source: string) => step.rewrites.reduce(rewrite, source);
  const fresh = rewritten(text);
  const holds = step.mustMatchAfter.every((pattern) => found(pattern, fresh) === true)
    && step.mustNotMatchAfter.every((pattern) => found(pattern, fresh) === false);
  return fresh !== text && holds && rewritten(fresh) === fresh ? fresh : undefined;
}

function rewrite(text: string, { pattern = "", ...how }: Rewrite): string {
  if (how.fixer) return text;
  if (!(how.onlyIfTextMatches ?? []).every((one) => found(one, text) === true)) return text;
  if (!(how.unlessTextMatches ?? []).every((one) => found(one, text) === false)) return text;
  const expression = toRegExp(pattern);
  if (!expression) return text;
  if (how.replacement !== undefined) {
    return how.replacement.includes("${error.") ? text : replaceAll(expression, text, how.replacement);
  }
  return expression.test(text) ? (how.prepend ?? "") + text + (how.append ?? "") : text;
}

function act(action: Action): Decision {
  return decision("act", {
    strategyUsed: action.kind, action, local: true,
    classification: classification({ recommendedStrategy: action.kind }),
  });
}

// Mode "observe": asks about each failure in the background and obeys nothing. ObservedRecovery runs
// the caller's own plan; Observed alone serves a loop that the caller has written itself.
import { randomUUID } from "node:crypto";
import type { Question } from "./asking.js";
import { Attempt } from "./attempt.js";
import type { Core } from "./core.js";
import { describe, looksTemporary } from "./describe.js";
import { AskError, CircuitOpenError, chain, isAbort } from "./errors.js";
import { LocalSteps } from "./local-steps.js";
import { delayOf, type Decision, type Disagreement, type ErrorDetails, type Recovered } from "./model.js";
import { holdValid, stepsOf, type Operation, type Options } from "./options.js";
import type { Site } from "./sites.js";
import type { Outcome } from "./words.js";

const AGREE_MS = 1000; // Waits that differ by less, or by less than half, agree.

interface Noted {
  error: unknown;
  question: Question;
  asked: boolean;
  decision?: Decision;
  done: "ran_again" | "ended";
  delayMs?: number;
}

/** One operation that fails and goes on by its caller's own rules: `failed` after each failure,
 * `retrying` when it is run again, and once at the end `succeeded`, `gaveUp` or `cancelled`. Nothing
 * here waits. */
export class Observed {
  private failures: Noted[] = [];
  private token = "";
  private outcome: Outcome | undefined;
  private since: number;
  private asking = false;

  /** @internal */
  constructor(
    private readonly core: Core, private readonly options: Options, private readonly site: Site,
  ) {
    this.since = core.now();
  }

  /** An attempt failed. */
  failed(error: unknown, timeRemainingMs?: number): ErrorDetails {
    const { core, options, site } = this;
    const plain = describe(error, options.sendStack);
    const details = options.mapError?.(error, plain) ?? plain;
    core.sites.countFailure(site, looksTemporary(error, details), core.now());
    if (!this.failures.length) this.since = core.now();
    this.failures.push({
      error, asked: false, done: "ended",
      question: {
        options, details, target: site.target, state: undefined, token: "", requestId: randomUUID(),
        timeRemainingMs, circuitOpen: false, sums: core.sites.take(site, core.now()),
        steps: stepsOf(options.policyFor?.(error, details) ?? options.policy),
      },
    });
    this.pump();
    return details;
  }

  /** The operation is run again after so long. */
  retrying(delayMs = 0): void {
    const last = this.failures.at(-1);
    if (!last) return;
    last.done = "ran_again";
    last.delayMs = delayMs;
  }

  /** The operation has its value. */
  succeeded(): void {
    this.core.sites.countSuccess(this.site, this.core.now());
    this.end("success");
  }

  /** The operation ended with its error. */
  gaveUp(): void {
    this.end("failure");
  }

  /** It was cancelled. */
  cancelled(): void {
    this.end("cancelled");
  }

  private end(outcome: Outcome): void {
    if (this.outcome) return;
    this.outcome = outcome;
    this.pump();
  }

  /** Asks about the next failure, one after the other, so that each question carries the token of
   * the answer before. */
  private pump(): void {
    while (!this.asking) {
      const next = this.failures.find((one) => !one.asked);
      if (!next) {
        this.finish();
        return;
      }
      next.asked = true;
      this.asking = this.core.askInBackground(
        { ...next.question, token: this.token }, (answer) => this.told(next, answer));
    }
  }

  private told(failure: Noted, answer: Decision | AskError): void {
    if (answer instanceof AskError) {
      this.core.tell("askFailed", this.options, answer);
    } else {
      failure.decision = answer;
      this.token = answer.recoveryToken || this.token;
      this.core.tell("decision", this.options, answer);
    }
    this.asking = false;
    this.pump();
  }

  private finish(): void {
    if (!this.outcome) return;
    const failures = this.failures;
    this.failures = [];
    if (this.token) {
      this.core.report(this.token, this.outcome, Math.max(0, this.core.now() - this.since));
      this.token = "";
    }
    for (const failure of failures) {
      const disagreement = failure.decision && disagreementOf(failure, failure.decision);
      if (disagreement) this.core.tell("disagreement", this.options, disagreement);
    }
  }
}

function disagreementOf(failure: Noted, decision: Decision): Disagreement | undefined {
  const { disposition, action, strategyUsed } = decision;
  const goesOn = disposition === "act" || disposition === "recovered" || disposition === "wait_for_human";
  const decidedDelayMs = disposition === "act" && action ? delayOf(decision) : undefined;
  const { error, done, delayMs: doneDelayMs } = failure;
  if (done === "ended" ? !goesOn : action?.kind === "retry" && agree(decidedDelayMs ?? 0, doneDelayMs ?? 0)) {
    return undefined;
  }
  return { error, decision, decided: goesOn ? strategyUsed : "ended", done, decidedDelayMs, doneDelayMs };
}

function agree(a: number, b: number): boolean {
  const gap = Math.abs(a - b);
  return gap <= AGREE_MS || gap <= Math.max(a, b) / 2;
}

/** Runs the caller's own plan, of which the retries count, and tells what happens. */
export class ObservedRecovery<T, S> {
  private readonly observed: Observed;
  private readonly local: LocalSteps;
  private readonly deadline: number;
  private first: unknown;
  private timeoutMs = Infinity; // Of the next attempt, as the plan says.

  constructor(
    private readonly core: Core, private readonly options: Options<T, S>,
    private readonly operation: Operation<T, S>, private readonly site: Site, began: number,
  ) {
    this.observed = new Observed(core, options, site);
    this.local = new LocalSteps(stepsOf(options.policy), () => core.random(), options);
    this.deadline = began + (options.timeBudgetMs ?? Infinity);
  }

  async run(): Promise<Recovered<T>> {
    for (let runs = 1; ; runs++) {
      const recovered = await this.attempt(runs);
      if (recovered) return recovered;
    }
  }

  /** One attempt, with the wait after it; undefined: it is to be run again. */
  private async attempt(number: number): Promise<Recovered<T> | undefined> {
    const { core, observed, site, options: { breaker, signal, state, validate } } = this;
    const attempt = new Attempt<S>(number, site.target, state as S, this.timeout(), signal, core.clock);
    try {
      signal?.throwIfAborted();
      breaker?.beforeCall();
      const value = await this.operation(attempt);
      if (validate) await holdValid(validate, value);
      breaker?.succeeded();
      observed.succeeded();
      return { value, attempts: number, degraded: false };
    } catch (error) {
      if (!(error instanceof CircuitOpenError)) breaker?.failed(error);
      if (signal?.aborted || (isAbort(error) && !attempt.timedOut)) {
        observed.cancelled();
        throw signal?.aborted ? signal.reason : error;
      }
      await this.failed(error);
      return undefined;
    } finally {
      attempt.end();
    }
  }

  /** Waits as the caller's own plan says, or throws the error. */
  private async failed(error: unknown): Promise<void> {
    const { observed, options } = this;
    const delayMs = this.ownDelay(error, observed.failed(error, this.left()));
    if (delayMs === undefined) {
      observed.gaveUp();
      chain(error, this.first);
      throw error;
    }
    this.first ??= error;
    observed.retrying(delayMs);
    try {
      if (delayMs > 0) await this.core.clock.sleep(delayMs, options.signal);
    } catch (reason) {
      observed.cancelled();
      throw reason;
    }
  }

  private ownDelay(error: unknown, details: ErrorDetails): number | undefined {
    if (error instanceof CircuitOpenError || this.options.shouldRecover?.(error) === false) return undefined;
    const { action } = this.local.next(details, this.site.target);
    if (action?.kind !== "retry" || action.delayMs >= (this.left() ?? Infinity)) return undefined;
    this.timeoutMs = action.timeoutMs ?? Infinity;
    return action.delayMs;
  }

  private timeout(): number | undefined {
    const ms = Math.min(this.timeoutMs, this.left() ?? Infinity);
    return ms === Infinity ? undefined : ms;
  }

  private left(): number | undefined {
    return this.deadline === Infinity ? undefined : this.deadline - this.core.now();
  }
}

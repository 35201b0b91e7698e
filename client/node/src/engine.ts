// One recovery, from the first attempt to its end, as docs/client-behaviour.md says.
import { randomUUID } from "node:crypto";
import type { Question } from "./asking.js";
import { Attempt } from "./attempt.js";
import { planDelay } from "./backoff.js";
import type { Core } from "./core.js";
import { describe, looksTemporary } from "./describe.js";
import { applyEdits } from "./edits.js";
import {
  AskError, CircuitOpenError, RemediationError, Skipped, attachDecision, chain, isAbort,
} from "./errors.js";
import { LocalSteps } from "./local-steps.js";
import {
  SMALL_DEFAULT, delayOf, type Alternative, type CorrectionAction, type Decision,
  type DegradationAction, type Edit, type ErrorDetails, type EscalationAction, type Recovered,
  type Resolution,
} from "./model.js";
import {
  asDeclared, holdValid, runnerOf, stepsOf, type Operation, type Options,
} from "./options.js";
import type { Site } from "./sites.js";
import type { Step } from "./steps.js";
import type { FailureCategory, Outcome } from "./words.js";

const MAX_QUESTIONS = 200; // Of one recovery: a broken server cannot hold a caller.
const POLL_MS = 30_000;
const FIRST_POLL_PAUSE_MS = 1000;
const MAX_POLL_PAUSE_MS = 30_000;
const EMPTY_POLL_PAUSE_MS = 100; // After an answer that says nothing yet.
const MAX_HUMAN_WAIT_MS = 24 * 3_600_000;
const AGAINST_TARGET: readonly FailureCategory[] = ["connection", "timeout", "transient"];

/** Where a decision leads: run the operation, look at the circuit by asking again, or ask about
 * another error. */
type Verdict = "run" | "recheck" | "ask";

/** A first attempt that ran and failed. */
export interface Failure {
  error: unknown;
  timedOut: boolean;
  slow: boolean;
}

/** The recovery is over: `error` is what the caller gets. */
class Ended {
  constructor(readonly error: unknown, readonly outcome: Outcome) {}
}

export class Recovery<T, S> {
  private readonly deadline: number | undefined;
  private readonly signal: AbortSignal | undefined;
  private state: S;
  private alternative: Alternative | undefined;
  private readonly targets = new Set<string>(); // Called so far.
  private edits: readonly Edit[] = [];
  private disabled: readonly string[] = [];
  private keepRatio = 1;
  private timeoutMs: number | undefined; // Of the next attempt, as decided.
  private runs = 0;
  private failed = false; // Something failed: `first` and `last` say what.
  private first: unknown;
  private last: unknown;
  private lastTimedOut = false;
  private uncounted = false; // The last failure is not counted yet.
  private slow = false;
  private details: ErrorDetails | undefined;
  private failedSince: number;
  private token = "";
  private decision: Decision | undefined;
  private trial = false;
  private questions = 0;
  private localRetries = 0;
  private localDelay = 0;
  private steps: readonly Step[];
  private local: LocalSteps | undefined;

  /** `began`: when the operation did. */
  constructor(
    private readonly core: Core, private readonly options: Options<T, S>,
    private readonly operation: Operation<T, S>, private site: Site, began: number,
  ) {
    this.deadline = options.timeBudgetMs === undefined ? undefined : began + options.timeBudgetMs;
    this.signal = options.signal;
    this.state = options.state as S;
    this.failedSince = began;
    this.steps = stepsOf(options.policy);
  }

  // --- The whole ---

  /** Runs to the end. `failure`: the first attempt ran and failed so. */
  async run(failure?: Failure): Promise<Recovered<T>> {
    try {
      const recovered = await this.loop(failure);
      this.report("success");
      return recovered;
    } catch (thrown) {
      if (!(thrown instanceof Ended)) { // The signal's reason, or what a function of the caller's threw.
        this.report("cancelled");
        throw thrown;
      }
      this.report(thrown.outcome);
      throw thrown.outcome === "cancelled" ? thrown.error : this.own(thrown.error);
    }
  }

  private async loop(failure: Failure | undefined): Promise<Recovered<T>> {
    if (failure) {
      this.runs = 1;
      this.took(failure);
    }
    let run = !failure;
    let circuitOpen = false;
    for (;;) {
      if (run) {
        circuitOpen = !this.trial && this.core.sites.gates(this.site, this.now());
        const recovered = circuitOpen ? undefined : await this.attempt();
        if (recovered) return recovered;
      }
      const verdict = await this.decide(circuitOpen);
      if (typeof verdict === "object") return verdict;
      run = verdict === "run";
      circuitOpen = verdict === "recheck";
    }
  }

  private async attempt(): Promise<Recovered<T> | undefined> {
    const { core, options, alternative } = this;
    const breaker = alternative ? undefined : options.breaker;
    this.signal?.throwIfAborted();
    try {
      breaker?.beforeCall();
    } catch (error) {
      throw new Ended(error, "failure");
    }
    const left = this.left();
    const timeoutMs = this.timeoutMs === undefined ? left : Math.min(this.timeoutMs, left ?? Infinity);
    const attempt = new Attempt<S>(this.runs += 1, this.site.target, this.state, timeoutMs, this.signal,
      core.clock, alternative, this.edits, this.disabled, this.keepRatio);
    const began = this.now();
    try {
      const value = await runnerOf(options, this.operation, alternative)(attempt);
      if (options.validate) await holdValid(options.validate, value);
      breaker?.succeeded();
      this.called();
      if (this.tookLong(began)) core.sites.countSlow(this.site);
      core.sites.countSuccess(this.site, this.now());
      return { value, attempts: this.runs, degraded: false, decision: this.decision };
    } catch (error) {
      breaker?.failed(error);
      this.took({ error, timedOut: attempt.timedOut, slow: this.tookLong(began) });
      return undefined;
    } finally {
      attempt.end();
      this.edits = [];
      this.timeoutMs = undefined;
      this.trial = false;
    }
  }

  /** Retries earn no retries: only a target's first call of this recovery fills its budget. */
  private called(): void {
    if (this.targets.has(this.site.target)) this.site.again += 1;
    this.targets.add(this.site.target);
  }

  private tookLong(began: number): boolean {
    const { slowCallMs } = this.options;
    return slowCallMs !== undefined && this.now() - began >= slowCallMs;
  }

  /** What an attempt's error means; a cancelled one ends everything. */
  private took({ error, timedOut, slow }: Failure): void {
    if (this.signal?.aborted) throw this.signal.reason;
    if (isAbort(error) && !timedOut) throw new Ended(error, "cancelled");
    this.called();
    this.slow = slow;
    this.note(error, true, timedOut);
    const { shouldRecover } = this.options;
    if (error instanceof CircuitOpenError || (shouldRecover && !shouldRecover(error))) {
      this.count(undefined);
      throw this.ended("failure");
    }
  }

  private note(error: unknown, counts: boolean, timedOut = false): void {
    if (!this.failed) {
      this.failed = true;
      this.first = error;
      this.failedSince = this.now();
    }
    this.last = error;
    this.lastTimedOut = timedOut;
    const { options } = this;
    const details = describe(error, options.sendStack);
    this.details = options.mapError?.(error, details) ?? details;
    this.uncounted = counts;
    if (options.policyFor) {
      this.steps = stepsOf(options.policyFor(error, this.details));
      this.local = undefined;
    }
  }

  // --- Asking ---

  private async decide(circuitOpen: boolean): Promise<Verdict | Recovered<T>> {
    const left = this.left();
    this.questions += 1;
    if (this.questions > MAX_QUESTIONS || (left !== undefined && left <= 0)) {
      this.count(undefined);
      throw this.ended("abandoned");
    }
    const decided = await this.ask(circuitOpen, left);
    if (!decided) return this.goOnLocally(circuitOpen);
    this.decision = decided;
    this.token = decided.recoveryToken || this.token;
    if (decided.localPlan) this.core.advice.learn(this.site.target, decided.localPlan, this.now());
    this.core.tell("decision", this.options, decided);
    return this.obey(decided);
  }

  private async ask(circuitOpen: boolean, left: number | undefined): Promise<Decision | undefined> {
    const { core } = this;
    if (!core.connected || !core.askBreaker.begin(this.now())) {
      this.count(undefined);
      return undefined;
    }
    const timeoutMs = Math.min(core.askTimeoutMs, left ?? Infinity);
    // The failed call goes with the question when it is clear which it is.
    if (this.details && this.looksTemporary()) this.count(undefined);
    const question: Question = {
      options: this.options, details: this.details, target: this.site.target, state: this.state,
      token: this.token, requestId: randomUUID(), timeRemainingMs: left, circuitOpen,
      sums: core.sites.take(this.site, this.now()), steps: this.steps,
    };
    let answer = await this.put(question, timeoutMs);
    if (answer instanceof AskError && answer.refusedToken && question.token) {
      this.token = "";
      if (!core.askBreaker.begin(this.now())) {
        this.count(undefined);
        return undefined;
      }
      answer = await this.put({ ...question, token: "", sums: undefined }, timeoutMs);
    }
    if (answer instanceof AskError) {
      core.tell("askFailed", this.options, answer);
      this.count(undefined);
      return undefined;
    }
    this.count(answer);
    return answer;
  }

  private async put(question: Question, timeoutMs: number): Promise<Decision | AskError> {
    let answered: boolean | undefined;
    try {
      const answer = await this.core.link().ask(question, timeoutMs, this.signal);
      answered = true;
      return answer;
    } catch (error) {
      this.signal?.throwIfAborted();
      const failed = error instanceof AskError ? error : new AskError("INTERNAL", String(error));
      answered = !failed.unavailable;
      return failed;
    } finally {
      this.core.askBreaker.end(answered, this.now());
    }
  }

  private looksTemporary(): boolean {
    return this.details !== undefined && looksTemporary(this.last, this.details, this.lastTimedOut);
  }

  /** Counts the failed attempt, once. */
  private count(decided: Decision | undefined): void {
    if (!this.uncounted) return;
    this.uncounted = false;
    const against = decided
      ? AGAINST_TARGET.includes(decided.classification.category) : this.looksTemporary();
    this.core.sites.countFailure(this.site, against, this.now(), this.slow);
  }

  // --- Obeying ---

  private async obey(decided: Decision): Promise<Verdict | Recovered<T>> {
    const { action } = decided;
    switch (decided.disposition) {
      case "act":
        if (!action) break;
        return this.act(decided);
      case "recovered": return this.standIn(decided);
      case "wait_for_human":
        if (action?.kind !== "escalation") break;
        if (!this.options.awaitHuman) throw this.ended("failure");
        return this.awaitHuman(action);
      case "escalated": case "give_up": throw this.ended("failure");
      case "unspecified": break;
    }
    throw this.ended("abandoned");
  }

  private async act(decided: Decision): Promise<Verdict> {
    this.holdToIdempotency(decided);
    const { core, options } = this;
    const action = decided.action!;
    switch (action.kind) {
      case "retry":
        if (action.remediation && !await this.remediate(action.remediation)) return "ask";
        this.timeoutMs = action.timeoutMs;
        break;
      case "alternative_path":
        this.alternative = asDeclared(options, action.alternative);
        this.site = core.site(this.alternative.target || this.alternative.name);
        break;
      case "graceful_degradation": case "error_correction":
        if (!await this.edit(action)) return "ask";
        break;
      default: throw this.ended("abandoned");
    }
    await this.wait(delayOf(decided));
    this.trial = decided.trial;
    return decided.recheck ? "recheck" : "run";
  }

  /** What the caller declared stands above any answer. */
  private holdToIdempotency(decided: Decision): void {
    if (this.options.idempotency === "not_idempotent" && this.runs && !decided.classification.notExecuted) {
      throw this.ended("abandoned");
    }
  }

  private async remediate(name: string): Promise<boolean> {
    const { remediations = {} } = this.options;
    if (!Object.hasOwn(remediations, name)) {
      this.note(new RemediationError(`the remediation '${name}' is not declared`), false);
      return false;
    }
    return this.handle(async () => void await remediations[name]!());
  }

  private async edit(action: DegradationAction | CorrectionAction): Promise<boolean> {
    if (action.kind === "graceful_degradation") {
      this.disabled = action.disableFeatures;
      this.keepRatio *= action.keepRatio || 1;
    }
    this.edits = action.edits;
    this.state = applyEdits(this.state, action.edits);
    const { onDegrade, onCorrect } = this.options;
    const given = action.kind === "graceful_degradation"
      ? () => onDegrade?.(action, this.state) : () => onCorrect?.(action, this.state);
    return this.handle(async () => {
      const changed = await given();
      if (changed !== undefined) this.state = changed as S;
    });
  }

  /** Runs a handler of the caller's; false: it failed, which is asked about like a failed attempt. */
  private async handle(handler: () => Promise<void>): Promise<boolean> {
    try {
      await handler();
      return true;
    } catch (error) {
      this.signal?.throwIfAborted();
      this.note(error, false);
      return false;
    }
  }

  private standIn(decided: Decision): Recovered<T> {
    let value = decided.result as T;
    try {
      if (this.options.fromValue) value = this.options.fromValue(value);
    } catch {
      throw this.ended("abandoned");
    }
    const { degraded, resultAgeMs } = decided;
    return { value, attempts: this.runs, degraded, resultAgeMs, decision: decided };
  }

  private async wait(ms: number): Promise<void> {
    const left = this.left();
    if (left !== undefined && ms >= left) throw this.ended("abandoned");
    if (ms > 0) await this.core.clock.sleep(ms, this.signal);
  }

  // --- People ---

  private async awaitHuman(incident: EscalationAction): Promise<Verdict> {
    const { awaitHuman, maxHumanWaitMs = MAX_HUMAN_WAIT_MS } = this.options;
    const until = Math.min(this.now() + maxHumanWaitMs, this.deadline ?? Infinity);
    if (typeof awaitHuman === "function") awaitHuman(incident);
    let pause = FIRST_POLL_PAUSE_MS;
    for (;;) {
      const left = until - this.now();
      if (left <= 0) throw this.ended("abandoned");
      const answer = await this.poll(incident.incidentId, Math.min(POLL_MS, left));
      let wait = pause;
      if (answer instanceof AskError) {
        pause = Math.min(2 * pause, MAX_POLL_PAUSE_MS);
      } else {
        this.token = answer.token || this.token;
        if (answer.resolution) return this.resolve(answer.resolution);
        pause = FIRST_POLL_PAUSE_MS;
        wait = EMPTY_POLL_PAUSE_MS;
      }
      if (wait >= until - this.now()) throw this.ended("abandoned");
      await this.core.clock.sleep(wait, this.signal);
    }
  }

  /** One poll; an AskError is one that may be repeated. */
  private async poll(incidentId: string, waitMs: number) {
    try {
      return await this.core.link().poll(incidentId, this.token, waitMs, this.signal);
    } catch (error) {
      this.signal?.throwIfAborted();
      if (error instanceof AskError && this.core.connected
        && (error.unavailable || error.code === "ABORTED")) return error;
      throw this.ended("abandoned");
    }
  }

  private resolve(resolution: Resolution): Verdict {
    switch (resolution.action) {
      case "skip": throw new Ended(new Skipped(resolution.note), "failure");
      case "resume":
        this.state = resolution.state as S;
        return "run";
      case "retry": return "run";
      case "abort": throw this.ended("failure");
    }
  }

  // --- Without Recourse ---

  private async goOnLocally(circuitOpen: boolean): Promise<Verdict | Recovered<T>> {
    const { core, options, site: { target } } = this;
    const end: Outcome = core.connected ? "abandoned" : "failure";
    if (options.idempotency === "not_idempotent" && this.runs) throw this.ended(end);
    if (this.steps.length && this.details) return this.ownSteps(this.details);
    const known = core.advice.plan(target, this.now());
    if (!known && !circuitOpen && !this.looksTemporary()) throw this.ended(end);
    const plan = known ?? SMALL_DEFAULT;
    if (this.localRetries >= plan.maxRetries || !this.pay()) throw this.ended(end);
    this.localDelay = planDelay(plan, this.localRetries, this.localDelay, core.random());
    this.localRetries += 1;
    await this.wait(Math.max(this.localDelay, this.details?.retryAfterMs ?? 0));
    return "run";
  }

  /** The caller's own plan stands above our small default. */
  private async ownSteps(details: ErrorDetails): Promise<Verdict | Recovered<T>> {
    const { core, options } = this;
    this.local ??= new LocalSteps(this.steps, () => core.random(), options);
    const decided = this.local.next(details, this.site.target, this.state, options.subjectField,
      () => !core.connected || this.pay());
    this.decision = decided;
    core.tell("decision", options, decided);
    return this.obey(decided);
  }

  private pay(): boolean {
    const { advice, sites } = this.core;
    advice.addFirstAttempts(this.site.target, sites.newFirstCalls(this.site));
    return advice.takeRetry(this.site.target);
  }

  // --- Ends ---

  private ended(outcome: Outcome): Ended {
    if (this.failed) return new Ended(this.last, outcome);
    // It never ran.
    const retryInMs = this.core.sites.openRemaining(this.site, this.now());
    return new Ended(new CircuitOpenError(this.site.target, retryInMs), outcome);
  }

  /** The error as the caller gets it: with the first one as its cause, and the last decision. */
  private own(error: unknown): unknown {
    if (this.failed) chain(error, error instanceof Skipped ? this.last : this.first);
    attachDecision(error, this.decision);
    return error;
  }

  private report(outcome: Outcome): void {
    if (!this.token) return;
    this.core.report(this.token, outcome, Math.max(0, this.now() - this.failedSince));
    this.token = "";
  }

  private now(): number {
    return this.core.now();
  }

  private left(): number | undefined {
    return this.deadline === undefined ? undefined : this.deadline - this.now();
  }
}

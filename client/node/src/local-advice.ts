// What a client remembers so that it can do without Recourse for a while.
import { SMALL_DEFAULT, type LocalPlan } from "./model.js";

const MAX_TARGETS = 1000;
const MAX_BUDGET = 10; // Local retries kept; also what a target starts with.
const FAILURES_TO_BYPASS = 3;
const BYPASS_MS = 4000;
const MAX_QUESTIONS_IN_FLIGHT = 64;

interface Entry {
  plan?: LocalPlan;
  validUntil: number;
  budget: number;
}

/** The last local plan and the retry budget of each target. The budget is that of gRPC proposal
 * A6, refilled by first attempts. */
export class LocalAdvice {
  private readonly entries = new Map<string, Entry>();

  /** Remembers the plan of a decision. */
  learn(target: string, plan: LocalPlan, now: number): void {
    const entry = this.entry(target);
    entry.plan = plan;
    entry.validUntil = now + plan.validForMs;
  }

  /** The plan that holds for the target. */
  plan(target: string, now: number): LocalPlan | undefined {
    const entry = this.entries.get(target);
    return entry && now < entry.validUntil ? entry.plan : undefined;
  }

  /** Fills the budget by what `count` first attempts pay in. */
  addFirstAttempts(target: string, count: number): void {
    const entry = this.entry(target);
    const ratio = (entry.plan ?? SMALL_DEFAULT).retryBudgetRatio;
    entry.budget = Math.min(MAX_BUDGET, entry.budget + ratio * count);
  }

  /** Pays for one local retry; false: the budget is spent. */
  takeRetry(target: string): boolean {
    const entry = this.entry(target);
    if (entry.budget < 1) return false;
    entry.budget -= 1;
    return true;
  }

  private entry(target: string): Entry {
    let entry = this.entries.get(target);
    if (!entry) {
      if (this.entries.size >= MAX_TARGETS) { // The oldest makes room.
        this.entries.delete(this.entries.keys().next().value!);
      }
      entry = { validUntil: 0, budget: MAX_BUDGET };
      this.entries.set(target, entry);
    }
    return entry;
  }
}

/** Whether Recourse may be asked: not for 4 s after 3 failed questions in a row, then by one probe;
 * and never by more than 64 at once. */
export class AskBreaker {
  private failures = 0;
  private closedUntil = 0;
  private probing = false;
  private inFlight = 0;

  /** Takes the right to one question, to be ended by `end`; or says no. */
  begin(now: number): boolean {
    if (this.inFlight >= MAX_QUESTIONS_IN_FLIGHT) return false;
    if (this.failures >= FAILURES_TO_BYPASS) {
      if (now < this.closedUntil || this.probing) return false;
      this.probing = true;
    }
    this.inFlight += 1;
    return true;
  }

  /** The server was heard of by another way: a probe may go at once. */
  alive(): void {
    this.closedUntil = 0;
  }

  /** The question's fate; undefined: it was cancelled, which says nothing. */
  end(answered: boolean | undefined, now: number): void {
    this.inFlight -= 1;
    this.probing = false;
    if (answered === undefined) return;
    this.failures = answered ? 0 : this.failures + 1;
    if (this.failures >= FAILURES_TO_BYPASS) this.closedUntil = now + BYPASS_MS;
  }
}

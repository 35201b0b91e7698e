// A circuit breaker of this process alone. Where a server is configured, circuits of all callers
// stand behind `recover` anyway; this one is for what only this process knows.
import { CircuitOpenError, isAbort } from "./errors.js";

export interface CircuitBreakerOptions {
  /** Failures in a row that open it. 1 or more, default 5. */
  failureThreshold?: number;
  /** How long it stays open. Default 60000. */
  openMs?: number;
  /** Successes of trials that close it. 1 or more, default 2. */
  successThreshold?: number;
  /** For errors. */
  name?: string;
  /** Whether an error counts. Left out: every one but cancellation. */
  counts?: (error: unknown) => boolean;
  onStateChange?: (state: BreakerState) => void;
  /** Milliseconds that only grow; for tests. */
  now?: () => number;
}

export type BreakerState = "closed" | "open" | "half_open";

/** closed --failureThreshold failures in a row--> open --openMs--> half_open --successThreshold
 * successes--> closed; a failure in half_open opens it again. half_open lets one call at a time
 * pass. A call that may not pass is rejected with a CircuitOpenError. */
export class CircuitBreaker {
  readonly name: string;
  /** @internal True while a success must be noticed: after a failure, and when not closed. All that
   * a call reads when things go well. */
  watchful = false;
  private readonly failureThreshold: number;
  private readonly openMs: number;
  private readonly successThreshold: number;
  private readonly counts: (error: unknown) => boolean;
  private readonly onStateChange: ((state: BreakerState) => void) | undefined;
  private readonly now: () => number;
  private standing: BreakerState = "closed";
  private failures = 0;
  private successes = 0;
  private openUntil = 0;
  private trial = false;

  constructor(options: CircuitBreakerOptions = {}) {
    const { failureThreshold = 5, openMs = 60_000, successThreshold = 2 } = options;
    if (!(failureThreshold >= 1)) throw new RangeError(`failureThreshold must be 1 or more, is ${failureThreshold}`);
    if (!(successThreshold >= 1)) throw new RangeError(`successThreshold must be 1 or more, is ${successThreshold}`);
    if (!(openMs >= 0)) throw new RangeError(`openMs must be 0 or more, is ${openMs}`);
    this.failureThreshold = failureThreshold;
    this.openMs = openMs;
    this.successThreshold = successThreshold;
    this.name = options.name ?? "";
    this.counts = options.counts ?? ((error) => !isAbort(error));
    this.onStateChange = options.onStateChange;
    this.now = options.now ?? (() => performance.now());
  }

  /** How it stands now. */
  get state(): BreakerState {
    return this.standing === "open" && this.now() >= this.openUntil ? "half_open" : this.standing;
  }

  /** Failures in a row. */
  get failureCount(): number {
    return this.failures;
  }

  /** Calls the function, if the circuit lets calls pass. */
  async call<T>(operation: () => T | PromiseLike<T>): Promise<T> {
    this.beforeCall();
    let value: T;
    try {
      value = await operation();
    } catch (error) {
      this.failed(error);
      throw error;
    }
    this.succeeded();
    return value;
  }

  /** The function with the circuit in front of it. */
  wrap<A extends unknown[], T>(operation: (...args: A) => T | PromiseLike<T>): (...args: A) => Promise<T> {
    return (...args) => this.call(() => operation(...args));
  }

  /** Closes it and forgets what was counted. */
  reset(): void {
    this.close();
  }

  /** Throws a CircuitOpenError when a call may not pass; one that may is to be followed by
   * `succeeded` or `failed`. */
  beforeCall(): void {
    if (!this.watchful) return;
    if (this.standing === "open") {
      const left = this.openUntil - this.now();
      if (left > 0) throw new CircuitOpenError(this.name, left);
      this.successes = 0;
      this.trial = false;
      this.become("half_open");
    }
    if (this.standing !== "half_open") return;
    if (this.trial) throw new CircuitOpenError(this.name, 0);
    this.trial = true;
  }

  /** A call ended well. */
  succeeded(): void {
    if (!this.watchful) return;
    this.trial = false;
    this.failures = 0;
    if (this.standing === "half_open" && ++this.successes < this.successThreshold) return;
    if (this.standing !== "open") this.close();
  }

  /** A call ended badly, or was cancelled. */
  failed(error: unknown): void {
    this.trial = false;
    if (!this.counts(error)) return;
    this.watchful = true;
    this.failures += 1;
    if (this.standing === "half_open" || this.failures >= this.failureThreshold) {
      this.openUntil = this.now() + this.openMs;
      this.become("open");
    }
  }

  private close(): void {
    this.failures = this.successes = 0;
    this.trial = this.watchful = false;
    this.become("closed");
  }

  private become(state: BreakerState): void {
    if (this.standing === state) return;
    this.standing = state;
    this.onStateChange?.(state);
  }
}

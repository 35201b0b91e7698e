import type { Clock } from "./clock.js";
import type { Alternative, Edit } from "./model.js";

/** How to run an operation this time. */
export class Attempt<S = any> {
  private controller: AbortController | undefined;
  private release: (() => void) | undefined;
  private ended = false;
  /** @internal Whether its time ran out. */
  timedOut = false;

  constructor(
    /** From 1. */
    readonly number: number,
    readonly target: string,
    /** As it was given, with all edits so far. */
    readonly state: S,
    /** Time for the call: `signal` is aborted then. Undefined: no limit. */
    readonly timeoutMs: number | undefined,
    private readonly callerSignal: AbortSignal | undefined,
    private readonly clock: Clock,
    readonly alternative: Alternative | undefined = undefined,
    /** The last decision's. */
    readonly edits: readonly Edit[] = NONE,
    readonly disabledFeatures: readonly string[] = NONE,
    /** Share of the input, as first given, that is to be sent: what decisions to ask for less said
     * of it together. 1: all, or nothing is known. */
    readonly keepRatio: number = 1,
  ) {}

  /** The alternative's. */
  get parameters(): Readonly<Record<string, string>> {
    return this.alternative?.parameters ?? {};
  }

  /** False when the feature is to be done without. */
  enabled(feature: string): boolean {
    return !this.disabledFeatures.includes(feature);
  }

  /** Aborted when the caller cancels, and with a TimeoutError when the attempt's time is up: hand
   * it to fetch and the like. */
  get signal(): AbortSignal {
    if (!this.controller) this.arm();
    return this.controller!.signal;
  }

  private arm(): void {
    const controller = this.controller = new AbortController();
    if (this.ended) return;
    const { callerSignal, timeoutMs } = this;
    if (callerSignal?.aborted) {
      controller.abort(callerSignal.reason);
      return;
    }
    const cancelled = () => controller.abort(callerSignal!.reason);
    callerSignal?.addEventListener("abort", cancelled, { once: true });
    const stop = timeoutMs === undefined ? undefined : this.clock.after(timeoutMs, () => {
      this.timedOut = true;
      controller.abort(new DOMException("the attempt's time is up", "TimeoutError"));
    });
    this.release = () => {
      callerSignal?.removeEventListener("abort", cancelled);
      stop?.();
    };
  }

  /** @internal Nothing is held for it any more. */
  end(): void {
    this.ended = true;
    this.release?.();
    this.release = undefined;
  }
}

const NONE: readonly never[] = [];

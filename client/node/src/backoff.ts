// How long to wait before a retry: pure functions of number and chance.
import type { LocalPlan } from "./model.js";
import type { Backoff, Jitter } from "./words.js";

const MAX_EXPONENT = 64; // Beyond it any base has met any cap.

export interface Waits {
  backoff: Backoff;
  baseDelayMs: number;
  factor: number;
  maxDelayMs: number;
  jitter: Jitter;
  jitterRange: readonly [number, number];
}

/** The wait before retry k = 0, 1, 2, ..., without jitter. */
export function backoffDelay(waits: Waits, k: number): number {
  switch (waits.backoff) {
    case "none": return 0;
    case "fixed": return Math.min(waits.baseDelayMs, waits.maxDelayMs);
    case "linear": return Math.min(waits.baseDelayMs * (k + 1), waits.maxDelayMs);
    default:
      return Math.min(waits.baseDelayMs * waits.factor ** Math.min(k, MAX_EXPONENT), waits.maxDelayMs);
  }
}

/** The wait before retry k, with jitter; `last` is the wait before, `chance` in [0, 1). */
export function retryDelay(waits: Waits, k: number, last: number, chance: number): number {
  const plain = backoffDelay(waits, k);
  return Math.min(spread(waits, plain, last, chance), waits.maxDelayMs);
}

function spread(waits: Waits, plain: number, last: number, chance: number): number {
  const { baseDelayMs, jitterRange: [low, high] } = waits;
  switch (waits.jitter) {
    case "full": return plain * chance;
    case "equal": return plain * (0.5 + chance / 2);
    case "decorrelated":
      return baseDelayMs + chance * Math.max(0, 3 * (last || baseDelayMs) - baseDelayMs);
    case "range": return plain * (low + chance * (high - low));
    default: return plain;
  }
}

/** The same by a local plan. */
export function planDelay(plan: LocalPlan, k: number, last: number, chance: number): number {
  return retryDelay({ ...plan, backoff: "exponential", jitterRange: [0.8, 1.2] }, k, last, chance);
}

// Time and chance. A test replaces them by testing.FakeClock.

/** The longest time that a timer of Node's takes. */
const MAX_TIMER_MS = 0x7fff_ffff;

export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** A number in [0, 1). */
  random(): number;
  /** Waits; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back after so long, unless the function it returns was called before. The process
   * does not stay alive for it. */
  after(ms: number, callback: () => void): () => void;
}

/** The machine's. */
export const systemClock: Clock = {
  now: () => performance.now(),
  random: Math.random,
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      let left = ms;
      let timer: NodeJS.Timeout;
      const stop = () => {
        clearTimeout(timer);
        reject(signal!.reason);
      };
      const next = () => {
        if (left <= 0) {
          signal?.removeEventListener("abort", stop);
          resolve();
          return;
        }
        const slice = Math.min(left, MAX_TIMER_MS);
        left -= slice;
        timer = setTimeout(next, slice);
      };
      signal?.addEventListener("abort", stop, { once: true });
      next();
    });
  },
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, MAX_TIMER_MS));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

// What a client does beside the calls: reports, sums, circuits. It holds no caller up and keeps no
// process alive: what cannot be sent is dropped.
import type { Link } from "./asking.js";
import { AskError } from "./errors.js";
import type { CircuitChange } from "./model.js";
import type { Sites } from "./sites.js";
import type { Outcome } from "./words.js";

const MAX_WAITING_REPORTS = 1000;
const MAX_REPORTS_IN_FLIGHT = 32;
const SUMS_MS = 1000;
const FLUSH_MS = 500;
const UNIMPLEMENTED_MS = 300_000; // Then it is asked for again.
const MAX_STREAM_PAUSE_MS = 2000;

interface Report {
  token: string;
  outcome: Outcome;
  durationMs: number;
}

export interface BackgroundNeeds {
  /** The connection; made now, if it is not. */
  link(): Link;
  sites: Sites;
  now(): number;
  /** The server was heard of. */
  alive(): void;
  /** It told of a circuit. */
  circuit(change: CircuitChange): void;
}

export class Background {
  private readonly reports: Report[] = [];
  private readonly underWay = new Set<Promise<unknown>>();
  private inFlight = 0; // Reports.
  private closing = false;
  private timer: NodeJS.Timeout | undefined; // Of sums.
  private listening = false;
  private stopListening: (() => void) | undefined;
  private pauseTimer: NodeJS.Timeout | undefined;
  // The server drops a number that it has seen: a program that starts anew under the same
  // instance goes on above its last one.
  private sequence = Date.now() * 1_000;
  private quietUntil = 0; // No sums until then: the server takes none.
  private becomeSynced!: () => void;
  droppedReports = 0;
  /** The circuits are known, or not kept. */
  readonly synced = new Promise<void>((resolve) => {
    this.becomeSynced = resolve;
  });

  constructor(private readonly needs: BackgroundNeeds) {}

  /** Starts what is not running; `listen`: to circuits, too. */
  start(listen: boolean): void {
    if (this.closing) return;
    if (!this.timer) this.tickIn(SUMS_MS);
    if (listen && !this.listening) {
      this.listening = true;
      this.listen(SUMS_MS);
    }
  }

  /** Sends it soon; drops it when too many wait. */
  report(token: string, outcome: Outcome, durationMs: number): void {
    if (this.closing || this.reports.length >= MAX_WAITING_REPORTS) {
      this.droppedReports += 1;
      return;
    }
    this.reports.push({ token, outcome, durationMs });
    this.sendReports();
  }

  /** Whether something waits to be sent. */
  get pending(): boolean {
    return this.inFlight > 0 || this.reports.length > 0;
  }

  /** Sends what waits, for at most half a second. The process stays alive for that. */
  async flush(): Promise<void> {
    void this.sendSums();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FLUSH_MS);
    });
    const all = async () => {
      while (this.underWay.size) await Promise.all(this.underWay);
    };
    await Promise.race([all(), late]);
    clearTimeout(timer);
  }

  /** Flushes, and ends everything. */
  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    clearTimeout(this.timer);
    clearTimeout(this.pauseTimer);
    this.stopListening?.();
    await this.flush();
    this.becomeSynced();
  }

  // --- Reports and sums ---

  private track(work: Promise<unknown>): void {
    const tracked: Promise<unknown> = work.catch(() => undefined) // What is not sent is dropped.
      .finally(() => this.underWay.delete(tracked));
    this.underWay.add(tracked);
  }

  private sendReports(): void {
    while (this.reports.length && this.inFlight < MAX_REPORTS_IN_FLIGHT) {
      const { token, outcome, durationMs } = this.reports.shift()!;
      this.inFlight += 1;
      this.track(this.sendReport(token, outcome, durationMs).finally(() => {
        this.inFlight -= 1;
        this.sendReports();
      }));
    }
  }

  private async sendReport(token: string, outcome: Outcome, durationMs: number): Promise<void> {
    await this.needs.link().report(token, outcome, durationMs);
  }

  private tickIn(ms: number): void {
    this.timer = setTimeout(async () => {
      const nextMs = await this.sendSums();
      if (!this.closing) this.tickIn(nextMs);
    }, ms).unref();
  }

  /** Tells what was counted; returns when to tell again. */
  private async sendSums(): Promise<number> {
    const { sites, now } = this.needs;
    if (now() < this.quietUntil) return SUMS_MS;
    const sums = sites.takeAll(now()).filter(({ target }) => target);
    if (!sums.length) return SUMS_MS;
    this.sequence += 1;
    const sent = this.tell(sums);
    this.track(sent);
    return sent;
  }

  private async tell(sums: ReturnType<Sites["takeAll"]>): Promise<number> {
    const { link, sites, now, alive } = this.needs;
    try {
      const { nextMs, circuits } = await link().reportCalls(sums, this.sequence);
      alive();
      for (const circuit of circuits) sites.told(circuit, now());
      return Math.max(SUMS_MS, nextMs);
    } catch (error) {
      if (error instanceof AskError && error.code === "UNIMPLEMENTED") {
        this.quietUntil = now() + UNIMPLEMENTED_MS;
        sites.holdAlone(now());
      }
      return SUMS_MS;
    }
  }

  // --- Circuits ---

  private listen(pauseMs: number): void {
    const { sites, now, alive, circuit } = this.needs;
    let heard = false;
    const ended = (code: string) => {
      this.stopListening = undefined;
      sites.streamEnds();
      if (this.closing) return;
      let nextMs = heard ? SUMS_MS : Math.min(2 * pauseMs, MAX_STREAM_PAUSE_MS);
      if (code === "UNIMPLEMENTED") {
        sites.holdAlone(now());
        this.becomeSynced();
        nextMs = UNIMPLEMENTED_MS;
      }
      this.pauseTimer = setTimeout(
        () => this.listen(nextMs), nextMs * (0.8 + 0.2 * Math.random())).unref();
    };
    this.stopListening = this.needs.link().watch({
      heard: () => {
        if (heard) return;
        heard = true;
        sites.streamBegins();
        alive();
      },
      circuit: (change) => {
        sites.told(change, now());
        circuit(change);
      },
      synced: this.becomeSynced,
      ended,
    });
  }
}

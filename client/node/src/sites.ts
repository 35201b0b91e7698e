// What a client counts and knows of each target, all of it in memory.
import type { CircuitChange } from "./model.js";
import { gates, type CircuitState } from "./words.js";

const MAX_TARGETS = 1000; // Counted ones; further ones are not.
// The server refuses the sums of all targets where one is longer, or has no name.
const MAX_TARGET_BYTES = 256;
// The client's own breaker, for servers that do not keep circuits.
const OWN_FAILURES = 5;
const OWN_OPEN_MS = 60_000;
const OWN_SUCCESSES = 2;
const OWN_HOLDS_MS = 300_000; // Then the server is asked for circuits again.
// How long a circuit without openRemainingMs is believed while nothing is heard.
const BLIND_MS = 60_000;

/** Calls of one target that ended, to be told once. */
export interface Sums {
  target: string;
  calls: number;
  failures: number;
  slowCalls: number;
  periodMs: number;
}

interface Told {
  shared?: CircuitState;
  own?: CircuitState;
  openUntil: number;
}

/** One target of one client. The path of a call that succeeds reads `special` and adds one to
 * `calls`, nothing else. Everything but `calls` belongs to Sites. */
export class Site {
  /** Something must be looked at before the next call. */
  special = false;
  /** Ended, in all. */
  calls = 0;
  /** Its client is closed or no longer the default. */
  retired = false;
  /** Of these, runs beyond a recovery's first of this target. */
  again = 0;
  toldCalls = 0;
  toldFirst = 0;
  failures = 0; // Not told yet.
  slowCalls = 0;
  circuit: Told = { openUntil: 0 }; // As the server told last.
  inRow = 0; // Failures in a row, for the breaker of the client's own.
  ownState: "closed" | "open" | "half_open" = "closed";
  ownUntil = 0;
  ownSuccesses = 0;

  constructor(readonly target: string) {}
}

/** All of a client's sites. */
export class Sites {
  private readonly sites = new Map<string, Site>();
  private readonly circuits = new Map<string, Told>();
  private ownUntil = 0; // Until then the breaker of the client's own holds.
  private toldAt = 0;
  private streaming = false; // The server tells of circuits at this moment.

  /** The target's site; beyond MAX_TARGETS, and for a target that the server refuses, one that
   * nobody counts. */
  site(target: string): Site {
    return this.sites.get(target) ?? this.add(target);
  }

  private add(target: string): Site {
    const site = new Site(target);
    if (this.counts(target)) this.sites.set(target, site);
    const told = this.circuits.get(target);
    if (told) {
      site.circuit = told;
      this.refresh(site);
    }
    return site;
  }

  private counts(target: string): boolean {
    return this.sites.size < MAX_TARGETS && target !== "" &&
      Buffer.byteLength(target) <= MAX_TARGET_BYTES;
  }

  // --- Counting ---

  /** A call ended in an error that speaks, or not, against the target. */
  countFailure(site: Site, againstTarget: boolean, now: number, slow = false): void {
    site.calls += 1;
    if (againstTarget) site.failures += 1;
    if (slow) site.slowCalls += 1;
    if (now < this.ownUntil) this.ownResult(site, !againstTarget, now);
  }

  /** A call succeeded, but slowly; it is counted as a call elsewhere. */
  countSlow(site: Site): void {
    site.slowCalls += 1;
  }

  /** A call succeeded while the site was special. */
  countSuccess(site: Site, now: number): void {
    site.calls += 1;
    if (now < this.ownUntil) this.ownResult(site, true, now);
    this.refresh(site);
  }

  /** What was counted and not told yet; it counts as told now. */
  takeAll(now: number): Sums[] {
    const periodMs = this.toldAt ? now - this.toldAt : 1000;
    this.toldAt = now;
    const sums: Sums[] = [];
    for (const site of this.sites.values()) {
      const one = this.takeSite(site, periodMs);
      if (one) sums.push(one);
    }
    return sums;
  }

  /** The same for one target. */
  take(site: Site, now: number): Sums | undefined {
    return this.sites.get(site.target) === site
      ? this.takeSite(site, this.toldAt ? now - this.toldAt : 1000) : undefined;
  }

  private takeSite(site: Site, periodMs: number): Sums | undefined {
    const calls = site.calls - site.toldCalls;
    if (!calls && !site.failures && !site.slowCalls) return undefined;
    const sums = {
      target: site.target, calls, failures: Math.min(site.failures, calls),
      slowCalls: Math.min(site.slowCalls, calls), periodMs,
    };
    site.toldCalls = site.calls;
    site.failures = site.slowCalls = 0;
    return sums;
  }

  /** First calls since this was last asked: what fills the retry budget. Retries earn no retries. */
  newFirstCalls(site: Site): number {
    const told = site.toldFirst;
    site.toldFirst = Math.max(told, site.calls - site.again);
    return site.toldFirst - told;
  }

  // --- Circuits ---

  /** Whether a call of the target must not begin by itself. */
  gates(site: Site, now: number): boolean {
    if (now < this.ownUntil && site.ownState === "open") {
      if (now < site.ownUntil) return true;
      site.ownState = "half_open"; // This call is a trial.
      site.ownSuccesses = 0;
    }
    return toldOpen(site) && (this.streaming || now < site.circuit.openUntil);
  }

  /** The server says how a circuit stands. */
  told(change: CircuitChange, now: number): void {
    const { target, state } = change;
    const told: Told = { ...(this.circuits.get(target) ?? { openUntil: 0 }) };
    told[change.own ? "own" : "shared"] = state;
    if (gates(state)) told.openUntil = now + (change.openRemainingMs ?? BLIND_MS);
    const closed = (one?: CircuitState) => one === undefined || one === "closed";
    if (closed(told.shared) && closed(told.own)) this.circuits.delete(target);
    else this.circuits.set(target, told);
    const site = this.sites.get(target);
    if (site) {
      site.circuit = told;
      this.refresh(site);
    }
  }

  /** The circuits are told anew: those that are not told are closed. */
  streamBegins(): void {
    this.streaming = true;
    for (const target of this.circuits.keys()) {
      const site = this.sites.get(target);
      if (site) {
        site.circuit = { openUntil: 0 };
        this.refresh(site);
      }
    }
    this.circuits.clear();
  }

  /** Nothing is heard of circuits for now. */
  streamEnds(): void {
    this.streaming = false;
  }

  /** The server keeps no circuits: the client's own breaker holds. */
  holdAlone(now: number): void {
    this.ownUntil = now + OWN_HOLDS_MS;
  }

  /** Milliseconds until the circuit may close, as far as is known. */
  openRemaining(site: Site, now: number): number {
    const until = site.ownState === "closed" ? site.circuit.openUntil : site.ownUntil;
    return Math.max(0, until - now);
  }

  /** Makes whoever holds a site look for another one. */
  retire(): void {
    for (const site of this.sites.values()) site.retired = site.special = true;
  }

  /** Forgets everything. */
  clear(): void {
    this.sites.clear();
    this.circuits.clear();
  }

  private ownResult(site: Site, good: boolean, now: number): void {
    if (good) {
      site.inRow = 0;
      if (site.ownState === "half_open") {
        site.ownSuccesses += 1;
        if (site.ownSuccesses >= OWN_SUCCESSES) site.ownState = "closed";
      }
    } else {
      site.inRow += 1;
      if (site.ownState === "half_open" || site.inRow >= OWN_FAILURES) {
        site.ownState = "open";
        site.ownUntil = now + OWN_OPEN_MS;
      }
    }
    this.refresh(site);
  }

  private refresh(site: Site): void {
    site.special = site.retired || toldOpen(site) || site.inRow > 0 || site.ownState !== "closed";
  }
}

function toldOpen(site: Site): boolean {
  return gates(site.circuit.shared) || gates(site.circuit.own);
}

// What a client asks a server: link.ts does it over gRPC, testing.ts by a script.
import type { CircuitChange, Decision, ErrorDetails, Resolution } from "./model.js";
import type { Options } from "./options.js";
import type { Sums } from "./sites.js";
import type { Step } from "./steps.js";
import type { Outcome } from "./words.js";

/** A question, before it is a message. */
export interface Question {
  options: Options;
  /** Undefined: the operation did not begin. */
  details: ErrorDetails | undefined;
  target: string;
  state: unknown;
  token: string;
  requestId: string;
  timeRemainingMs: number | undefined;
  circuitOpen: boolean;
  sums: Sums | undefined;
  steps: readonly Step[];
}

/** What a poll for a person brought. */
export interface Awaited {
  resolution?: Resolution;
  token: string;
}

/** Who hears of circuits. `ended` is the last: the gRPC code's name. */
export interface CircuitListener {
  circuit(change: CircuitChange): void;
  heard(): void;
  synced(): void;
  ended(code: string): void;
}

/** A connection to a server. What fails is rejected with an AskError; what is cancelled, with the
 * signal's reason. */
export interface Link {
  ask(question: Question, timeoutMs: number, signal?: AbortSignal): Promise<Decision>;
  poll(incidentId: string, token: string, waitMs: number, signal?: AbortSignal): Promise<Awaited>;
  report(token: string, outcome: Outcome, durationMs: number): Promise<void>;
  reportCalls(sums: readonly Sums[], sequence: number): Promise<{ nextMs: number; circuits: CircuitChange[] }>;
  /** Returns what ends it. */
  watch(listener: CircuitListener): () => void;
  close(): void;
}

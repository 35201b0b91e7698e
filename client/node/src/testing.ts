// For tests of programs that recover: nothing sleeps, nothing is sent.
import type { Awaited, Link, Question } from "./asking.js";
import { Client, useClient, type ClientSettings } from "./client.js";
import type { Clock } from "./clock.js";
import { AskError } from "./errors.js";
import { decision, type Decision, type Edit, type Resolution } from "./model.js";
import type { Outcome } from "./words.js";

export { applyEdits } from "./edits.js";

/** Time that passes only when something waits; chance that is always 0.5. */
export class FakeClock implements Clock {
  readonly waits: number[] = [];
  chance = 0.5;
  private readonly timers = new Set<{ at: number; callback: () => void }>();

  /** `onWait(k)` is called in the k-th wait, from 1. */
  constructor(private readonly onWait?: (wait: number) => void, private time = 1_000_000) {}

  now(): number {
    return this.time;
  }

  random(): number {
    return this.chance;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.waits.push(ms);
    this.advance(ms);
    this.onWait?.(this.waits.length);
    signal?.throwIfAborted();
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.time + ms, callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Lets time pass. */
  advance(ms: number): void {
    this.time += ms;
    for (const timer of this.timers) {
      if (timer.at > this.time) continue;
      this.timers.delete(timer);
      timer.callback();
    }
  }
}

/** An answer: a decision, or the name of a gRPC code. */
export type Answer = Decision | string;

export interface RecorderSettings extends Omit<ClientSettings, "clock"> {
  clock?: FakeClock;
  /** What people say, in order; then "abort". */
  resolutions?: Resolution[];
}

/** A client whose answers are scripted; null: there is no server, all is decided locally. When the
 * answers are used up, the answer is to give up. */
export class Recorder extends Client {
  readonly clock: FakeClock;
  readonly questions: Question[] = [];
  readonly decisions: Decision[] = [];
  readonly reports: { token: string; outcome: Outcome }[] = [];
  private readonly answers: Answer[];
  private readonly resolutions: Resolution[];

  constructor(answers: readonly Answer[] | null, settings: RecorderSettings = {}) {
    const { clock = new FakeClock(), resolutions = [], ...others } = settings;
    super(answers ? "scripted" : null, { ...others, clock });
    this.clock = clock;
    this.answers = [...(answers ?? [])];
    this.resolutions = [...resolutions];
    this.on("decision", (decided) => this.decisions.push(decided));
  }

  /** Milliseconds that would have been slept, in order. */
  get waits(): readonly number[] {
    return this.clock.waits;
  }

  /** @internal */
  protected override connector(address: string | undefined): (() => Link) | undefined {
    return address === undefined ? undefined : () => ({
      ask: async (question) => this.next(question),
      poll: async (_, token): Promise<Awaited> => (
        { token, resolution: this.resolutions.shift() ?? { action: "abort", note: "", resolvedBy: "" } }),
      report: async (token, outcome) => void this.reports.push({ token, outcome }),
      reportCalls: async () => ({ nextMs: 0, circuits: [] }),
      watch: (listener) => {
        listener.synced();
        return () => undefined;
      },
      close: () => undefined,
    });
  }

  private next(question: Question): Decision {
    this.questions.push(question);
    const answer = this.answers.shift() ?? giveUp();
    if (typeof answer === "string") throw new AskError(answer, "as scripted");
    return answer;
  }
}

/** Runs `body` while `recover` and `wrap` use a Recorder. */
export async function testMode<R>(
  answers: readonly Answer[] | null, body: (recorded: Recorder) => R | PromiseLike<R>,
  settings: RecorderSettings = {},
): Promise<R> {
  const recorder = new Recorder(answers, settings);
  const restore = useClient(recorder);
  try {
    return await body(recorder);
  } finally {
    restore();
  }
}

const TOKEN = "test-token";

/** An answer: run it again. */
export function retry(
  delayMs = 1000, given: { timeoutMs?: number; remediation?: string } & Partial<Decision> = {},
): Decision {
  const { timeoutMs, remediation = "", ...fields } = given;
  return decision("act", {
    strategyUsed: "retry", recoveryToken: TOKEN, ...fields,
    action: { kind: "retry", delayMs, attempt: 1, maxAttempts: 1, timeoutMs, remediation },
  });
}

/** An answer: run it by another way. */
export function alternative(name: string, target = "", parameters: Record<string, string> = {}): Decision {
  return decision("act", {
    strategyUsed: "alternative_path", recoveryToken: TOKEN,
    action: { kind: "alternative_path", alternative: { name, target, parameters }, remaining: [] },
  });
}

/** An answer: run it asking for less. */
export function degrade(disableFeatures: string[] = [], edits: Edit[] = [], keepRatio = 0): Decision {
  return decision("act", {
    strategyUsed: "graceful_degradation", recoveryToken: TOKEN,
    action: {
      kind: "graceful_degradation", levelName: "level", level: 1, levelCount: 1, disableFeatures, edits,
      keepRatio,
    },
  });
}

/** An answer: run it with this text. */
export function correct(subjectField: string, correctedText: string): Decision {
  return decision("act", {
    strategyUsed: "error_correction", recoveryToken: TOKEN,
    action: {
      kind: "error_correction", subjectField, correctedText, unifiedDiff: "", applied: [],
      edits: [{ path: subjectField, operation: "set", value: correctedText }],
    },
  });
}

/** An answer: this value stands in. */
export function recovered(value: unknown): Decision {
  return decision("recovered", {
    strategyUsed: "graceful_degradation", result: value, degraded: true, recoveryToken: TOKEN,
  });
}

/** An answer: await a person. */
export function waitForHuman(incidentId = "incident"): Decision {
  return decision("wait_for_human", {
    strategyUsed: "escalation", recoveryToken: TOKEN,
    action: {
      kind: "escalation", incidentId, pauseWorkflow: true, priority: "medium", assignee: "",
      channels: [], joined: false,
    },
  });
}

/** An answer: nothing more can be done. */
export function giveUp(errorMessage = "gave up: as scripted"): Decision {
  return decision("give_up", { errorMessage, recoveryToken: TOKEN });
}

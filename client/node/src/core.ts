// What a client's recoveries share.
import type { Link, Question } from "./asking.js";
import { Background } from "./background.js";
import type { Clock } from "./clock.js";
import { AskError } from "./errors.js";
import { AskBreaker, LocalAdvice } from "./local-advice.js";
import type { CircuitChange, Decision, Disagreement } from "./model.js";
import type { Options } from "./options.js";
import { Sites, type Site } from "./sites.js";
import type { Mode, Outcome } from "./words.js";

const CLOSE_MS = 500; // What is asked in the background is waited for so long.

/** What a client tells, by name of the event. */
export interface ClientEvents {
  /** What to do about a failure. */
  decision: Decision;
  /** A question got no decision. */
  askFailed: AskError;
  /** With mode "observe": what was done is not what was decided. */
  disagreement: Disagreement;
  /** The server told of a circuit. */
  circuit: CircuitChange;
}

const HOOKS = { decision: "onDecision", askFailed: "onAskFailed", disagreement: "onDisagreement" } as const;

export interface CoreSettings {
  clock: Clock;
  mode: Mode;
  askTimeoutMs: number;
  /** Makes the connection; undefined: there is no server. */
  connect: (() => Link) | undefined;
}

const open = new Set<Core>();
let watchingExit = false;

/** A process that ends by itself first sends what waits. */
function flushBeforeExit(): void {
  if (watchingExit) return;
  watchingExit = true;
  process.on("beforeExit", () => {
    for (const core of open) {
      if (core.background.pending) void core.background.flush();
    }
  });
}

export class Core {
  readonly sites = new Sites();
  readonly advice = new LocalAdvice();
  readonly askBreaker = new AskBreaker();
  readonly background: Background;
  readonly clock: Clock;
  readonly mode: Mode;
  readonly askTimeoutMs: number;
  /** Whether there is a server to ask. */
  connected: boolean;
  private made: Link | undefined;
  private closing: Promise<void> | undefined;
  private readonly asking = new Set<Promise<void>>();
  private readonly listeners = new Map<keyof ClientEvents, Set<(told: any) => void>>();

  constructor(private readonly settings: CoreSettings) {
    this.clock = settings.clock;
    this.mode = settings.mode;
    this.askTimeoutMs = settings.askTimeoutMs;
    this.connected = settings.connect !== undefined;
    this.background = new Background({
      link: () => this.link(), sites: this.sites, now: () => this.now(),
      alive: () => this.askBreaker.alive(), circuit: (change) => this.emit("circuit", change),
    });
    if (this.connected) {
      open.add(this);
      flushBeforeExit();
    }
  }

  now(): number {
    return this.clock.now();
  }

  random(): number {
    return this.clock.random();
  }

  /** What is counted and known of a target. */
  site(target: string): Site {
    if (this.connected) this.background.start(false);
    return this.sites.site(target);
  }

  /** The connection; made now, if it is not. */
  link(): Link {
    if (this.made) return this.made;
    if (!this.settings.connect || this.closing) throw new AskError("CANCELLED", "the client is closed");
    this.made = this.settings.connect();
    return this.made;
  }

  report(token: string, outcome: Outcome, durationMs: number): void {
    this.background.report(token, outcome, durationMs);
  }

  /** Puts a question for which no operation waits; false: not now. */
  askInBackground(question: Question, told: (answer: Decision | AskError) => void): boolean {
    if (!this.connected || !this.askBreaker.begin(this.now())) return false;
    const asked: Promise<void> = this.answerTo(question).then((answer) => {
      this.askBreaker.end(!(answer instanceof AskError && answer.unavailable), this.now());
      this.asking.delete(asked);
      told(answer);
    });
    this.asking.add(asked);
    return true;
  }

  private async answerTo(question: Question): Promise<Decision | AskError> {
    try {
      return await this.link().ask(question, this.askTimeoutMs);
    } catch (error) {
      return error instanceof AskError ? error : new AskError("INTERNAL", String(error));
    }
  }

  // --- Events ---

  on<K extends keyof ClientEvents>(event: K, listener: (told: ClientEvents[K]) => void): () => void {
    const all = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, all);
    all.add(listener);
    return () => all.delete(listener);
  }

  /** Calls the option's hook and the client's listeners. */
  tell<K extends keyof typeof HOOKS>(event: K, options: Options, told: ClientEvents[K]): void {
    const hook = options[HOOKS[event]] as ((told: ClientEvents[K]) => void) | undefined;
    if (hook) guarded(HOOKS[event], hook, told);
    this.emit(event, told);
  }

  private emit<K extends keyof ClientEvents>(event: K, told: ClientEvents[K]): void {
    for (const listener of this.listeners.get(event) ?? []) guarded(event, listener, told);
  }

  // --- End ---

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    open.delete(this);
    this.connected = false;
    this.sites.retire();
    // Each answer may bring the next question.
    const late = this.now() + CLOSE_MS;
    while (this.asking.size && this.now() < late) {
      let stop: NodeJS.Timeout | undefined;
      await Promise.race([Promise.all(this.asking), new Promise((resolve) => {
        stop = setTimeout(resolve, CLOSE_MS);
      })]);
      clearTimeout(stop);
    }
    await this.background.close();
    this.sites.clear();
    this.made?.close();
  }
}

/** A hook that throws is no failure of the operation. */
function guarded<T>(name: string, hook: (told: T) => void, told: T): void {
  try {
    hook(told);
  } catch (error) {
    process.emitWarning(`the hook ${name} threw: ${error instanceof Error ? error.stack : String(error)}`,
      "RecourseWarning");
  }
}

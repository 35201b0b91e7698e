// A client of one Recourse server, or of none.
import type { ChannelCredentials } from "@grpc/grpc-js";
import { Attempt } from "./attempt.js";
import type { Link } from "./asking.js";
import { systemClock, type Clock } from "./clock.js";
import { Core, type ClientEvents } from "./core.js";
import { Recovery, type Failure } from "./engine.js";
import { Observed, ObservedRecovery } from "./observe.js";
import { checkOptions, holdValid, type Operation, type Options } from "./options.js";
import type { Recovered } from "./model.js";
import type { Site } from "./sites.js";
import type { Mode } from "./words.js";

const ASK_MS = 250;

export interface ClientSettings {
  /** The calling service, and this process of it (left out: host, process and chance). */
  caller?: string;
  instance?: string;
  /** Default "default". */
  namespace?: string;
  /** Default "obey". */
  mode?: Mode;
  /** How long an answer is waited for. Default 250. */
  askTimeoutMs?: number;
  /** Left out: without TLS. */
  credentials?: ChannelCredentials;
  /** Sent with every question. */
  labels?: Record<string, string>;
  /** For tests. */
  clock?: Clock;
}

/** A function of the same arguments, with its recovery around it. */
export type Wrapped<A extends unknown[], T> = (...args: A) => Promise<T>;

/** Runs operations under Recourse's guidance. One connection, made when first needed; neither it nor
 * any timer keeps the process alive. */
export class Client {
  /** @internal */
  readonly core: Core;

  /** `address`: "127.0.0.1:50051"; left out: no server, all is decided here. */
  constructor(address?: string | null, settings: ClientSettings = {}) {
    const { askTimeoutMs = ASK_MS, mode = "obey", clock = systemClock } = settings;
    if (!(askTimeoutMs > 0)) throw new RangeError(`askTimeoutMs must be more than 0, is ${askTimeoutMs}`);
    checkOptions({ mode });
    this.core = new Core({
      clock, mode, askTimeoutMs, connect: this.connector(address ?? undefined, settings),
    });
  }

  /** @internal */
  protected connector(address: string | undefined, settings: ClientSettings): (() => Link) | undefined {
    if (address === undefined) return undefined;
    const { caller = "", instance = "", namespace = "", labels = {}, credentials } = settings;
    return () => {
      // Loaded when first needed: gRPC is large.
      const { GrpcLink } = require("./link.js") as typeof import("./link.js");
      return new GrpcLink({ address, service: caller, instance, namespace, labels, credentials });
    };
  }

  /** Runs `operation` until it succeeds, or Recourse, the time budget or the signal ends it. What it
   * threw last comes back, with the first error as its cause (`decisionOf` says what was decided).
   * Skipped: a person said to go on without. */
  recover<T, S = any>(operation: Operation<T, S>, options: Options<T, S> = {}): Promise<T> {
    checkOptions(options);
    return begin(this.core, this.core.site(targetOf(operation, options)), options, operation);
  }

  /** The same; tells also how the value came to be. */
  async recoverDetailed<T, S = any>(
    operation: Operation<T, S>, options: Options<T, S> = {},
  ): Promise<Recovered<T>> {
    checkOptions(options);
    const site = this.core.site(targetOf(operation, options));
    return runWhole(this.core, site, options, operation, this.core.now());
  }

  /** The function with its recovery around it: it is called with the attempt before its arguments.
   * Options may depend on the arguments. */
  wrap<A extends unknown[], T, S = any>(
    operation: (attempt: Attempt<S>, ...args: A) => T | PromiseLike<T>,
    options: Options<T, S> | ((...args: A) => Options<T, S>) = {},
  ): Wrapped<A, T> {
    return wrapFor(() => this, operation, options);
  }

  /** For a retry loop of the caller's own. */
  observe(options: Options = {}): Observed {
    checkOptions(options);
    return new Observed(this.core, options, this.core.site(options.target ?? ""));
  }

  /** Calls the listener of an event, until the function it returns is called. */
  on<K extends keyof ClientEvents>(event: K, listener: (told: ClientEvents[K]) => void): () => void {
    return this.core.on(event, listener);
  }

  /** Connects now and waits until circuits are known; false: they are not known in time. Not
   * needed: everything starts when first used. */
  async ready(timeoutMs = 5000): Promise<boolean> {
    if (!this.core.connected) return false;
    this.core.background.start(true);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), timeoutMs);
    });
    const known = await Promise.race([this.core.background.synced.then(() => true), late]);
    clearTimeout(timer);
    return known;
  }

  /** Sends what waits, for at most a second, and ends the connection. What is run through it
   * afterwards is decided locally. */
  close(): Promise<void> {
    return this.core.close();
  }
}

// --- The path of a call that succeeds, kept to a look at one property and one addition ---

/** @internal */
export function wrapFor<A extends unknown[], T, S>(
  client: () => Client, operation: (attempt: Attempt<S>, ...args: A) => T | PromiseLike<T>,
  options: Options<T, S> | ((...args: A) => Options<T, S>),
): Wrapped<A, T> {
  if (typeof options === "function") {
    return (...args) => client().recover((attempt) => operation(attempt, ...args), named(operation, options(...args)));
  }
  checkOptions(options);
  const target = targetOf(operation, options);
  let core: Core | undefined;
  let site: Site | undefined;
  return (...args) => {
    if (!core || !site || site.retired) {
      core = client().core;
      site = core.site(target);
    }
    return begin(core, site, options, args.length
      ? (attempt) => operation(attempt, ...args) : operation as unknown as Operation<T, S>);
  };
}

function named<T, S>(operation: Function, options: Options<T, S>): Options<T, S> {
  return options.target === undefined ? { ...options, target: operation.name } : options;
}

function targetOf(operation: Function, options: Options): string {
  return options.target ?? operation.name;
}

async function begin<T, S>(
  core: Core, site: Site, options: Options<T, S>, operation: Operation<T, S>,
): Promise<T> {
  const { breaker, timeBudgetMs, slowCallMs, signal, validate } = options;
  if (site.special || breaker?.watchful || signal?.aborted || (options.mode ?? core.mode) === "observe") {
    return (await runWhole(core, site, options, operation, core.now())).value;
  }
  const began = timeBudgetMs === undefined && slowCallMs === undefined ? NaN : core.now();
  const attempt = new Attempt<S>(1, site.target, options.state as S, timeBudgetMs, signal, core.clock);
  let value: T;
  try {
    value = await operation(attempt);
    if (validate !== undefined) await holdValid(validate, value);
  } catch (error) {
    attempt.end();
    breaker?.failed(error);
    const now = core.now();
    const slow = slowCallMs !== undefined && now - began >= slowCallMs;
    const failure = { error, timedOut: attempt.timedOut, slow };
    return (await runWhole(core, site, options, operation, Number.isNaN(began) ? now : began, failure)).value;
  }
  attempt.end();
  if (slowCallMs !== undefined && core.now() - began >= slowCallMs) core.sites.countSlow(site);
  site.calls += 1;
  return value;
}

async function runWhole<T, S>(
  core: Core, site: Site, options: Options<T, S>, operation: Operation<T, S>, began: number,
  failure?: Failure,
): Promise<Recovered<T>> {
  if (core.connected) core.background.start(true);
  try {
    return (options.mode ?? core.mode) === "observe"
      ? await new ObservedRecovery(core, options, operation, site, began).run()
      : await new Recovery(core, options, operation, site, began).run(failure);
  } catch (error) {
    const { fallback, signal } = options;
    if (fallback === undefined || signal?.aborted) throw error;
    const value = typeof fallback === "function"
      ? await (fallback as (error: unknown) => T | PromiseLike<T>)(error) : fallback;
    return { value, attempts: 0, degraded: true };
  }
}

// --- The default client ---

let current = new Client();

/** Makes the client that `recover` and `wrap` use; left out: without a server again. The one before
 * is closed. */
export function configure(address?: string | null, settings: ClientSettings = {}): Client {
  const before = current;
  current = new Client(address, settings);
  void before.close();
  return current;
}

/** The client that `recover` and `wrap` use. */
export function defaultClient(): Client {
  return current;
}

/** @internal Makes another one the default; returns what undoes it. */
export function useClient(client: Client): () => void {
  const before = current;
  current = client;
  before.core.sites.retire();
  return () => {
    current = before;
    before.core.sites.clear();
    void client.close();
  };
}

/** `Client.recover` of the default client. */
export function recover<T, S = any>(operation: Operation<T, S>, options: Options<T, S> = {}): Promise<T> {
  return current.recover(operation, options);
}

/** `Client.recoverDetailed` of the default client. */
export function recoverDetailed<T, S = any>(
  operation: Operation<T, S>, options: Options<T, S> = {},
): Promise<Recovered<T>> {
  return current.recoverDetailed(operation, options);
}

/** `Client.wrap` of the default client, whichever it is when the function is called. */
export function wrap<A extends unknown[], T, S = any>(
  operation: (attempt: Attempt<S>, ...args: A) => T | PromiseLike<T>,
  options: Options<T, S> | ((...args: A) => Options<T, S>) = {},
): Wrapped<A, T> {
  return wrapFor(defaultClient, operation, options);
}

/** `Client.close` of the default client. */
export function close(): Promise<void> {
  return current.close();
}

// What fetch and axios have in common.
import { defaultClient, type Client } from "./client.js";
import type { Options } from "./options.js";
import type { Idempotency } from "./words.js";

/** Options of a recovery, but for what the request itself says. */
export interface HttpOptions extends Omit<Options, "target" | "signal" | "alternatives" | "state" | "subjectField"> {
  /** Left out: the default one. */
  client?: Client;
  /** What is called; left out: the URL's host. */
  target?: string | ((url: URL) => string);
  /** Other servers of the same content: name of the alternative to origin or base URL. */
  alternatives?: Record<string, string>;
}

const REPEATABLE = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** Whether a request may be sent twice, by RFC 9110, or since it says itself how to tell. */
export function idempotencyOf(method: string, hasKey: boolean): Idempotency {
  return REPEATABLE.has(method.toUpperCase()) || hasKey ? "idempotent" : "not_idempotent";
}

/** The client, and the options of one request. */
export function forRequest(given: HttpOptions, url: URL, own: Options): { client: Client; options: Options } {
  const { client = defaultClient(), target, alternatives, ...options } = given;
  return {
    client,
    options: {
      idempotency: own.idempotency, ...options, signal: own.signal,
      target: typeof target === "function" ? target(url) : target ?? url.host,
      alternatives: Object.keys(alternatives ?? {}),
      ...(own.shouldRecover && { shouldRecover: own.shouldRecover }),
    },
  };
}

/** The URL at an alternative's server: its origin, and its path before ours. */
export function at(url: URL, base: string | undefined): URL {
  if (base === undefined) return url;
  const other = new URL(base);
  const moved = new URL(other.pathname.replace(/\/$/, "") + url.pathname + url.search, other.origin);
  moved.hash = url.hash;
  return moved;
}

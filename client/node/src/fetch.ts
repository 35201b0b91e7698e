// fetch that recovers. A response that says the server could not do it is a failure; every other
// one is an answer.
import type { Attempt } from "./attempt.js";
import { retryAfterOf } from "./describe.js";
import { RecourseError } from "./errors.js";
import { at, forRequest, idempotencyOf, type HttpOptions } from "./http.js";

export type { HttpOptions } from "./http.js";

/** A response that is a failure. */
export class ResponseError extends RecourseError {
  override name = "ResponseError";
  readonly status: number;
  readonly headers: Headers;
  readonly retryAfterMs: number | undefined;

  constructor(readonly response: Response) {
    super(`HTTP ${response.status} ${response.statusText}`.trim());
    this.status = response.status;
    this.headers = response.headers;
    this.retryAfterMs = retryAfterOf(Object.fromEntries(response.headers));
  }
}

export interface FetchOptions extends HttpOptions {
  /** Left out: the global one. */
  fetch?: typeof fetch;
  /** Which responses are failures. Left out: 408, 425, 429 and from 500 on, but 501 and 505. */
  failed?: (response: Response) => boolean;
}

type Input = Parameters<typeof fetch>[0];
type Init = Parameters<typeof fetch>[1];

/** fetch with its recovery around it. When nothing helps, the last response comes back, as from
 * fetch itself, or the last error. Other statuses than failed ones come back at once. */
export function recoverFetch(given: FetchOptions = {}): typeof fetch {
  const { fetch: plain = globalThis.fetch, failed = failedStatus, ...http } = given;
  return async (input: Input, init?: Init) => {
    const request = input instanceof Request ? input : undefined;
    const url = new URL(request ? request.url : String(input));
    const method = init?.method ?? request?.method ?? "GET";
    const headers = new Headers(init?.headers ?? request?.headers);
    const { client, options } = forRequest(http, url, {
      idempotency: idempotencyOf(method, headers.has("idempotency-key")),
      signal: init?.signal ?? request?.signal ?? undefined,
      // A stream can be read once.
      shouldRecover: isStream(init?.body) ? () => false : undefined,
    });
    let last: Response | undefined;
    try {
      return await client.recover(async (attempt: Attempt) => {
        await last?.body?.cancel(); // Its connection is free again.
        last = undefined;
        const where = at(url, http.alternatives?.[attempt.alternative?.name ?? ""]);
        const copy = request?.clone();
        const what = copy && attempt.alternative ? new Request(where, copy as RequestInit) : copy;
        const response = await plain(what ?? where, { ...init, signal: attempt.signal });
        if (!failed(response)) return response;
        last = response;
        throw new ResponseError(response);
      }, options);
    } catch (error) {
      if (error instanceof ResponseError && error.response === last) return last;
      throw error;
    }
  };
}

function failedStatus({ status }: Response): boolean {
  return status === 408 || status === 425 || status === 429
    || (status >= 500 && status !== 501 && status !== 505);
}

function isStream(body: unknown): boolean {
  return body instanceof ReadableStream
    || typeof (body as { pipe?: unknown } | null | undefined)?.pipe === "function"
    || (typeof body === "object" && body !== null && Symbol.asyncIterator in body && !(body instanceof Blob));
}

// Reads what an error tells about a failure, whatever library threw it.
//
// Nothing is imported for it: properties are looked for by the names that Node, fetch, undici,
// axios, got, grpc-js, Connect, the SDKs of AWS, openai and anthropic, and the database drivers use.
import { isAbort, isObject } from "./errors.js";
import type { ErrorCause, ErrorDetails } from "./model.js";

const MAX_CAUSES = 16;
const MAX_HEADERS = 64;

const GRPC_CODES = [
  "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
  "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
  "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
];
const TEMPORARY_STATUS = new Set([408, 429, 502, 503, 504]);
const TEMPORARY_GRPC = new Set(["UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED"]);
const TEMPORARY_CODES = new Set([
  "ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "ESOCKETTIMEDOUT",
  "EHOSTUNREACH", "EHOSTDOWN", "ENETUNREACH", "ENETDOWN", "ENETRESET", "EAI_AGAIN", "ERR_NETWORK",
  "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "UND_ERR_SOCKET",
  "ERR_HTTP2_GOAWAY_SESSION", "ERR_STREAM_PREMATURE_CLOSE",
]);
const TEMPORARY_NAMES = new Set([
  "TimeoutError", "APIConnectionError", "APIConnectionTimeoutError", "ConnectTimeoutError",
  "HeadersTimeoutError", "BodyTimeoutError", "SocketError", "NetworkError",
]);

export type MapError = (error: unknown, details: ErrorDetails) => ErrorDetails | undefined | void;

/** What the error and the response in it say. */
export function describe(error: unknown, withStack = false): ErrorDetails {
  if (!isObject(error)) {
    return { ...nothing(), exceptionType: typeof error, message: String(error) };
  }
  const source = error as Fields;
  const response = (isObject(source.response) ? source.response : source.$response) as Fields | undefined;
  const headers = headersOf(source, response);
  return {
    exceptionType: typeName(source),
    message: messageOf(source),
    code: codeOf(source),
    httpStatus: httpStatus(source, response),
    grpcCode: grpcCode(source),
    headers,
    retryAfterMs: retryAfter(source, headers),
    causes: causesOf(source),
    stackTrace: withStack && typeof source.stack === "string" ? source.stack : "",
  };
}

/** Whether trying again may help, as far as a client alone can tell. */
export function looksTemporary(error: unknown, details: ErrorDetails, timedOut = false): boolean {
  if (details.httpStatus) return TEMPORARY_STATUS.has(details.httpStatus);
  if (details.grpcCode) return TEMPORARY_GRPC.has(details.grpcCode);
  if (timedOut && isAbort(error)) return true;
  if (TEMPORARY_CODES.has(details.code) || TEMPORARY_NAMES.has(details.exceptionType)) return true;
  for (let at = error; isObject(at) && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const kind = Object.hasOwn(at, "constructor") ? (at as Fields).constructor : undefined;
    if (typeof kind === "function" && TEMPORARY_NAMES.has(kind.name)) return true;
  }
  return false;
}

// What errors are looked into as: anything may be there.
interface Fields {
  [name: string]: unknown;
}

function nothing(): ErrorDetails {
  return {
    exceptionType: "", message: "", code: "", httpStatus: 0, grpcCode: "", headers: {}, causes: [],
    stackTrace: "",
  };
}

function typeName(error: Fields): string {
  if (typeof error.name === "string" && error.name && error.name !== "Error") return error.name;
  const kind = (error as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof kind === "string" && kind !== "Object" && kind ? kind : "Error";
}

function messageOf(error: Fields): string {
  if (isGrpc(error)) return String(error.details ?? error.rawMessage ?? error.message ?? "");
  return typeof error.message === "string" ? error.message : String(error);
}

function isGrpc(error: Fields): boolean {
  return isInteger(error.code, 1, 16) && ("metadata" in error || "details" in error);
}

function grpcCode(error: Fields): string {
  if (typeof error.grpcCode === "string") return error.grpcCode;
  return isGrpc(error) ? GRPC_CODES[error.code as number]! : "";
}

function httpStatus(error: Fields, response: Fields | undefined): number {
  for (const holder of [error, response]) {
    for (const name of ["status", "statusCode", "httpStatus", "code"]) {
      const value = holder?.[name];
      if (isInteger(value, 100, 599)) return value;
    }
  }
  const aws = (error.$metadata as Fields | undefined)?.httpStatusCode;
  return isInteger(aws, 100, 599) ? aws : 0;
}

function isInteger(value: unknown, low: number, high: number): value is number {
  return Number.isInteger(value) && (value as number) >= low && (value as number) <= high;
}

/** The error's own code, else that of the first error below it: fetch says "fetch failed" and the
 * reason in its cause. */
function codeOf(error: Fields): string {
  for (let at: unknown = error, depth = 0; isObject(at) && depth < MAX_CAUSES; at = below(at), depth++) {
    const fields = at as Fields;
    for (const name of ["code", "sqlState", "errno"]) {
      const value = fields[name];
      if (typeof value === "string" && value) return value;
    }
    const body = fields.error as Fields | undefined; // openai, anthropic: the parsed body.
    for (const part of [body, body?.error as Fields | undefined]) {
      const value = part?.code ?? part?.type;
      if (typeof value === "string" && value !== "error") return value;
    }
  }
  return "";
}

function headersOf(error: Fields, response: Fields | undefined): Record<string, string> {
  for (const holder of [error.headers, response?.headers, error.responseHeaders]) {
    const pairs = pairsOf(holder);
    if (pairs) return Object.fromEntries(pairs);
  }
  return pairsOf(error.metadata) ? Object.fromEntries(pairsOf(error.metadata)!) : {};
}

function pairsOf(holder: unknown): [string, string][] | undefined {
  if (!isObject(holder)) return undefined;
  const { toJSON, entries, getMap } = holder as Fields;
  let raw: Iterable<[string, unknown]>;
  try {
    if (typeof getMap === "function") raw = Object.entries(getMap.call(holder)); // gRPC's.
    else if (typeof entries === "function") raw = entries.call(holder) as Iterable<[string, unknown]>;
    else if (typeof toJSON === "function") raw = Object.entries(toJSON.call(holder) as object); // axios'.
    else raw = Object.entries(holder);
    const pairs: [string, string][] = [];
    for (const [name, value] of raw) {
      if (pairs.length >= MAX_HEADERS) break;
      if (typeof name === "string" && value !== undefined && value !== null) {
        pairs.push([name, Buffer.isBuffer(value) ? value.toString("base64") : String(value)]);
      }
    }
    return pairs;
  } catch {
    return undefined; // Not what it looked like.
  }
}

function retryAfter(error: Fields, headers: Record<string, string>): number | undefined {
  const own = error.retryAfterMs;
  if (typeof own === "number" && own >= 0 && Number.isFinite(own)) return own;
  return retryAfterOf(headers);
}

/** What headers say about when to come again, in milliseconds. */
export function retryAfterOf(
  headers: Record<string, string>, wallClock: number = Date.now(),
): number | undefined {
  const found = new Map(Object.entries(headers).map(([name, text]) => [name.toLowerCase(), text.trim()]));
  for (const [name, unit] of [["retry-after-ms", 1], ["x-amz-retry-after", 1], ["retry-after", 1000]] as const) {
    const text = found.get(name);
    const ms = text ? Number(text) * unit : NaN;
    if (ms >= 0 && ms < Infinity) return ms;
  }
  const until = Date.parse(found.get("retry-after") ?? "");
  return Number.isNaN(until) ? undefined : Math.max(0, until - wallClock);
}

function below(error: object): unknown {
  const { cause, errors } = error as Fields;
  return cause ?? (Array.isArray(errors) ? errors[0] : undefined); // AggregateError's first.
}

function causesOf(error: object): ErrorCause[] {
  const causes: ErrorCause[] = [];
  const seen = new Set<unknown>([error]);
  for (let at = below(error); at !== undefined && !seen.has(at); at = isObject(at) ? below(at) : undefined) {
    if (causes.length >= MAX_CAUSES) break;
    seen.add(at);
    causes.push(isObject(at)
      ? { exceptionType: typeName(at as Fields), message: messageOf(at as Fields) }
      : { exceptionType: typeof at, message: String(at) });
  }
  return causes;
}

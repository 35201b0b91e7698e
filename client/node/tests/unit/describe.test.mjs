import assert from "node:assert/strict";
import { test } from "node:test";
import { Metadata } from "@grpc/grpc-js";
import { describe, looksTemporary } from "recourse";

const make = (fields, message = "m") => Object.assign(new Error(message), fields);
class HttpError extends Error {}
class MyTimeout extends (class TimeoutError extends Error {}) {}

const AGGREGATE = new AggregateError([make({ code: "ECONNREFUSED" }, "connect ECONNREFUSED ::1:1")]);
const FETCH = new TypeError("fetch failed", { cause: make({ code: "ECONNREFUSED" }, "connect ECONNREFUSED") });
// [name, error, part of the details, looks temporary]
const ROWS = [
  ["a class names itself", new HttpError("x"), { exceptionType: "HttpError", message: "x" }, false],
  ["a name stands above the class", make({ name: "RateLimitError" }), { exceptionType: "RateLimitError" }, false],
  ["Node's codes", make({ code: "ECONNRESET", errno: -104 }), { code: "ECONNRESET" }, true],
  ["a permanent code of Node's", make({ code: "ENOENT" }), { code: "ENOENT" }, false],
  ["fetch hides the code in the cause", FETCH, { code: "ECONNREFUSED", causes: [{ exceptionType: "Error", message: "connect ECONNREFUSED" }] }, true],
  ["several addresses failed", AGGREGATE, { code: "ECONNREFUSED" }, true],
  ["AbortSignal.timeout", new DOMException("slow", "TimeoutError"), { exceptionType: "TimeoutError", httpStatus: 0 }, true],
  ["a subclass of a time-out", new MyTimeout("x"), { exceptionType: "MyTimeout" }, true],
  ["axios", make({ name: "AxiosError", code: "ERR_BAD_RESPONSE", response: { status: 503, headers: { "retry-after": "2" } } }), { httpStatus: 503, code: "ERR_BAD_RESPONSE", retryAfterMs: 2000 }, true],
  ["axios without a response", make({ code: "ERR_NETWORK" }), { code: "ERR_NETWORK" }, true],
  ["openai", make({ name: "RateLimitError", status: 429, error: { type: "tokens", code: "rate_limit_exceeded" }, headers: new Headers({ "retry-after-ms": "250" }) }), { httpStatus: 429, code: "rate_limit_exceeded", retryAfterMs: 250 }, true],
  ["anthropic", make({ status: 529, error: { type: "error", error: { type: "overloaded_error" } } }), { httpStatus: 529, code: "overloaded_error" }, false],
  ["AWS", make({ name: "ThrottlingException", $metadata: { httpStatusCode: 400 }, $response: { headers: { "x-amzn-requestid": "1" } } }), { httpStatus: 400, headers: { "x-amzn-requestid": "1" } }, false],
  ["got", make({ code: "ERR_NON_2XX_3XX_RESPONSE", response: { statusCode: 502, headers: {} } }), { httpStatus: 502 }, true],
  ["postgres", make({ code: "40001" }), { code: "40001", httpStatus: 0 }, false],
  ["gRPC", make({ code: 14, details: "no backend", metadata: new Metadata() }, "14 UNAVAILABLE: no backend"), { grpcCode: "UNAVAILABLE", message: "no backend", code: "", httpStatus: 0 }, true],
  ["gRPC that refuses", make({ code: 3, details: "bad", metadata: new Metadata() }), { grpcCode: "INVALID_ARGUMENT" }, false],
  ["our own wish", make({ retryAfterMs: 30 }), { retryAfterMs: 30 }, false],
  ["headers that make no sense", make({ headers: { "retry-after": "soon" } }), { retryAfterMs: undefined }, false],
  ["a text", "plain", { exceptionType: "string", message: "plain" }, false],
  ["nothing", undefined, { exceptionType: "undefined", message: "undefined" }, false],
  ["no prototype", Object.assign(Object.create(null), { message: "odd" }), { message: "odd", exceptionType: "Error" }, false],
];

for (const [name, error, part, temporary] of ROWS) {
  test(name, () => {
    const details = describe(error);
    for (const [field, value] of Object.entries(part)) assert.deepEqual(details[field], value, field);
    assert.equal(looksTemporary(error, details), temporary);
  });
}

test("dates of Retry-After", () => {
  const until = new Date(Date.now() + 60_000).toUTCString();
  const { retryAfterMs } = describe(make({ headers: { "Retry-After": until } }));
  assert.ok(retryAfterMs > 50_000 && retryAfterMs <= 60_000, `${retryAfterMs}`);
  assert.equal(describe(make({ headers: { "Retry-After": "Mon, 01 Jan 2001 00:00:00 GMT" } })).retryAfterMs, 0);
});

test("a circle of causes ends, and a long chain is cut", () => {
  const circle = make({});
  circle.cause = make({ cause: circle });
  assert.equal(describe(circle).causes.length, 1);
  let deep = make({});
  for (let i = 0; i < 100; i++) deep = new Error("above", { cause: deep });
  assert.equal(describe(deep).causes.length, 16);
});

test("the stack only where it is wanted", () => {
  assert.equal(describe(make({})).stackTrace, "");
  assert.match(describe(make({}), true).stackTrace, /describe\.test/);
});

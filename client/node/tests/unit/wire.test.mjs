// What goes over the wire, read back with the generated code.
import assert from "node:assert/strict";
import { test } from "node:test";
import { policy } from "recourse";
import { RecoveryContext, RecoveryResult } from "../../dist/api.js";
import * as wire from "../../dist/wire.js";

const ASKER = { service: "s", instance: "i", namespace: "", labels: { a: "1" } };

function sent(question) {
  return RecoveryContext.decode(wire.toContext({
    options: {}, details: undefined, target: "svc", token: "", requestId: "r", circuitOpen: false, steps: [],
    ...question,
  }, ASKER));
}

test("a state of any kind becomes JSON", () => {
  const circle = { n: 1 };
  circle.self = circle;
  const state = {
    text: "t", yes: true, none: null, big: 7n, when: new Date(0), nan: NaN, f() {}, gone: undefined,
    list: [1, () => 1], map: new Map([["k", 2]]), set: new Set([3]), circle,
  };
  assert.deepEqual({ ...sent({ state }).state }, {
    text: "t", yes: true, none: null, big: 7, when: "1970-01-01T00:00:00.000Z", list: [1, null],
    map: { k: 2 }, set: [3], circle: { n: 1 },
  });
});

test("a state that is too deep is cut, one that is too large is not sent", () => {
  let deep = {};
  for (let i = 0; i < 100; i++) deep = { deep };
  let depth = 0;
  for (let at = sent({ state: deep }).state; at; at = at.deep) depth += 1;
  assert.equal(depth, 30);
  assert.equal(sent({ state: { text: "x".repeat(2 << 20) } }).state, undefined);
  assert.equal(sent({ state: { list: new Array(200_000).fill(1) } }).state, undefined);
  assert.equal(sent({ state: "text" }).state, undefined);
});

test("texts are cut to their limits in bytes, without half characters", () => {
  const details = {
    exceptionType: "ü".repeat(300), message: "m".repeat(20_000), code: "", httpStatus: 0, grpcCode: "",
    headers: { h: "v".repeat(9000) }, causes: [], stackTrace: "",
  };
  const { error } = sent({ details });
  assert.equal(Buffer.byteLength(error.exceptionType), 256);
  assert.equal(Buffer.byteLength(sent({ target: "x" + "ü".repeat(300) }).target), 255);
  assert.equal(error.message.length, 16_384);
  assert.equal(error.headers.h.length, 8000);
});

test("capabilities: everything, or what is declared", () => {
  assert.deepEqual(sent({}).capabilities, { alternatives: ["*"], degradations: ["*"], remediations: [], awaitHuman: false });
  const options = { alternatives: { b: () => 1 }, degradations: ["d"], remediations: { r() {} }, awaitHuman: () => {} };
  assert.deepEqual(sent({ options }).capabilities, { alternatives: ["b"], degradations: ["d"], remediations: ["r"], awaitHuman: true });
});

test("a policy travels whole", () => {
  const plan = policy().retry({ maxRetries: 0, baseDelayMs: 1500, jitter: "range" }).alternativePath([{ name: "b", cost: 2 }], { orderBy: "cost" })
    .gracefulDegradation([{ name: "l", edits: [{ path: "a", operation: "set", value: { b: 1 } }] }], { fallbackValue: 0 })
    .errorCorrection([{ pattern: "a", replacement: "" }, { fixer: "json_repair" }]).escalation({ priority: "high" });
  const steps = sent({ steps: plan.steps }).callerSteps.map(({ step }) => step);
  assert.deepEqual(steps.map((s) => s.$case),
    ["retry", "alternativePath", "gracefulDegradation", "errorCorrection", "escalation"]);
  const [{ retry }, { alternativePath }, { gracefulDegradation }, { errorCorrection }, { escalation }] = steps;
  assert.equal(retry.maxRetries, 0);
  assert.deepEqual(retry.baseDelay, { seconds: 1, nanos: 500_000_000 });
  assert.equal(retry.jitterMin, 0.8);
  assert.equal(alternativePath.orderBy, 2);
  assert.deepEqual(gracefulDegradation.levels[0].edits[0].operation, { $case: "set", set: { b: 1 } });
  assert.equal(gracefulDegradation.fallbackValue, 0);
  assert.deepEqual(errorCorrection.rewrites.map((r) => r.operation), [{ $case: "replacement", replacement: "" }, { $case: "fixer", fixer: 1 }]);
  assert.equal(escalation.priority, 3);
});

test("durations", () => {
  const rows = [[0, 0, 0], [1, 0, 1e6], [1999.9999999, 2, 0], [-5, 0, 0], [1e20, 300 * 366 * 86400, 0]];
  for (const [ms, seconds, nanos] of rows) assert.deepEqual(wire.toDuration(ms), { seconds, nanos });
});

test("an answer of a newer server is not understood, but read", () => {
  const bytes = RecoveryResult.encode({ disposition: 99, strategyUsed: 77, trace: [{ reason: 999, text: "new" }] }).finish();
  const { disposition, strategyUsed, trace } = wire.fromResult(bytes);
  assert.deepEqual([disposition, strategyUsed, trace], ["unspecified", "none", ["new"]]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { CircuitBreaker, CircuitOpenError } from "recourse";

const fail = () => { throw new Error("down"); };

function breaker(options = {}) {
  const changes = [];
  const time = { now: 0 };
  const made = new CircuitBreaker({
    failureThreshold: 2, openMs: 100, successThreshold: 2, name: "svc", now: () => time.now,
    onStateChange: (state) => changes.push(state), ...options,
  });
  return { made, time, changes };
}

test("it opens, lets a trial pass, and closes", async () => {
  const { made, time, changes } = breaker();
  for (let i = 0; i < 2; i++) await assert.rejects(made.call(fail), /down/);
  await assert.rejects(made.call(() => 1), (error) => error instanceof CircuitOpenError && error.retryInMs === 100);
  time.now = 100;
  assert.equal(made.state, "half_open");
  assert.equal(await made.call(() => 1), 1);
  assert.equal(await made.call(async () => 2), 2);
  assert.equal(made.state, "closed");
  assert.deepEqual(changes, ["open", "half_open", "closed"]);
});

test("half open: one at a time, and a failure opens it again", async () => {
  const { made, time } = breaker();
  for (let i = 0; i < 2; i++) await assert.rejects(made.call(fail));
  time.now = 100;
  let release;
  const first = made.call(() => new Promise((resolve) => { release = resolve; }));
  await assert.rejects(made.call(() => 1), CircuitOpenError);
  release();
  await first;
  await assert.rejects(made.call(fail), /down/);
  assert.equal(made.state, "open");
});

test("a success in between begins the count anew", async () => {
  const { made } = breaker();
  await assert.rejects(made.call(fail));
  await made.call(() => 1);
  await assert.rejects(made.call(fail));
  assert.equal(made.state, "closed");
  assert.equal(made.failureCount, 1);
});

test("cancellation, and what does not count, is neutral", async () => {
  const { made } = breaker({ failureThreshold: 1 });
  await assert.rejects(made.call(() => { throw new DOMException("x", "AbortError"); }));
  assert.equal(made.state, "closed");
  const picky = breaker({ failureThreshold: 1, counts: (error) => error.message !== "mine" }).made;
  await assert.rejects(picky.call(() => { throw new Error("mine"); }));
  assert.equal(picky.state, "closed");
});

test("wrap, reset, and bad options", async () => {
  const { made } = breaker({ failureThreshold: 1 });
  const guarded = made.wrap((a, b) => a + b);
  assert.equal(await guarded(1, 2), 3);
  await assert.rejects(made.call(fail));
  made.reset();
  assert.equal(await guarded(1, 2), 3);
  assert.throws(() => new CircuitBreaker({ failureThreshold: 0 }), /failureThreshold/);
  assert.throws(() => new CircuitBreaker({ openMs: -1 }), /openMs/);
});

// Whether Recourse may be asked at all.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "recourse";
import * as testing from "recourse/testing";
import { AskBreaker } from "../../dist/local-advice.js";

const CAP = 64;

test(`no more than ${CAP} questions are in flight`, () => {
  const breaker = new AskBreaker();
  for (let i = 0; i < CAP; i++) assert.equal(breaker.begin(0), true);
  assert.equal(breaker.begin(0), false);
  breaker.end(true, 0);
  assert.equal(breaker.begin(0), true);
  assert.equal(breaker.begin(0), false);
  for (let i = 0; i < CAP; i++) breaker.end(undefined, 0); // Cancelled ones make room, too.
  assert.equal(breaker.begin(0), true);
});

test("after 3 failed questions in a row nobody asks for 4 s; then one probes", () => {
  const breaker = new AskBreaker();
  const ask = (now, answered) => breaker.begin(now) && (breaker.end(answered, now), true);
  assert.ok(ask(0, false) && ask(0, true) && ask(0, false) && ask(0, undefined) && ask(0, false) && ask(0, false));
  assert.equal(breaker.begin(3999), false);
  assert.equal(breaker.begin(4000), true);
  assert.equal(breaker.begin(4000), false); // One at a time.
  breaker.end(false, 4000);
  assert.equal(breaker.begin(7999), false);
  breaker.alive(); // Heard of by another way.
  assert.ok(ask(7999, true) && ask(7999, true));
});

/** A client whose questions are answered when the test says so. */
class Held extends Client {
  questions = [];

  connector() {
    return () => ({
      ask: () => new Promise((resolve) => this.questions.push(resolve)),
      report: async () => undefined,
      reportCalls: async () => ({ nextMs: 0, circuits: [] }),
      watch: () => () => undefined,
      close: () => undefined,
    });
  }
}

test("a recovery beyond the cap goes on locally, and asks again when there is room", async () => {
  const client = new Held("held", { clock: new testing.FakeClock() });
  const failing = () => {
    let calls = 0;
    return () => {
      if (calls++ === 0) throw Object.assign(new Error("x"), { code: "ETIMEDOUT" });
      return calls;
    };
  };
  const held = Array.from({ length: CAP }, (_, i) => client.recover(failing(), { target: `svc-${i}` }));
  while (client.questions.length < CAP) await new Promise(setImmediate);
  assert.equal(await client.recover(failing(), { target: "beyond" }), 2);
  assert.equal(client.questions.length, CAP);
  for (const answer of client.questions) answer(testing.retry(0));
  assert.deepEqual(new Set(await Promise.all(held)), new Set([2]));
  const again = client.recover(failing(), { target: "again" });
  while (client.questions.length === CAP) await new Promise(setImmediate);
  client.questions.at(-1)(testing.retry(0));
  assert.equal(await again, 2);
  await client.close();
});

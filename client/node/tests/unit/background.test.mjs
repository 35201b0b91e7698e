// What a client does beside the calls, with timers that the test turns.
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Background } from "../../dist/background.js";
import { AskError } from "../../dist/errors.js";
import { Sites } from "../../dist/sites.js";

const FIVE_MINUTES = 300_000;
let now;

beforeEach(() => {
  now = 1_000_000;
  mock.timers.enable({ apis: ["setTimeout"] });
});
afterEach(() => mock.timers.reset());

/** Time passes, in steps so small that nothing is due in between. */
async function pass(ms) {
  for (let left = ms; left > 0; left -= 500) {
    now += Math.min(left, 500);
    mock.timers.tick(Math.min(left, 500));
    await settle();
  }
}

async function settle() {
  for (let i = 0; i < 5; i++) await setImmediate();
}

/** A background whose link does as `answers` says, and what came over it. */
function start({ answers = [], listen = false } = {}) {
  const seen = { told: [], sequences: [], reports: [], watches: [], alive: 0, circuits: [] };
  const sites = new Sites();
  const link = {
    reportCalls: async (sums, sequence) => {
      seen.told.push(sums.map(({ target, calls, failures, slowCalls }) => [target, calls, failures, slowCalls]));
      seen.sequences.push(sequence);
      const answer = answers.shift() ?? {};
      if (typeof answer === "string") throw new AskError(answer, "as scripted");
      return { nextMs: 0, circuits: [], ...answer };
    },
    report: (token) => new Promise((resolve) => seen.reports.push({ token, resolve })),
    watch: (listener) => {
      seen.watches.push(listener);
      return () => listener.ended("CANCELLED");
    },
  };
  const background = new Background({
    link: () => link, sites, now: () => now,
    alive: () => { seen.alive += 1; }, circuit: (change) => seen.circuits.push(change),
  });
  background.start(listen);
  const fail = (target = "svc", against = true) => sites.countFailure(sites.site(target), against, now);
  return { background, sites, seen, fail };
}

test("sums are told once, about every second, and only while something was counted", async () => {
  const { background, sites, seen, fail } = start();
  await pass(3000);
  assert.deepEqual(seen.told, []);
  fail("a");
  fail("a", false);
  sites.site("b").calls += 3;
  sites.countSlow(sites.site("b"));
  sites.site("").calls += 1; // Without a target nothing is told.
  await pass(1000);
  assert.deepEqual(seen.told, [[["a", 2, 1, 0], ["b", 3, 0, 1]]]);
  await pass(5000);
  assert.equal(seen.told.length, 1);
  fail("b");
  await pass(1000);
  assert.deepEqual(seen.told[1], [["b", 1, 1, 0]]);
  assert.ok(seen.sequences[1] > seen.sequences[0]);
  assert.equal(seen.alive, 2);
  await background.close();
});

test("an answer to sums says when to tell again, and of circuits", async () => {
  const open = { target: "svc", own: false, state: "open", openRemainingMs: 30_000 };
  const { background, sites, seen, fail } = start({ answers: [{ nextMs: 10_000, circuits: [open] }, { nextMs: 1 }] });
  fail();
  await pass(1000);
  assert.equal(sites.gates(sites.site("svc"), now), true);
  fail();
  await pass(9500);
  assert.equal(seen.told.length, 1);
  await pass(500);
  assert.equal(seen.told.length, 2);
  fail();
  await pass(500); // Never sooner than after a second.
  assert.equal(seen.told.length, 2);
  await pass(500);
  assert.equal(seen.told.length, 3);
  await background.close();
});

test("sums that are not taken are not sent again; the next ones are", async () => {
  const { background, seen, fail } = start({ answers: ["UNAVAILABLE"] });
  fail();
  await pass(1000);
  fail();
  await pass(1000);
  assert.deepEqual(seen.told, [[["svc", 1, 1, 0]], [["svc", 1, 1, 0]]]);
  assert.equal(seen.alive, 1);
  await background.close();
});

test("a server that takes no sums is asked again after 5 minutes; until then the own breaker holds", async () => {
  const { background, sites, seen, fail } = start({ answers: ["UNIMPLEMENTED"] });
  const svc = sites.site("svc");
  fail();
  await pass(1000);
  for (let i = 0; i < 4; i++) fail();
  assert.equal(sites.gates(svc, now), false);
  fail();
  assert.equal(sites.gates(svc, now), true);
  await pass(FIVE_MINUTES - 2000);
  assert.equal(seen.told.length, 1);
  await pass(2000);
  assert.deepEqual(seen.told[1], [["svc", 5, 5, 0]]);
  for (let i = 0; i < 9; i++) fail(); // It holds no more.
  assert.equal(sites.gates(svc, now), false);
  await background.close();
});

test("the own breaker: two successes close it, one failure opens it again", async () => {
  const { background, sites, fail } = start({ answers: ["UNIMPLEMENTED"] });
  const svc = sites.site("svc");
  const gated = () => sites.gates(svc, now);
  fail();
  await pass(1000);
  const opened = () => { for (let i = 0; i < 5; i++) fail(); };
  opened();
  await pass(59_500);
  assert.equal(gated(), true);
  await pass(500);
  assert.equal(gated(), false);
  sites.countSuccess(svc, now);
  fail();
  assert.equal(gated(), true);
  await pass(60_000);
  assert.equal(gated(), false);
  sites.countSuccess(svc, now);
  sites.countSuccess(svc, now);
  for (let i = 0; i < 4; i++) fail();
  assert.equal(gated(), false);
  fail();
  assert.equal(gated(), true);
  await background.close();
});

test("a stream that is not kept is asked for again after 5 minutes, one that breaks sooner", async () => {
  const { background, sites, seen } = start({ listen: true });
  assert.equal(seen.watches.length, 1);
  seen.watches[0].ended("UNIMPLEMENTED");
  await background.synced; // Nobody waits for circuits that are not kept.
  for (let i = 0; i < 5; i++) sites.countFailure(sites.site("svc"), true, now);
  assert.equal(sites.gates(sites.site("svc"), now), true);
  await pass(0.8 * FIVE_MINUTES - 500);
  assert.equal(seen.watches.length, 1);
  await pass(0.2 * FIVE_MINUTES + 500);
  assert.equal(seen.watches.length, 2);
  const heardBefore = seen.alive;
  for (let i = 0; i < 3; i++) seen.watches[1].heard();
  assert.equal(seen.alive, heardBefore + 1);
  seen.watches[1].ended("UNAVAILABLE");
  await pass(1000);
  assert.equal(seen.watches.length, 3);
  await background.close();
});

test("circuits that the stream tells of gate, and are handed on", async () => {
  const { background, sites, seen } = start({ listen: true });
  const change = { target: "svc", own: true, state: "open", openRemainingMs: 1000 };
  seen.watches[0].heard();
  seen.watches[0].circuit(change);
  seen.watches[0].synced();
  await background.synced;
  assert.deepEqual(seen.circuits, [change]);
  await pass(5000); // While the stream is there, it is the stream that closes it.
  assert.equal(sites.gates(sites.site("svc"), now), true);
  await background.close();
  assert.equal(sites.gates(sites.site("svc"), now), false);
});

test("32 reports are under way, 1000 wait, further ones are dropped", async () => {
  const { background, seen } = start();
  for (let i = 0; i < 1040; i++) background.report(`t${i}`, "success", 1);
  assert.equal(seen.reports.length, 32);
  assert.equal(background.droppedReports, 8);
  for (let done = 0; done < 1032; done++) {
    seen.reports[done].resolve();
    if (done % 32 === 31) await settle();
  }
  await settle();
  assert.deepEqual(seen.reports.map(({ token }) => token), Array.from({ length: 1032 }, (_, i) => `t${i}`));
  assert.equal(background.pending, false);
  await background.close();
});

test("closing sends what was counted, and waits half a second at most for what is under way", async () => {
  const { background, seen, fail } = start();
  fail();
  background.report("t1", "success", 1);
  let closed = false;
  const closing = background.close().then(() => { closed = true; });
  await settle();
  assert.deepEqual(seen.told, [[["svc", 1, 1, 0]]]);
  assert.equal(closed, false);
  await pass(500);
  await closing;
  background.report("t2", "success", 1);
  assert.deepEqual(seen.reports.map(({ token }) => token), ["t1"]);
});

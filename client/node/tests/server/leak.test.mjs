// Nothing grows with the number of recoveries.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once, setMaxListeners } from "node:events";
import fs from "node:fs";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import v8 from "node:v8";
import vm from "node:vm";
import { test } from "node:test";
import { Client } from "recourse";
import * as testing from "recourse/testing";

const RECOVERIES = 100_000;
const WARM_UP = 5000;
const ALLOWED_BYTES = 1 << 20; // 10 a recovery: less than anything that is kept.

v8.setFlagsFromString("--expose-gc");
const gc = vm.runInNewContext("gc");

/** A client whose server is in this process and grants a retry of everything. */
class Asking extends Client {
  connector() {
    return () => ({
      ask: async () => testing.retry(0),
      report: async () => undefined,
      reportCalls: async () => ({ nextMs: 0, circuits: [] }),
      watch: (listener) => {
        listener.heard();
        listener.synced();
        return () => undefined;
      },
      close: () => undefined,
    });
  }
}

async function heap() {
  for (let i = 0; i < 3; i++) {
    await setImmediate();
    gc();
  }
  return process.memoryUsage().heapUsed;
}

/** An operation of which every second attempt fails, and what runs it so often. */
function repeated(client) {
  const canceller = new AbortController();
  setMaxListeners(0, canceller.signal);
  let calls = 0;
  const work = client.wrap(async ({ signal }) => {
    calls += 1;
    if (calls % 2) throw Object.assign(new Error("x"), { code: "ETIMEDOUT" });
    return signal.aborted;
  }, { target: "svc", timeBudgetMs: 60_000, signal: canceller.signal, policyFor: () => [] });
  return async (count) => {
    for (let i = 0; i < count; i += 50) await Promise.all(Array.from({ length: 50 }, () => work()));
  };
}

test(`${RECOVERIES} recoveries leave no timer, handle, listener or memory behind`, async () => {
  const client = new Asking("in this process");
  const many = repeated(client);
  await many(WARM_UP);
  const [bytes, resources] = [await heap(), process.getActiveResourcesInfo()];
  await many(RECOVERIES);
  assert.ok(await heap() - bytes < ALLOWED_BYTES, `${await heap() - bytes} bytes more`);
  assert.deepEqual(process.getActiveResourcesInfo(), resources);
  await client.close();
});

/** What the process holds open: files and sockets, and what the event loop waits for. */
function held() {
  return { files: fs.readdirSync("/proc/self/fd").length, waits: process.getActiveResourcesInfo().sort() };
}

/** The same as then, as soon as what is under way has ended. */
async function assertHeld(then) {
  for (let i = 0; i < 500 && held().waits.length > then.waits.length; i++) await sleep(20);
  assert.deepEqual(held(), then);
}

const needsProc = { skip: fs.existsSync("/proc/self/fd") ? false : "there is no /proc" };

test(`${RECOVERIES} recoveries over a connection leave nothing behind`, needsProc, async () => {
  const server = fork(new URL("granting_server.mjs", import.meta.url));
  const [{ address }] = await once(server, "message");
  const alone = held();
  const client = new Client(address, { caller: "leak", askTimeoutMs: 30_000 });
  assert.equal(await client.ready(30_000), true);
  const many = repeated(client);
  await many(WARM_UP);
  await client.core.background.flush();
  const [bytes, open] = [await heap(), held()];
  await many(RECOVERIES);
  await client.core.background.flush();
  assert.ok(await heap() - bytes < ALLOWED_BYTES, `${await heap() - bytes} bytes more`);
  await assertHeld(open);
  server.send("what was sent?");
  const [{ questions, reports, sums }] = await once(server, "message");
  assert.equal(questions, WARM_UP + RECOVERIES); // Each went over the wire.
  assert.ok(reports > 0 && sums > 0, `${reports} reports, ${sums} sums`);
  await client.close();
  await assertHeld(alone);
  server.disconnect();
  await once(server, "exit");
});

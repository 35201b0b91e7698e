// Nothing grows with the number of recoveries.
import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import { setImmediate } from "node:timers/promises";
import v8 from "node:v8";
import vm from "node:vm";
import { test } from "node:test";
import { Client } from "recourse";
import * as testing from "recourse/testing";

const RECOVERIES = 100_000;
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

test(`${RECOVERIES} recoveries leave no timer, handle, listener or memory behind`, async () => {
  const client = new Asking("in this process");
  const canceller = new AbortController();
  setMaxListeners(0, canceller.signal);
  let calls = 0;
  const work = client.wrap(async ({ signal }) => {
    calls += 1;
    if (calls % 2) throw Object.assign(new Error("x"), { code: "ETIMEDOUT" });
    return signal.aborted;
  }, { target: "svc", timeBudgetMs: 60_000, signal: canceller.signal, policyFor: () => [] });
  const many = async (count) => {
    for (let i = 0; i < count; i += 50) await Promise.all(Array.from({ length: 50 }, () => work()));
  };
  await many(5000);
  const [bytes, resources] = [await heap(), process.getActiveResourcesInfo()];
  await many(RECOVERIES);
  assert.ok(await heap() - bytes < ALLOWED_BYTES, `${await heap() - bytes} bytes more`);
  assert.deepEqual(process.getActiveResourcesInfo(), resources);
  await client.close();
});

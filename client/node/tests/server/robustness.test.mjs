// A server that is away, killed, paused, slow: operations end in time and rightly; when it is back it
// is used again; nothing keeps the process.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client, policy } from "recourse";
import * as api from "../../dist/api.js";
import { BINARY, fakeServer, freeAddress, startServer } from "./server.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);
const BUDGET_MS = 20_000; // Far more than any of these needs.
const BACK_WITHIN_MS = 5000;
const QUICK = policy().retry({ maxRetries: 3, baseDelayMs: 50 });
const needsServer = { skip: BINARY ? false : "RECOURSE_SERVER does not name the server's program" };

/** Fails with a time-out so many times, then answers. */
function operation(failures, onCall = () => undefined) {
  let calls = 0;
  return async () => {
    calls += 1;
    await onCall(calls);
    if (calls <= failures) throw Object.assign(new Error("read timed out"), { code: "ETIMEDOUT" });
    return "answer";
  };
}

let targets = 0;
/** Runs it in its budget. A target each: the budget of local retries is not what is tested here. */
async function timed(client, work, options = {}) {
  const began = performance.now();
  targets += 1;
  try {
    return await client.recover(work, { target: `svc-${targets}`, timeBudgetMs: BUDGET_MS, ...options });
  } finally {
    assert.ok(performance.now() - began < BUDGET_MS);
  }
}

/** Recourse is used again in time. */
async function assertBack(client) {
  const until = performance.now() + BACK_WITHIN_MS;
  const told = [];
  while (performance.now() < until) {
    await timed(client, operation(1), { policy: QUICK, onDecision: (decision) => told.push(decision) });
    if (told.some(({ local }) => !local)) return;
    await sleep(200);
  }
  assert.fail(`the server was not used again within ${BACK_WITHIN_MS} ms`);
}

async function withClient(address, body) {
  const client = new Client(address, { caller: "robustness" });
  try {
    await body(client);
  } finally {
    await client.close();
  }
}

test("never there", async () => {
  await withClient(await freeAddress(), async (client) => {
    assert.equal(await timed(client, operation(2)), "answer");
    await assert.rejects(timed(client, operation(9)), /read timed out/);
  });
});

test("an address that is none", async () => {
  await withClient("dns:///", async (client) => {
    assert.equal(await timed(client, operation(1)), "answer");
  });
});

test("killed in mid-recovery, and back", needsServer, async () => {
  const address = await freeAddress();
  const server = await startServer(address);
  await withClient(address, async (client) => {
    assert.equal(await client.ready(), true);
    const kill = (call) => call === 2 ? server.kill() : undefined;
    assert.equal(await timed(client, operation(2, kill), { policy: QUICK }), "answer");
    for (let i = 0; i < 3; i++) await timed(client, operation(1), { policy: QUICK }); // Until nobody asks.
    const again = await startServer(address);
    await assertBack(client).finally(() => again.kill());
  });
});

test("paused, and back", needsServer, async () => {
  const server = await startServer();
  await withClient(server.address, async (client) => {
    await timed(client, operation(1), { policy: QUICK });
    server.pause();
    assert.equal(await timed(client, operation(2), { policy: QUICK }), "answer");
    const many = Array.from({ length: 20 }, () => timed(client, operation(1), { policy: QUICK }));
    assert.deepEqual(new Set(await Promise.all(many)), new Set(["answer"]));
    server.resume();
    await assertBack(client);
  }).finally(() => server.kill());
});

test("a server that takes two seconds is not waited for", async () => {
  const slow = await fakeServer({
    "ErrorRecoveryOrchestrator/HandleError": (_, answer) => setTimeout(() => answer(null, Buffer.alloc(0)), 2000).unref(),
  });
  const told = [];
  await withClient(slow.address, async (client) => {
    client.on("decision", (decision) => told.push(decision));
    for (let i = 0; i < 5; i++) assert.equal(await timed(client, operation(1), { policy: QUICK }), "answer");
  }).finally(slow.close);
  assert.equal(told.length, 5);
  assert.ok(told.every(({ local }) => local));
});

test("the caller's deadline holds while asking; cancelling ends a question at once", async () => {
  const sockets = [];
  const silent = net.createServer((socket) => sockets.push(socket));
  await new Promise((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const client = new Client(`127.0.0.1:${silent.address().port}`, { askTimeoutMs: 10_000 });
  try {
    const began = performance.now();
    await assert.rejects(client.recover(operation(1), { timeBudgetMs: 300 }), /read timed out/);
    const signal = AbortSignal.timeout(300);
    await assert.rejects(client.recover(operation(1), { signal }), (error) => error === signal.reason);
    assert.ok(performance.now() - began < 9000);
  } finally {
    await client.close();
    silent.close();
    for (const socket of sockets) socket.destroy();
  }
});

test("a process ends by itself, and tells how it ended before", async () => {
  const reports = [];
  const server = await fakeServer({
    "ErrorRecoveryOrchestrator/HandleError": (_, answer) => answer(null, api.RecoveryResult.encode({
      disposition: 1, strategyUsed: 2, recoveryToken: "t1", action: { $case: "retry", retry: {} },
    }).finish()),
    "ErrorRecoveryOrchestrator/ReportOutcome": ({ request }, answer) => {
      reports.push(api.RecoveryOutcome.decode(request));
      setTimeout(() => answer(null, Buffer.alloc(0)), 50);
    },
  });
  const script = `
    const { Client } = require("recourse");
    const client = new Client("${server.address}", { askTimeoutMs: 5000 });
    let calls = 0;
    client.recover(() => {
      if (calls++ === 0) throw Object.assign(new Error("gone"), { code: "ECONNRESET" });
      return "answer";
    }, { target: "svc" }).then(console.log);`;
  try {
    const { stdout } = await run(process.execPath, ["-e", script], { timeout: 30_000, cwd: HERE });
    assert.equal(stdout, "answer\n");
    assert.deepEqual(reports.map(({ recoveryToken, outcome }) => [recoveryToken, outcome]), [["t1", 1]]);
  } finally {
    server.close();
  }
});

test("a process with the stream of circuits open ends by itself", needsServer, async () => {
  const server = await startServer();
  const script = `
    const { Client } = require("recourse");
    new Client("${server.address}").ready(10_000).then(console.log);`;
  try {
    assert.equal((await run(process.execPath, ["-e", script], { timeout: 30_000, cwd: HERE })).stdout, "true\n");
  } finally {
    await server.kill();
  }
});

test("after close nothing is left open", needsServer, async () => {
  const server = await startServer();
  const before = process.getActiveResourcesInfo().filter(open).length;
  await withClient(server.address, async (client) => {
    // Each has a target of its own: half of one target's calls failing would open its circuit.
    const plan = policy().retry({ maxRetries: 1, baseDelayMs: 0 });
    for (let i = 0; i < 20; i++) {
      const many = Array.from({ length: 50 }, () => timed(client, operation(1), { policy: plan }));
      assert.deepEqual(new Set(await Promise.all(many)), new Set(["answer"]));
    }
  });
  for (let i = 0; i < 100 && process.getActiveResourcesInfo().filter(open).length > before; i++) await sleep(20);
  assert.equal(process.getActiveResourcesInfo().filter(open).length, before);
  await server.kill();
});

function open(kind) {
  return kind.includes("TCP") || kind === "Timeout";
}

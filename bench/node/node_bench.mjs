// What a call that succeeds costs in Node: Recourse's client beside cockatiel's retry with circuit
// breaker, in one run; opossum and p-retry for information. Prints one line each and the ratio, and
// exits with 1 when the ratio misses its goal.
//
//   node client/node/prepare.mjs && npm --prefix bench/node ci && node bench/node/node_bench.mjs [SECONDS]
//
// Each figure is the best of several rounds, less the bare call; rounds of all candidates alternate,
// so that a busy machine hits all.
import { createRequire } from "node:module";
import {
  ConsecutiveBreaker, ExponentialBackoff, circuitBreaker, handleAll, retry, wrap as cockatielWrap,
} from "cockatiel";
import Opossum from "opossum";
import pRetry from "p-retry";

const { CircuitBreaker, Client, policy } = createRequire(import.meta.url)("../../client/node/dist/index.js");

const GOAL = 0.5; // Of cockatiel's time.
const CALLS = 1000;
const PEER = "cockatiel retry + circuitBreaker";
const SECONDS = Number(process.argv[2] ?? 8);

const bare = async () => 1;
const client = new Client("127.0.0.1:1", { caller: "bench" }); // Nobody is there.
const plan = policy().retry({ maxRetries: 3 });
const breaker = () => new CircuitBreaker({ failureThreshold: 5, openMs: 60_000 });
const wrapped = client.wrap(bare, { target: "bench/wrapped", policy: plan });
const guarded = client.wrap(bare, { target: "bench/guarded", policy: plan, breaker: breaker() });
const options = { target: "bench/inline", policy: plan, breaker: breaker() };
const cockatiel = cockatielWrap(
  retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
  circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) }));
const opossum = new Opossum(bare, { timeout: false });

const OURS = {
  "wrap, counted, behind the target's circuit": () => wrapped(),
  "wrap, the same and a breaker of its own": () => guarded(),
  "recover, the same": () => client.recover(bare, options),
};
const CANDIDATES = {
  "bare call": bare,
  ...OURS,
  [PEER]: () => cockatiel.execute(bare),
  "opossum, no retry": () => opossum.fire(),
  "p-retry, no breaker": () => pRetry(bare, { retries: 3 }),
};

/** Of one call, on average over a round. */
async function nanoseconds(call) {
  const began = process.hrtime.bigint();
  for (let i = 0; i < CALLS; i++) await call();
  return Number(process.hrtime.bigint() - began) / CALLS;
}

const best = Object.fromEntries(Object.keys(CANDIDATES).map((name) => [name, Infinity]));
const until = performance.now() + SECONDS * 1000;
do {
  for (const [name, call] of Object.entries(CANDIDATES)) best[name] = Math.min(best[name], await nanoseconds(call));
} while (performance.now() < until);

const floor = best["bare call"];
for (const [name, took] of Object.entries(best)) {
  const overhead = (took - floor).toFixed(0);
  console.log(`${name.padEnd(46)} ${took.toFixed(0).padStart(7)} ns   overhead ${overhead.padStart(7)} ns`);
}
const ratio = Math.max(...Object.keys(OURS).map((name) => best[name] - floor)) / (best[PEER] - floor);
console.log(`ratio, the slowest of ours / ${PEER}: ${ratio.toFixed(3)} (goal ${GOAL})`);
await client.close();
process.exitCode = ratio <= GOAL ? 0 : 1;

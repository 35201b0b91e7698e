// What a call that succeeds costs in Node: Recourse's client beside cockatiel's retry with circuit
// breaker, in one run, path by path: plain, with a time budget, with a signal, with both where the
// operation looks at its signal. opossum and p-retry for information. Prints one line each and the
// ratio of each path, and exits with 1 when one misses its goal.
//
//   node client/node/prepare.mjs && npm --prefix bench/node ci && node bench/node/node_bench.mjs [SECONDS]
//
// Each figure is the best of several rounds, less the bare call; rounds of all candidates alternate,
// so that a busy machine hits all. Peers that are not installed are left out, and said to be.
import { createRequire } from "node:module";

const { CircuitBreaker, Client, policy } = createRequire(import.meta.url)("../../client/node/dist/index.js");

const GOAL = 0.5; // Of cockatiel's time.
const MAX_CALLS = 1000; // Of a round.
const ROUND_NS = 1_000_000; // About: others interrupt a busy machine's longer ones.
const BUDGET_MS = 60_000;
const SECONDS = Number(process.argv[2] ?? 12);

/** The package, or undefined and a line that says so. */
async function peer(name) {
  try {
    return await import(name);
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    console.log(`${name} is not installed (npm --prefix bench/node ci): nothing is measured beside it`);
    return undefined;
  }
}

const [cockatiel, opossum, pRetry] = await Promise.all(["cockatiel", "opossum", "p-retry"].map(peer));

const bare = async () => 1;
const looking = async ({ signal }) => signal.aborted ? 0 : 1;
const { signal } = new AbortController();
const client = new Client("127.0.0.1:1", { caller: "bench" }); // Nobody is there.
const plan = policy().retry({ maxRetries: 3 });
const breaker = () => new CircuitBreaker({ failureThreshold: 5, openMs: 60_000 });
let targets = 0;
const ours = (options, operation = bare) =>
  client.wrap(operation, { target: `bench/${targets += 1}`, policy: plan, ...options });

const inline = { target: "bench/inline", policy: plan, breaker: breaker() };
/** Of each path: ours, all of which must meet the goal, and what cockatiel has for it. */
const PATHS = {
  plain: {
    "wrap, counted, behind the target's circuit": ours({}),
    "wrap, the same and a breaker of its own": ours({ breaker: breaker() }),
    "recover, the same": () => client.recover(bare, inline),
  },
  "time budget": { "wrap, timeBudgetMs": ours({ timeBudgetMs: BUDGET_MS, breaker: breaker() }) },
  signal: { "wrap, signal": ours({ signal, breaker: breaker() }) },
  "both, looked at": {
    "wrap, timeBudgetMs and signal, looked at": ours({ timeBudgetMs: BUDGET_MS, signal, breaker: breaker() }, looking),
  },
};

/** Cockatiel's counterpart of each path. */
function counterparts({
  ConsecutiveBreaker, ExponentialBackoff, TimeoutStrategy, circuitBreaker, handleAll, retry, timeout, wrap,
}) {
  const policies = () => [
    retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) }),
  ];
  const plain = wrap(...policies());
  const limited = wrap(timeout(BUDGET_MS, TimeoutStrategy.Cooperative), ...policies());
  return {
    plain: ["cockatiel retry + circuitBreaker", () => plain.execute(bare)],
    "time budget": ["cockatiel timeout + the same", () => limited.execute(bare)],
    signal: ["cockatiel, execute with a signal", () => plain.execute(bare, signal)],
    "both, looked at": ["cockatiel timeout + the same, with a signal", () => limited.execute(looking, signal)],
  };
}

const peers = cockatiel ? counterparts(cockatiel) : {};
const candidates = { "bare call": bare };
for (const [path, calls] of Object.entries(PATHS)) {
  Object.assign(candidates, calls);
  if (peers[path]) candidates[peers[path][0]] = peers[path][1];
}
if (opossum) {
  const circuit = new opossum.default(bare, { timeout: false });
  candidates["opossum, no retry"] = () => circuit.fire();
}
if (pRetry) candidates["p-retry, no breaker"] = () => pRetry.default(bare, { retries: 3 });

/** Of one call, on average over a round. */
async function nanoseconds(call, calls) {
  const began = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) await call();
  return Number(process.hrtime.bigint() - began) / calls;
}

const best = Object.fromEntries(Object.keys(candidates).map((name) => [name, Infinity]));
const until = performance.now() + SECONDS * 1000;
do {
  for (const [name, call] of Object.entries(candidates)) {
    const calls = Math.max(100, Math.min(MAX_CALLS, Math.round(ROUND_NS / best[name])) || MAX_CALLS);
    best[name] = Math.min(best[name], await nanoseconds(call, calls));
  }
} while (performance.now() < until);

const floor = best["bare call"];
for (const [name, took] of Object.entries(best)) {
  const overhead = (took - floor).toFixed(0);
  console.log(`${name.padEnd(46)} ${took.toFixed(0).padStart(7)} ns   overhead ${overhead.padStart(7)} ns`);
}
for (const [path, [name]] of Object.entries(peers)) {
  const slowest = Math.max(...Object.keys(PATHS[path]).map((own) => best[own] - floor));
  const ratio = slowest / (best[name] - floor);
  console.log(`ratio, ${path}: the slowest of ours / ${name}: ${ratio.toFixed(3)} (goal ${GOAL})`);
  if (ratio > GOAL) process.exitCode = 1;
}
await client.close();

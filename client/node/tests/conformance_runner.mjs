// Runs one conformance case through the client's public API:
//   conformance_runner.mjs --features | --server ADDR --case FILE
import fs from "node:fs";
import { parseArgs } from "node:util";
import { Metadata, status } from "@grpc/grpc-js";
import { Client, policy, Skipped } from "recourse";
import { FakeClock } from "recourse/testing";

// The driver's machine may be busy: nothing here measures patience.
const ASK_TIMEOUT_MS = 2000;

/** The error that an attempt throws, in the form that JavaScript's libraries give it. */
function errorOf(entry) {
  const error = new Error(entry.message);
  error.name = entry.type;
  if (entry.http_status) error.status = entry.http_status;
  if (entry.code) error.code = entry.code;
  if (entry.headers) error.headers = new Headers(entry.headers);
  if (entry.retry_after_ms) error.retryAfterMs = entry.retry_after_ms;
  if (entry.grpc_code) { // A ServiceError.
    Object.assign(error, { code: status[entry.grpc_code], details: entry.message, metadata: new Metadata() });
  }
  return error;
}

const { values: { features, server, case: file } } = parseArgs({
  options: { features: { type: "boolean" }, server: { type: "string" }, case: { type: "string" } },
});
if (features) {
  console.log(JSON.stringify([
    "circuits", "slow_calls", "budget", "observe", "own_steps", "own_timeouts", "causes", "validate",
  ]));
  process.exit();
}
const script = JSON.parse(fs.readFileSync(file, "utf8"));
const { options: given, operation } = script;
const canceller = new AbortController();
const calls = [];
const remediations = [];
const disagreements = [];
const clock = new FakeClock((wait) => {
  if (given.cancel_in_wait === wait) canceller.abort();
});

async function attempt(one) {
  const entry = operation[calls.length];
  calls.push({
    target: one.target, state: one.state, disabled_features: one.disabledFeatures,
    parameters: one.parameters, timeout_ms: one.timeoutMs === undefined ? null : Math.round(one.timeoutMs),
  });
  clock.advance(entry.takes_ms ?? 0);
  if (given.cancel_after_call === calls.length) canceller.abort();
  if (entry.error) throw errorOf(entry.error);
  return entry.value;
}

/** A plan from the fields that cases give. */
function planOf(steps = []) {
  return steps.reduce((plan, { retry, alternativePath, gracefulDegradation }) => {
    if (retry) {
      return plan.retry({
        maxRetries: retry.maxRetries, baseDelayMs: parseFloat(retry.baseDelay) * 1000,
        jitter: retry.jitter.replace("JITTER_", "").toLowerCase(),
        timeoutMultiplier: retry.timeoutMultiplier ?? 1,
      });
    }
    if (alternativePath) return plan.alternativePath(alternativePath.alternatives);
    const { levels, fallbackValue } = gracefulDegradation;
    return plan.gracefulDegradation(levels, { fallbackValue });
  }, policy());
}

function remediation(name, how) {
  return () => {
    remediations.push(name);
    if (how === "fail") throw new Error(`${name} failed`);
  };
}

const named = Array.isArray(given.remediations)
  ? given.remediations.map((name) => [name, ""]) : Object.entries(given.remediations ?? {});
const client = new Client(server, {
  caller: "conformance", clock, askTimeoutMs: ASK_TIMEOUT_MS, mode: given.mode,
});
if (script.server !== "away") await client.ready(10_000);
let result;
try {
  result = {
    value: await client.recover(attempt, {
      target: given.target, idempotency: (given.idempotency ?? "UNSPECIFIED").toLowerCase(),
      timeBudgetMs: given.time_budget_ms, expectedCallTimeMs: given.expected_call_time_ms,
      slowCallMs: given.slow_call_ms,
      state: given.state, subjectField: given.subject_field,
      alternatives: given.alternatives, policy: planOf(given.caller_steps),
      remediations: Object.fromEntries(named.map(([name, how]) => [name, remediation(name, how)])),
      validate: () => !operation[calls.length - 1].invalid,
      awaitHuman: given.await_human, signal: canceller.signal,
      onDisagreement: ({ decided, done }) => disagreements.push(
        { decided: decided.toUpperCase(), done: done.toUpperCase() }),
    }),
  };
} catch (error) {
  if (error === canceller.signal.reason) result = { cancelled: true };
  else if (error instanceof Skipped) result = { skipped: true };
  else result = { error: String(error), cause: error.cause?.message ?? "" };
}
await client.close();
console.log(JSON.stringify({ calls, waits_ms: clock.waits, remediations, disagreements, result }));

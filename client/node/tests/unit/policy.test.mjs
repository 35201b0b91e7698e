import assert from "node:assert/strict";
import { test } from "node:test";
import { policy } from "recourse";
import { backoffDelay, retryDelay } from "../../dist/backoff.js";
import { corrected } from "../../dist/local-steps.js";
import { toRegExp } from "../../dist/regex.js";

const only = (plan) => plan.steps[0];

test("a policy is immutable, and says what is out of range", () => {
  const one = policy().retry(2);
  const two = one.escalation({ assignee: "ops" });
  assert.equal(one.steps.length, 1);
  assert.deepEqual(two.steps.map((s) => s.kind), ["retry", "escalation"]);
  assert.throws(() => policy().retry(101), /maxRetries must be 0 to 100, is 101/);
  assert.throws(() => policy().retry({ factor: 0 }), /factor/);
  assert.throws(() => policy().errorCorrection([{ pattern: "a" }]), /one of replacement/);
  assert.throws(() => policy().errorCorrection([{ replacement: "a" }]), /needs a pattern/);
  let long = policy();
  for (let i = 0; i < 16; i++) long = long.retry();
  assert.throws(() => long.retry(), /at most 16/);
});

test("waits grow as they say, and never above the cap", () => {
  const rows = [
    [{}, [1000, 2000, 4000, 8000]], [{ backoff: "linear" }, [1000, 2000, 3000, 4000]],
    [{ backoff: "fixed" }, [1000, 1000, 1000, 1000]], [{ backoff: "none" }, [0, 0, 0, 0]],
    [{ maxDelayMs: 2500 }, [1000, 2000, 2500, 2500]],
  ];
  for (const [given, wanted] of rows) {
    const step = only(policy().retry({ jitter: "none", ...given }));
    assert.deepEqual([0, 1, 2, 3].map((k) => backoffDelay(step, k)), wanted);
  }
  assert.equal(backoffDelay(only(policy().retry({ factor: 100 })), 5000), 60_000);
});

test("jitter spreads within its bounds", () => {
  const rows = [
    ["full", 0, 0], ["full", 0.5, 2000], ["equal", 0, 2000], ["equal", 0.5, 3000],
    ["decorrelated", 0, 1000], ["decorrelated", 0.5, 5000], ["range", 0, 3200], ["range", 0.5, 4000],
  ];
  for (const [jitter, chance, wanted] of rows) {
    const step = only(policy().retry({ jitter }));
    assert.ok(Math.abs(retryDelay(step, 2, 3000, chance) - wanted) < 1e-6, `${jitter} ${chance}`);
  }
});

test("RE2's syntax", () => {
  const rows = [
    ["(?i)Rate Limit", "RATE LIMIT", true], ["(?m)^b$", "a\nb", true], ["\\Ab", "a\nb", false],
    ["(?m)\\Ab", "a\nb", false], ["(?P<n>\\d+)", "7", true], ["a\\z", "a\n", false], ["[[:digit:]]+", "x7", true],
  ];
  for (const [pattern, text, wanted] of rows) assert.equal(toRegExp(pattern).test(text), wanted, pattern);
  assert.equal(toRegExp("(?U)a+"), undefined);
  assert.equal(toRegExp("("), undefined);
});

test("corrections hold to their guards and are done once", () => {
  const fix = (rewrites, guards) => only(policy().errorCorrection(rewrites, guards));
  const rows = [
    [fix([{ pattern: "(a+)b", replacement: "\\1c" }]), "aab", "aac"],
    [fix([{ pattern: "x", prepend: "import x\n", unlessTextMatches: ["import x"] }]), "x()", "import x\nx()"],
    [fix([{ pattern: "x", append: "!" }]), "x", undefined], // A second run would change it again.
    [fix([{ pattern: "a", replacement: "b" }], { mustNotMatchAfter: ["b"] }), "a", undefined],
    [fix([{ pattern: "a", replacement: "b", onlyIfTextMatches: ["z"] }]), "a", undefined],
    [fix([{ fixer: "json_repair" }]), "{", undefined],
    [fix([{ pattern: "(", replacement: "b" }]), "(", undefined],
    [fix([{ pattern: "a", replacement: "${error.name}" }]), "a", undefined],
  ];
  for (const [step, text, wanted] of rows) assert.equal(corrected(step, text), wanted, text);
});

// Functions that recover: in test mode, where nothing sleeps.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  CircuitBreaker, CircuitOpenError, Client, InvalidValueError, Skipped, decisionOf, policy, recover, recoverDetailed, wrap,
} from "recourse";
import * as testing from "recourse/testing";

const { FakeClock, Recorder, testMode } = testing;

function timeout(message = "read timed out") {
  return Object.assign(new Error(message), { name: "TimeoutError" });
}

/** Fails with these errors, in order; then returns its arguments. */
function flaky(...errors) {
  const calls = [];
  const operation = (attempt, ...args) => {
    calls.push(attempt);
    if (errors.length) throw errors.shift();
    return args.length ? args : "done";
  };
  return Object.assign(operation, { calls });
}

describe("recover", () => {
  test("obeys answers, carries the token and reports once", async () => {
    await testMode([testing.retry(1500), testing.retry(3000, { recoveryToken: "t2" })], async (recorded) => {
      assert.equal(await recover(flaky(timeout("1"), timeout("2")), { target: "svc" }), "done");
      assert.deepEqual(recorded.waits, [1500, 3000]);
      assert.deepEqual(recorded.questions.map((q) => q.token), ["", "test-token"]);
      assert.deepEqual(recorded.reports, [{ token: "t2", outcome: "success" }]);
    });
  });

  test("gives back the last error, the first one as its cause", async () => {
    const [first, last] = [timeout("first"), new RangeError("last")];
    await testMode([testing.retry(1000), testing.giveUp("no")], async () => {
      await assert.rejects(recover(flaky(first, last)), (error) => error === last);
      assert.equal(last.cause, first);
      assert.equal(decisionOf(last).errorMessage, "no");
    });
  });

  test("does not make an error its own cause", async () => {
    const error = timeout("again");
    await testMode([testing.retry(0)], () => assert.rejects(recover(flaky(error, error, error))));
    assert.equal(error.cause, undefined);
  });

  test("takes what is thrown even when it is no Error", async () => {
    await testMode([testing.retry(0)], async (recorded) => {
      await assert.rejects(recover(flaky("a text", Object.freeze({ odd: true }))), (error) => error.odd);
      assert.equal(recorded.questions[0].details.message, "a text");
    });
  });

  test("tells how a value came to be", async () => {
    await testMode([testing.recovered({ n: 1 })], async (recorded) => {
      const { value, degraded, attempts } = await recoverDetailed(flaky(timeout()));
      assert.deepEqual({ value, degraded, attempts }, { value: { n: 1 }, degraded: true, attempts: 1 });
      assert.equal(recorded.reports[0].outcome, "success");
    });
  });

  test("lets a fallback stand in, a value or a function", async () => {
    await testMode([], async (recorded) => {
      assert.equal(await recover(flaky(timeout()), { fallback: "stale" }), "stale");
      assert.equal(await recover(flaky(timeout("x")), { fallback: async (e) => e.message }), "x");
      assert.equal(recorded.reports[0].outcome, "failure");
    });
  });

  test("never returns a value that validate refuses", async () => {
    const rows = [
      [() => false, InvalidValueError], [async () => false, InvalidValueError], [() => undefined, InvalidValueError],
      [() => { throw new RangeError("too old"); }, /too old/], [async () => { throw new RangeError("late"); }, /late/],
    ];
    for (const [validate, wanted] of rows) {
      await testMode([testing.retry(0)], async (recorded) => {
        const operation = flaky();
        await assert.rejects(recover(operation, { target: "svc", validate }), wanted);
        assert.equal(operation.calls.length, 2);
        assert.equal(recorded.reports[0].outcome, "failure");
        // Neither speaks against the target.
        assert.deepEqual(recorded.questions.map(({ sums }) => sums?.failures), [undefined, 0]);
      });
    }
  });

  test("asks about a refused value as about an error", async () => {
    const values = [1, 2, 3];
    const work = ({ target }) => [target, values.shift()];
    await testMode([testing.retry(500), testing.alternative("b")], async (recorded) => {
      const validate = ([, n]) => n === 3;
      assert.deepEqual(await recover(work, { target: "a", validate }), ["b", 3]);
      assert.deepEqual(recorded.questions.map((q) => q.details.exceptionType),
        ["recourse.InvalidValue", "recourse.InvalidValue"]);
      assert.equal(recorded.reports[0].outcome, "success");
    });
  });

  test("lets a breaker of one's own hear of refused values", async () => {
    await testMode(null, async () => {
      const breaker = new CircuitBreaker({ failureThreshold: 1 });
      await assert.rejects(recover(flaky(), { validate: () => false, breaker }), InvalidValueError);
      assert.equal(breaker.state, "open");
    });
  });

  test("passes errors that shouldRecover refuses", async () => {
    await testMode([], async (recorded) => {
      const options = { shouldRecover: (error) => error.message !== "no" };
      await assert.rejects(recover(flaky(timeout("no")), options), /no/);
      assert.equal(recorded.questions.length, 0);
    });
  });

  test("does what a person says", async () => {
    const rows = [
      [{ action: "retry" }, "done"], [{ action: "skip", note: "not today" }, Skipped],
      [{ action: "abort" }, /read timed out/], [{ action: "resume", state: { n: 2 } }, "done"],
    ];
    for (const [resolution, wanted] of rows) {
      await testMode([testing.waitForHuman("i1")], async () => {
        const told = [];
        const operation = flaky(timeout());
        const running = recover(operation, { awaitHuman: (incident) => told.push(incident.incidentId) });
        if (wanted === "done") assert.equal(await running, "done");
        else await assert.rejects(running, wanted);
        assert.deepEqual(told, ["i1"]);
        if (resolution.state) assert.deepEqual(operation.calls[1].state, resolution.state);
      }, { resolutions: [resolution] });
    }
  });

  test("runs the function of an alternative in place of the operation", async () => {
    await testMode([testing.alternative("us", "search/us", { zone: "b" })], async (recorded) => {
      const alternatives = { us: ({ target, parameters }) => `${target} ${parameters.zone}` };
      assert.equal(await recover(flaky(timeout()), { target: "search/eu", alternatives }), "search/us b");
      assert.equal(recorded.questions.length, 1);
    });
  });

  test("hands edits and features over, and lets handlers have the last word", async () => {
    const edits = [{ path: "max", operation: "cap", value: 10 }];
    const state = Object.freeze({ max: 50, text: "abc" });
    await testMode([testing.degrade(["images"], edits), testing.correct("text", "ABC")], async () => {
      const operation = flaky(timeout(), timeout());
      await recover(operation, {
        state, subjectField: "text", onCorrect: (action, now) => ({ ...now, text: `<${action.correctedText}>` }),
      });
      const [, second, third] = operation.calls;
      assert.deepEqual(second.state, { max: 10, text: "abc" });
      assert.equal(second.enabled("images"), false);
      assert.deepEqual(third.state, { max: 10, text: "<ABC>" });
      assert.deepEqual(state, { max: 50, text: "abc" });
    });
  });

  test("makes one share of the whole of what each decision says to keep", async () => {
    const decisions = [
      testing.degrade([], [], 0.5), testing.degrade(), testing.degrade([], [], 0.8), testing.retry(0)];
    await testMode(decisions, async () => {
      const operation = flaky(timeout(), timeout(), timeout(), timeout());
      await recover(operation);
      assert.deepEqual(operation.calls.map((one) => one.keepRatio), [1, 0.5, 0.5, 0.4, 0.4]);
    });
  });

  test("asks about a handler that fails as about a failed attempt", async () => {
    await testMode([testing.degrade(), testing.giveUp()], async (recorded) => {
      const onDegrade = () => { throw new Error("cannot do less"); };
      await assert.rejects(recover(flaky(timeout()), { onDegrade }), /cannot do less/);
      assert.equal(recorded.questions[1].details.message, "cannot do less");
    });
  });

  test("runs only remediations that are its own", async () => {
    for (const remediation of ["toString", "none"]) {
      await testMode([testing.retry(0, { remediation })], async () => {
        await assert.rejects(recover(flaky(timeout()), { remediations: {} }), /not declared/);
      });
    }
  });

  test("warns of hooks that throw, and goes on", async () => {
    const warned = new Promise((resolve) => process.once("warning", resolve));
    await testMode(["INVALID_ARGUMENT"], async () => {
      const onAskFailed = () => { throw new Error("hook"); };
      await assert.rejects(recover(flaky(new RangeError("own")), { onAskFailed }), /own/);
    });
    assert.match((await warned).message, /onAskFailed threw: Error: hook/);
  });

  test("says which option is bad", () => {
    assert.throws(() => recover(flaky(), { timeBudgetMs: -1 }), /timeBudgetMs must be 0 ms or more/);
    assert.throws(() => recover(flaky(), { timeBudgetMs: NaN }), /timeBudgetMs/);
    assert.throws(() => recover(flaky(), { idempotency: "maybe" }), /'maybe'/);
    assert.throws(() => wrap(flaky(), { timeBudget: 1 }), /no option 'timeBudget'/);
    assert.throws(() => new Client(null, { mode: "watch" }), /'watch'/);
    assert.throws(() => new Client(null, { askTimeoutMs: 0 }), /askTimeoutMs/);
  });
});

describe("wrap", () => {
  test("passes arguments, and takes options that depend on them", async () => {
    await testMode([testing.retry(0), testing.retry(0)], async (recorded) => {
      assert.deepEqual(await wrap(flaky(timeout()), { target: "svc" })("a", 1), ["a", 1]);
      await wrap(flaky(timeout()), (model) => ({ target: `openai/${model}` }))("mini");
      assert.deepEqual(recorded.questions.map((q) => q.target), ["svc", "openai/mini"]);
    });
  });

  test("uses whichever client is the default when it is called", async () => {
    const work = wrap(flaky(timeout(), timeout()), { target: "svc" });
    await testMode([testing.retry(1)], async (recorded) => {
      await assert.rejects(work());
      assert.equal(recorded.questions.length, 2);
    });
    assert.equal(await work(), "done");
  });

  test("counts calls that succeed and tells them with the next question", async () => {
    await testMode([testing.retry(0)], async (recorded) => {
      let fail = false;
      const work = wrap(() => { if (fail) { fail = false; throw timeout(); } }, { target: "svc" });
      for (let i = 0; i < 9; i++) await work();
      fail = true;
      await work();
      const { calls, failures } = recorded.questions[0].sums;
      assert.deepEqual({ calls, failures }, { calls: 10, failures: 1 });
    });
  });
});

describe("cancelling", () => {
  test("in an attempt: nobody is asked, the reason comes back", async () => {
    await testMode([], async (recorded) => {
      const canceller = new AbortController();
      const reason = new Error("enough");
      const work = () => { canceller.abort(reason); throw timeout(); };
      await assert.rejects(recover(work, { signal: canceller.signal, fallback: 1 }), (e) => e === reason);
      assert.equal(recorded.questions.length, 0);
    });
  });

  test("in a wait: it is reported", async () => {
    const canceller = new AbortController();
    const clock = new FakeClock(() => canceller.abort());
    await testMode([testing.retry(9000)], async (recorded) => {
      await assert.rejects(recover(flaky(timeout()), { signal: canceller.signal }), { name: "AbortError" });
      assert.deepEqual(recorded.reports, [{ token: "test-token", outcome: "cancelled" }]);
    }, { clock });
  });

  test("before the first attempt: it does not run", async () => {
    const operation = flaky();
    await assert.rejects(recover(operation, { signal: AbortSignal.abort() }), { name: "AbortError" });
    assert.equal(operation.calls.length, 0);
  });

  test("by the operation itself: an AbortError passes", async () => {
    await testMode([], async (recorded) => {
      await assert.rejects(recover(flaky(new DOMException("stop", "AbortError"))), { name: "AbortError" });
      assert.equal(recorded.questions.length, 0);
    });
  });

  test("by the attempt's time: that is a failure", async () => {
    const clock = new FakeClock();
    const recorder = new Recorder([testing.retry(0, { timeoutMs: 10 })], { clock });
    const reasons = [];
    const work = async ({ signal, timeoutMs }) => {
      clock.advance(timeoutMs + 1);
      reasons.push(signal.reason?.name);
      throw signal.reason ?? new DOMException("gone", "AbortError");
    };
    const slow = async (attempt) => {
      attempt.signal; // Armed before the time passes.
      return work(attempt);
    };
    await assert.rejects(recorder.recover(slow, { timeBudgetMs: 100 }), { name: "TimeoutError" });
    assert.deepEqual(reasons, ["TimeoutError"]);
    assert.equal(recorder.questions.length, 0); // There was no time left to ask.
    await recorder.close();
  });

  test("an attempt's signal follows the caller's, and lets go of it", async () => {
    const canceller = new AbortController();
    let seen;
    await recover((attempt) => { seen = attempt.signal; }, { signal: canceller.signal });
    canceller.abort();
    assert.equal(seen.aborted, false); // It had ended before.
  });
});

describe("without a server", () => {
  test("a policy is carried out", async () => {
    await testMode(null, async (recorded) => {
      const plan = policy().retry({ maxRetries: 2, baseDelayMs: 100, jitter: "none" })
        .alternativePath(["b"]).gracefulDegradation([], { fallbackValue: "old" });
      const operation = flaky(timeout(), timeout(), timeout(), timeout());
      assert.equal(await recover(operation, { target: "a", policy: plan }), "old");
      assert.deepEqual(operation.calls.map((c) => c.target), ["a", "a", "a", "b"]);
      assert.deepEqual(recorded.waits, [100, 200]);
      assert.ok(recorded.decisions.every((d) => d.local));
    });
  });

  test("time-outs of a plan's retries grow, to a day and within the budget", async () => {
    const plan = policy().retry({ maxRetries: 2, baseDelayMs: 0, jitter: "none", timeoutMultiplier: 10 });
    const day = 86_400_000;
    const rows = [
      [{ expectedCallTimeMs: 5000 }, [undefined, 50_000, 500_000]], [{}, [undefined, undefined, undefined]],
      [{ expectedCallTimeMs: day / 10 }, [undefined, day, day]],
      [{ expectedCallTimeMs: 5000, timeBudgetMs: 60_000 }, [60_000, 50_000, 60_000]],
    ];
    for (const [given, wanted] of rows) {
      for (const mode of ["obey", "observe"]) {
        await testMode(null, async () => {
          const operation = flaky(timeout(), timeout());
          await recover(operation, { target: "a", policy: plan, mode, ...given });
          assert.deepEqual(operation.calls.map((c) => c.timeoutMs), wanted);
        });
      }
    }
  });

  test("the plan may depend on the error", async () => {
    await testMode(null, async (recorded) => {
      const policyFor = (error) => policy().retry({ maxRetries: 1, baseDelayMs: Number(error.message), jitter: "none" });
      await recover(flaky(new Error("7")), { policyFor });
      assert.deepEqual(recorded.waits, [7]);
    });
  });

  test("what looks temporary is retried twice, no more, and not_idempotent never", async () => {
    await testMode(null, async (recorded) => {
      await assert.rejects(recover(flaky(timeout(), timeout(), timeout()), { target: "a" }));
      assert.equal(recorded.waits.length, 2);
      await assert.rejects(recover(flaky(timeout()), { target: "b", idempotency: "not_idempotent" }));
      await assert.rejects(recover(flaky(new TypeError("x")), { target: "c" }));
      assert.equal(recorded.waits.length, 2);
    });
  });

  test("retries of a target are paid from its budget", async () => {
    await testMode(null, async (recorded) => {
      for (let i = 0; i < 20; i++) await assert.rejects(recover(flaky(timeout(), timeout(), timeout()), { target: "a" }));
      assert.ok(recorded.waits.length >= 10 && recorded.waits.length <= 20, `${recorded.waits.length}`);
    });
  });
});

describe("observe", () => {
  test("a refused value is a failure", async () => {
    await testMode([testing.giveUp()], async (recorded) => {
      await assert.rejects(recover(flaky(), { mode: "observe", validate: () => false }), InvalidValueError);
      await recorded.close();
      assert.equal(recorded.questions[0].details.exceptionType, "recourse.InvalidValue");
    });
  });

  test("runs the caller's own plan and tells where it differs", async () => {
    await testMode([testing.retry(60_000), testing.giveUp()], async (recorded) => {
      const told = [];
      const value = await recover(flaky(timeout(), timeout()), {
        mode: "observe", onDisagreement: ({ decided, done }) => told.push([decided, done]),
        policy: policy().retry({ baseDelayMs: 100, jitter: "none" }),
      });
      assert.equal(value, "done");
      assert.deepEqual(recorded.waits, [100, 200]);
      await recorded.close();
      assert.deepEqual(told, [["retry", "ran_again"], ["ended", "ran_again"]]);
      assert.deepEqual(recorded.reports, [{ token: "test-token", outcome: "success" }]);
    });
  });

  test("a loop of one's own", async () => {
    await testMode([testing.retry(100)], async (recorded) => {
      const observed = recorded.observe({ target: "svc" });
      observed.failed(timeout());
      observed.retrying(200);
      observed.succeeded();
      await recorded.close();
      assert.equal(recorded.questions[0].target, "svc");
      assert.deepEqual(recorded.reports, [{ token: "test-token", outcome: "success" }]);
    });
  });
});

describe("a breaker as an option", () => {
  test("opens after failures, and then nothing runs or is asked", async () => {
    await testMode(null, async () => {
      const breaker = new CircuitBreaker({ failureThreshold: 2, now: () => 0 });
      const work = wrap(flaky(new Error("1"), new Error("2")), { breaker });
      await assert.rejects(work(), /1/);
      await assert.rejects(work(), /2/);
      await assert.rejects(work(), CircuitOpenError);
      assert.equal(breaker.state, "open");
    });
  });
});

describe("circuits", () => {
  const state = (target, circuit, own = false) => ({ target, state: circuit, own, openRemainingMs: 5000 });

  test("an open one gates the first attempt; without an answer local waits look again", async () => {
    const recorder = new Recorder(["UNAVAILABLE", "UNAVAILABLE", "UNAVAILABLE"]);
    recorder.core.sites.told(state("svc", "open"), recorder.core.now());
    const operation = flaky();
    await assert.rejects(recorder.recover(operation, { target: "svc" }), CircuitOpenError);
    assert.equal(operation.calls.length, 0);
    assert.ok(recorder.questions.every((q) => q.circuitOpen && !q.details));
    recorder.clock.advance(6000); // The stream is away: the circuit is believed until its time is over.
    assert.equal(await recorder.recover(operation, { target: "svc" }), "done");
    await recorder.close();
  });

  test("a server without circuits leaves it to the client's own breaker", async () => {
    const recorder = new Recorder(null);
    recorder.core.sites.holdAlone(recorder.core.now());
    const work = recorder.wrap(flaky(...Array.from({ length: 15 }, () => timeout())), { target: "svc" });
    for (let i = 0; i < 2; i++) await assert.rejects(work());
    assert.ok(recorder.core.sites.gates(recorder.core.site("svc"), recorder.core.now()));
    await recorder.close();
  });
});

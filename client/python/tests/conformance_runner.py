#!/usr/bin/python3
"""Runs one conformance case through the client's public API.

  conformance_runner.py [--asyncio] --features | --server ADDR --case FILE
"""
import argparse
import asyncio
import json
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "src"))

import recourse  # noqa: E402  pylint: disable=wrong-import-position
from recourse.testing import FakeClock  # noqa: E402  pylint: disable=wrong-import-position

BUILTIN = {"TimeoutError": TimeoutError, "ValueError": ValueError, "SyntaxError": SyntaxError}
FEATURES = ["circuits", "slow_calls", "budget", "observe", "own_steps", "own_timeouts", "causes", "validate"]
# The driver's machine may be busy: nothing here measures patience.
ASK_TIMEOUT = 2.0


def error_of(entry):
    """The exception that an attempt raises."""
    kind = BUILTIN.get(entry["type"]) or type(entry["type"], (Exception,), {})
    error = kind(entry["message"])
    for name in ("http_status", "grpc_code", "code", "headers"):
        if name in entry:
            setattr(error, name, entry[name])
    if "retry_after_ms" in entry:
        error.retry_after = entry["retry_after_ms"] / 1000
    return error


def step_of(entry):
    """A step from the fields that cases give."""
    [(kind, given)] = entry.items()
    if kind == "retry":
        return recourse.RetryStep(
            max_retries=given["maxRetries"], base_delay=float(given["baseDelay"].rstrip("s")),
            jitter=recourse.Jitter[given["jitter"].removeprefix("JITTER_")],
            timeout_multiplier=given.get("timeoutMultiplier", 1.0))
    if kind == "alternativePath":
        return recourse.AlternativePathStep(
            alternatives=[recourse.Alternative(**one) for one in given["alternatives"]])
    return recourse.GracefulDegradationStep(
        levels=[recourse.DegradationLevel(one["name"], one["disableFeatures"])
                for one in given["levels"]], fallback_value=given["fallbackValue"])


class Case:
    """One case: the operation, its options, and what is written down."""

    def __init__(self, case, in_asyncio):
        self.options = case["options"]
        self.operation = case["operation"]
        self.in_asyncio = in_asyncio
        self.cancel = threading.Event()
        self.clock = FakeClock(on_wait=self.waited)
        self.calls, self.remediations, self.disagreements = [], [], []

    def stop(self):
        """The caller cancels."""
        if self.in_asyncio:
            asyncio.current_task().cancel()
        else:
            self.cancel.set()

    def waited(self, number):
        if self.options.get("cancel_in_wait") == number:
            self.stop()

    def attempt(self, attempt):
        """One call of the operation."""
        number = len(self.calls)
        self.calls.append({
            "target": attempt.target, "state": attempt.state,
            "disabled_features": list(attempt.disabled_features),
            "parameters": dict(attempt.parameters),
            "timeout_ms": None if attempt.timeout is None else round(attempt.timeout * 1000)})
        entry = self.operation[number]
        self.clock.advance(entry.get("takes_ms", 0) / 1000)
        if self.options.get("cancel_after_call") == number + 1:
            self.stop()
        if "error" in entry:
            raise error_of(entry["error"])
        return entry["value"]

    def validate(self, _value):
        """Whether the last attempt's value will do."""
        return not self.operation[len(self.calls) - 1].get("invalid", False)

    async def attempt_async(self, attempt):
        try:
            return self.attempt(attempt)
        finally:
            await asyncio.sleep(0)  # Where a cancelled task ends.

    def remediation(self, name, how):
        def run():
            self.remediations.append(name)
            if how == "fail":
                raise RuntimeError(f"{name} failed")
        return run

    def options_for_client(self):
        given = self.options
        remediations = given.get("remediations", {})
        if isinstance(remediations, list):
            remediations = dict.fromkeys(remediations, "")
        alternatives = given.get("alternatives")
        if alternatives is not None:
            alternatives = [recourse.Alternative(**one) for one in alternatives]
        return recourse.Options(
            target=given["target"], idempotency=given.get("idempotency", "UNSPECIFIED").lower(),
            time_budget=given["time_budget_ms"] / 1000 if "time_budget_ms" in given else None,
            expected_call_time=given.get("expected_call_time_ms", 0) / 1000,
            slow_call=given["slow_call_ms"] / 1000 if "slow_call_ms" in given else None,
            state=given.get("state"), subject_field=given.get("subject_field", ""),
            alternatives=alternatives,
            steps=[step_of(one) for one in given.get("caller_steps", ())],
            remediations={n: self.remediation(n, how) for n, how in remediations.items()},
            await_human=given.get("await_human", False),
            validate=self.validate,
            cancel=None if self.in_asyncio else self.cancel,
            on_disagreement=lambda d: self.disagreements.append(
                {"decided": d.decided, "done": d.done}))

    def run(self, client):
        options = self.options_for_client()
        try:
            if self.in_asyncio:
                value = asyncio.run(client.run_async(self.attempt_async, options))
            else:
                value = client.run(self.attempt, options)
            return {"value": value}
        except (recourse.Cancelled, asyncio.CancelledError):
            return {"cancelled": True}
        except recourse.Skipped:
            return {"skipped": True}
        except Exception as error:  # pylint: disable=broad-except
            return {"error": f"{type(error).__name__}: {error}", "cause": str(error.__cause__ or "")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", action="store_true")
    parser.add_argument("--server")
    parser.add_argument("--case", type=pathlib.Path)
    parser.add_argument("--asyncio", action="store_true")
    args = parser.parse_args()
    if args.features:
        print(json.dumps(FEATURES))
        return
    script = json.loads(args.case.read_text())
    case = Case(script, args.asyncio)
    client = recourse.Client(args.server, caller="conformance", clock=case.clock,
                             ask_timeout=ASK_TIMEOUT, mode=case.options.get("mode", "obey"))
    if script.get("server") != "away":
        client.connect(10)
    result = case.run(client)
    client.close()
    print(json.dumps({
        "calls": case.calls, "waits_ms": [wait * 1000 for wait in case.clock.waits],
        "remediations": case.remediations, "disagreements": case.disagreements,
        "result": result}))


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""What a call that succeeds costs in Python: Recourse's decorators and objects
beside tenacity's retry, in one run.  Prints one line each and the ratios.

  PYTHONPATH=client/python/src bench/python_bench.py [--seconds S]

Without python3-tenacity ours are measured alone, and that is said.  Each figure
is the best of several rounds, less the bare call; rounds of all candidates
alternate, so that a busy machine hits all.
"""
import argparse
import functools
import time

import recourse

try:
    import tenacity
except ImportError:
    tenacity = None

GOAL = 0.1  # Of tenacity's time, for the decorators that people know.
MORE_GOAL = 0.5  # For options that must do something at each call.
CALLS_GOAL = 2.0  # For a function that is told anew with each call.
CALLS = 100  # Between two looks at the clock.
ROUND = 0.001  # Seconds.  Short: others interrupt a busy machine's longer ones.

BARE, PEER = "bare", "peer"


def bare():
    return 1


def candidates():
    """Name -> a function to be called."""
    client = recourse.Client("127.0.0.1:1", caller="bench")  # Nobody is there.

    @recourse.recover(client=client, target="bench/circuit")
    def with_circuit():
        return 1

    @recourse.retry(retries=3)
    def with_retry():
        return 1

    @recourse.retry(retries=3)
    @recourse.with_circuit_breaker(failure_threshold=5, recovery_timeout=60)
    def with_retry_and_breaker():
        return 1

    def timed(attempt):
        return attempt.number

    retries = recourse.RetryStrategy(client=client)
    guarded = recourse.RetryStrategy(client=client, use_circuit_breaker=True)
    options = recourse.Options(target="bench/run", time_budget=30)
    recover = functools.partial(recourse.recover, client=client)
    return {
        BARE: {"bare call": bare},
        PEER: {} if tenacity is None else {
            "tenacity @retry": tenacity.retry(stop=tenacity.stop_after_attempt(3))(lambda: 1)},
        GOAL: {"@retry": with_retry,
               "@recover, counted, behind the target's circuit": with_circuit,
               "@retry over @with_circuit_breaker": with_retry_and_breaker},
        MORE_GOAL: {"@recover(time_budget=)": recover(bare, target="bench/a", time_budget=30),
                    "@recover(validate=)": recover(bare, target="bench/a", validate=bool),
                    "@recover(target=function)": recover(bare, target=lambda: "bench/b"),
                    "@recover, with the attempt as a parameter": recover(timed, target="bench/c")},
        CALLS_GOAL: {"Client.run(function, options)": lambda: client.run(bare, options),
                     "Client.run(function, target=)":
                         lambda: client.run(bare, target="bench/run"),
                     "RetryStrategy.execute": lambda: retries.execute(bare),
                     "RetryStrategy.execute, with a breaker": lambda: guarded.execute(bare)}}


def nanoseconds(function):
    """Of one call, on average over a round."""
    began = time.perf_counter()
    calls, took = 0, 0.0
    while took < ROUND:
        for _ in range(CALLS):
            function()
        calls += CALLS
        took = time.perf_counter() - began
    return took / calls * 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="for all of it (default 5)")
    args = parser.parse_args()
    groups = candidates()
    functions = {name: function for group in groups.values() for name, function in group.items()}
    best = {name: float("inf") for name in functions}
    until = time.perf_counter() + args.seconds
    while time.perf_counter() < until:
        for name, function in functions.items():
            best[name] = min(best[name], nanoseconds(function))
    overhead = {name: took - best["bare call"] for name, took in best.items()}
    for name, took in best.items():
        print(f"{name:48} {took:9.0f} ns   overhead {overhead[name]:9.0f} ns")
    if not groups[PEER]:
        print("tenacity is not installed (python3-tenacity): nothing is measured beside it")
        return 0
    missed = 0
    for goal in (GOAL, MORE_GOAL, CALLS_GOAL):
        worst = max(groups[goal], key=overhead.__getitem__)
        ratio = overhead[worst] / overhead["tenacity @retry"]
        missed += ratio > goal
        print(f"ratio to tenacity, {worst}: {ratio:.3f} (goal {goal})")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())

#!/usr/bin/python3
"""What a call that succeeds costs in Python: Recourse's decorators beside
tenacity's retry, in one run.  Prints one line each and the ratio.

  PYTHONPATH=client/python/src bench/python_bench.py [--seconds S]

Needs python3-tenacity.  Each figure is the best of several rounds, less the
bare call; rounds of all candidates alternate, so that a busy machine hits all.
"""
import argparse
import time

import recourse
import tenacity

GOAL = 0.1  # Of tenacity's time.


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

    @tenacity.retry(stop=tenacity.stop_after_attempt(3))
    def by_tenacity():
        return 1

    return {"bare call": bare, "@retry": with_retry,
            "@recover, counted, behind the target's circuit": with_circuit,
            "@retry over @with_circuit_breaker": with_retry_and_breaker,
            "tenacity @retry": by_tenacity}


def nanoseconds(function, calls):
    """Of one call, on average over a round."""
    began = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - began) / calls * 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="for all of it (default 5)")
    args = parser.parse_args()
    functions = candidates()
    best = {name: float("inf") for name in functions}
    until = time.perf_counter() + args.seconds
    while time.perf_counter() < until:
        for name, function in functions.items():
            best[name] = min(best[name], nanoseconds(function, 2000))
    floor = best["bare call"]
    for name, took in best.items():
        print(f"{name:48} {took:9.0f} ns   overhead {took - floor:9.0f} ns")
    peer = best["tenacity @retry"] - floor
    worst = max(took - floor for name, took in best.items()
                if name not in ("bare call", "tenacity @retry"))
    print(f"ratio, the slowest of ours / tenacity: {worst / peer:.3f} (goal {GOAL})")
    return 0 if worst / peer <= GOAL else 1


if __name__ == "__main__":
    raise SystemExit(main())

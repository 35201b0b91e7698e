"""A hundred thousand recoveries leave nothing behind, by a link of the process and
by a real one."""
import asyncio
import concurrent.futures
import gc
import os
import threading
import time
import unittest

import grpc

import recourse
from recourse import testing
from server_process import Server, needs_server

RECOVERIES = 100_000
BY_THREADS = 10_000  # Of these; the others are tasks.
WARM_UP = 1000  # Of each, before anything is measured.
AT_ONCE = 48  # Below the questions that may be in flight.
STEPS = [recourse.RetryStep(max_retries=1, base_delay=0)]
PATIENCE = 600.0  # Seconds for an answer: every one is waited for.
SETTLED_WITHIN = 60.0


class FailsOnce:
    """Fails with a time-out, then answers."""

    __slots__ = ("failed",)

    def __init__(self):
        self.failed = False

    def __call__(self):
        if not self.failed:
            self.failed = True
            raise TimeoutError("read timed out")
        return "answer"


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def channels():
    return sum(isinstance(thing, grpc.Channel) for thing in gc.get_objects())


@needs_server
class RealLinkTest(unittest.TestCase):

    def settle(self, measure, limit):
        """What is measured comes down to the limit: gRPC cleans up in its own time."""
        until = time.monotonic() + SETTLED_WITHIN
        while measure() > limit and time.monotonic() < until:
            gc.collect()
            time.sleep(0.05)
        self.assertLessEqual(measure(), limit)

    def recover_in_tasks(self, client, targets):
        """One recovery for each of these targets, some at once."""
        async def worker():
            for target in targets:
                operation = FailsOnce()

                async def work():
                    return operation()  # pylint: disable=cell-var-from-loop
                self.assertEqual(await client.run_async(
                    work, target=target, steps=STEPS), "answer")

        async def main():
            await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
            return len(asyncio.all_tasks())
        self.assertEqual(asyncio.run(main()), 1)

    @staticmethod
    def recover_in_threads(client, targets):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for _ in pool.map(lambda target: client.run(
                    FailsOnce(), target=target, steps=STEPS), targets):
                pass

    def test_a_hundred_thousand_recoveries(self):
        # Each has a target of its own: half of one target's calls failing would
        # open its circuit.
        targets = (f"svc-{number}" for number in range(10 ** 9))

        def some(count):
            return (next(targets) for _ in range(count))
        decided = [0, 0]  # By the server, locally.

        def count(decision):
            decided[decision.local] += 1
        with Server() as server:
            threads = threading.active_count()
            with recourse.Client(server.address, ask_timeout=PATIENCE,
                                 on_decision=count) as client:
                self.recover_in_tasks(client, some(WARM_UP))
                self.recover_in_threads(client, list(some(WARM_UP)))
                gc.collect()
                before = (threading.active_count(), descriptors(), channels(),
                          len(gc.get_objects()))
                self.assertEqual(before[2], 1)
                self.recover_in_tasks(client, some(RECOVERIES - BY_THREADS))
                self.recover_in_threads(client, list(some(BY_THREADS)))
                self.assertEqual(decided, [RECOVERIES + 2 * WARM_UP, 0])
                self.settle(threading.active_count, before[0])
                self.settle(descriptors, before[1])
                self.settle(channels, 1)
                self.settle(lambda: len(gc.get_objects()), before[3] + 2000)
            self.settle(threading.active_count, threads)
            self.settle(channels, 0)

    def test_clients_that_come_and_go(self):
        with Server() as server:
            def use(client):
                with client:
                    self.assertEqual(client.run(FailsOnce(), target="svc",
                                                steps=STEPS), "answer")
            for _ in range(3):
                use(recourse.Client(server.address))
            self.settle(channels, 0)
            before = threading.active_count(), descriptors()
            for _ in range(50):
                use(recourse.Client(server.address))
            self.settle(channels, 0)
            self.settle(threading.active_count, before[0])
            self.settle(descriptors, before[1])


class LinkOfTheProcessTest(unittest.TestCase):

    def test_nothing_grows(self):
        recorder = testing.Recorder([])
        recorder.decisions = recorder.questions = recorder.reports = _Nothing()
        recorder.fake_clock.waits = _Nothing()
        recorder.start_call = lambda effect: testing._Answered(  # pylint: disable=protected-access
            testing.retry(0.1))
        work = recourse.recover(_Alternating(), client=recorder, target="svc")

        async def work_async():
            return alternating()
        alternating = _Alternating()
        in_asyncio = recourse.recover(work_async, client=recorder, target="svc")

        async def many(count):
            for _ in range(count):
                await in_asyncio()
            return len(asyncio.all_tasks())
        for _ in range(1000):
            work()
        gc.collect()
        objects, threads = len(gc.get_objects()), threading.active_count()
        for _ in range(RECOVERIES // 2):
            work()
        self.assertEqual(asyncio.run(many(RECOVERIES // 2)), 1)
        gc.collect()
        self.assertLess(len(gc.get_objects()) - objects, 500)
        self.assertEqual(threading.active_count(), threads)


class _Alternating:
    """Fails every second time."""

    __name__ = "alternating"

    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.calls % 2:
            raise TimeoutError("x")


class _Nothing(list):
    """A list that forgets."""

    def append(self, _):
        pass


if __name__ == "__main__":
    unittest.main()

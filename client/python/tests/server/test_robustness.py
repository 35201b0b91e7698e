"""A server that is away, killed, paused, slow: operations end in time and
rightly; when it is back it is used again; nothing is left over."""
import asyncio
import concurrent.futures
import gc
import threading
import time
import unittest

import grpc

import recourse
from recourse import testing
from server_process import Server, free_address, needs_server

BUDGET = 20.0  # Seconds an operation may take; far more than any of these needs.
BACK_WITHIN = 5.0


class Operation:
    """Fails with a time-out so many times, then answers."""

    def __init__(self, failures, on_call=None):
        self.failures = failures
        self.on_call = on_call
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.on_call is not None:
            self.on_call(self.calls)
        if self.calls <= self.failures:
            raise TimeoutError("read timed out")
        return "answer"


QUICK = [recourse.RetryStep(max_retries=3, base_delay=0.05)]


@needs_server
class RobustnessTest(unittest.TestCase):

    targets = 0

    def run_and_time(self, client, operation, **options):
        began = time.monotonic()
        # A target each: the budget of local retries is not what is tested here.
        self.targets += 1
        try:
            return client.run(operation, target=f"svc-{self.targets}", time_budget=BUDGET,
                              **options)
        finally:
            self.assertLess(time.monotonic() - began, BUDGET)

    def assert_back(self, client):
        """Recourse is used again in time."""
        until = time.monotonic() + BACK_WITHIN
        while time.monotonic() < until:
            told = []
            self.run_and_time(client, Operation(1), steps=QUICK, on_decision=told.append)
            if any(not decision.local for decision in told):
                return
            time.sleep(0.2)
        self.fail(f"the server was not used again within {BACK_WITHIN} s")

    def test_never_there(self):
        with recourse.Client(free_address()) as client:
            self.assertEqual(self.run_and_time(client, Operation(2)), "answer")
            with self.assertRaises(TimeoutError):
                self.run_and_time(client, Operation(9))

    def test_killed_in_mid_recovery_and_back(self):
        address = free_address()
        with Server(address) as server:
            client = recourse.Client(address)
            self.addCleanup(client.close)

            def kill(call):
                if call == 2:
                    server.kill()
            self.assertEqual(self.run_and_time(client, Operation(2, kill), steps=QUICK), "answer")
        for _ in range(3):  # Until nobody asks.
            self.run_and_time(client, Operation(1), steps=QUICK)
        with Server(address):
            self.assert_back(client)

    def test_paused_and_back(self):
        with Server() as server, recourse.Client(server.address) as client:
            self.run_and_time(client, Operation(1), steps=QUICK)
            server.pause()
            self.assertEqual(self.run_and_time(client, Operation(2), steps=QUICK), "answer")
            for _ in range(3):
                self.run_and_time(client, Operation(1), steps=QUICK)
            server.resume()
            self.assert_back(client)

    def test_asyncio_with_a_paused_server(self):
        async def work(operation):
            return operation()

        async def main(client):
            return await asyncio.gather(*(client.run_async(
                lambda op=Operation(1): work(op), target=f"svc-{i}", time_budget=BUDGET, steps=QUICK)
                for i in range(20)))
        with Server() as server, recourse.Client(server.address) as client:
            server.pause()
            self.assertEqual(asyncio.run(main(client)), ["answer"] * 20)
            server.resume()

    def test_nothing_is_left_over_with_a_real_server(self):
        with Server() as server:
            threads = threading.active_count()
            with recourse.Client(server.address) as client:
                with concurrent.futures.ThreadPoolExecutor(8) as pool:
                    # Each has a target of its own: half of one target's calls
                    # failing would open its circuit.
                    answers = list(pool.map(lambda i: client.run(
                        Operation(1), target=f"svc-{i}",
                        steps=[recourse.RetryStep(max_retries=1, base_delay=0)]), range(1000)))
            self.assertEqual(set(answers), {"answer"})
            until = time.monotonic() + 10
            while threading.active_count() > threads and time.monotonic() < until:
                time.sleep(0.05)
            self.assertLessEqual(threading.active_count(), threads)


class SlowServerTest(unittest.TestCase):

    def test_a_server_that_takes_two_seconds_is_not_waited_for(self):
        class Slow(grpc.GenericRpcHandler):
            def service(self, details):
                return grpc.unary_unary_rpc_method_handler(lambda request, context: time.sleep(2))
        server = grpc.server(concurrent.futures.ThreadPoolExecutor(4), handlers=[Slow()])
        address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        try:
            told = []
            with recourse.Client(address) as client:
                for _ in range(5):
                    self.assertEqual(client.run(Operation(1), target="svc", steps=QUICK,
                                                on_decision=told.append), "answer")
            self.assertTrue(all(decision.local for decision in told))
        finally:
            server.stop(0).wait()


class LeakTest(unittest.TestCase):

    RECOVERIES = 100_000

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
        for _ in range(self.RECOVERIES // 2):
            work()
        self.assertEqual(asyncio.run(many(self.RECOVERIES // 2)), 1)
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

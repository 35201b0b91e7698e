"""A server that is away, killed, paused, slow: operations end in time and
rightly; when it is back it is used again."""
import asyncio
import concurrent.futures
import itertools
import time
import unittest

import grpc

import recourse
from recourse import client as client_module
from server_process import Server, free_address, needs_server

BUDGET = 20.0  # Seconds an operation may take; far more than any of these needs.
GRPC_ROUNDS_UP = 0.01  # Seconds, what it tells of a deadline.
BACK_WITHIN = 60.0  # The promise is 5 s; the machine may be busy.


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

@needs_server
class AsyncioTest(unittest.TestCase):

    AT_ONCE = 20
    targets = itertools.count()

    def gather(self, client, failures=1, on_call=None, steps=QUICK):
        """So many operations at once, each of a target of its own; what they gave."""
        numbers = [next(self.targets) for _ in range(self.AT_ONCE)]
        async def work(operation):
            await asyncio.sleep(0)
            return operation()

        async def main():
            began = time.monotonic()
            operations = {number: Operation(failures, on_call) for number in numbers}
            values = await asyncio.gather(*(client.run_async(
                lambda op=op: work(op), target=f"svc-{number}", time_budget=BUDGET, steps=steps)
                for number, op in operations.items()), return_exceptions=True)
            self.assertEqual(len(asyncio.all_tasks()), 1)
            self.assertLess(time.monotonic() - began, BUDGET)
            return values
        return asyncio.run(main())

    def test_never_there(self):
        with recourse.Client(free_address()) as client:
            self.assertEqual(self.gather(client, 2, steps=()), ["answer"] * self.AT_ONCE)
            errors = self.gather(client, 9, steps=())
            self.assertEqual({type(error) for error in errors}, {TimeoutError})

    def test_killed_in_mid_recovery_and_back(self):
        address = free_address()
        told = []
        with Server(address) as server:
            client = recourse.Client(address, on_decision=told.append)
            self.addCleanup(client.close)

            def kill(call):
                if call == 2:
                    server.kill()
            self.assertEqual(self.gather(client, 2, kill), ["answer"] * self.AT_ONCE)
        for _ in range(3):
            self.assertEqual(self.gather(client), ["answer"] * self.AT_ONCE)
        with Server(address):
            until = time.monotonic() + BACK_WITHIN
            while True:
                told.clear()
                self.assertEqual(self.gather(client), ["answer"] * self.AT_ONCE)
                if any(not decision.local for decision in told):
                    break
                self.assertLess(time.monotonic(), until, "the server was not used again")

    def test_paused(self):
        with Server() as server, recourse.Client(server.address) as client:
            server.pause()
            self.assertEqual(self.gather(client), ["answer"] * self.AT_ONCE)
            server.resume()

    def test_a_task_that_is_cancelled_while_it_asks_ends_at_once(self):
        async def fail():
            raise TimeoutError("read timed out")

        async def main(client):
            asked = asyncio.Event()
            start_call = client.start_call

            def noticed(effect):
                asked.set()
                return start_call(effect)
            client.start_call = noticed
            task = asyncio.create_task(client.run_async(fail, target="svc"))
            await asked.wait()
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
        # By its patience alone it would take half an hour.
        with Server() as server, recourse.Client(server.address, ask_timeout=1800) as client:
            server.pause()
            asyncio.run(main(client))
            server.resume()


class SlowServerTest(unittest.TestCase):
    """A server that takes two seconds for each answer."""

    def setUp(self):
        self.deadlines, self.told = [], []
        outer = self

        class Slow(grpc.GenericRpcHandler):
            def service(self, details):
                def answer(_, context):
                    if details.method.endswith("/HandleError"):
                        outer.deadlines.append(context.time_remaining())
                    time.sleep(2)
                return grpc.unary_unary_rpc_method_handler(answer)
        server = grpc.server(concurrent.futures.ThreadPoolExecutor(16), handlers=[Slow()])
        self.client = recourse.Client(
            f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}", on_decision=self.told.append)
        server.start()
        self.addCleanup(lambda: server.stop(0).wait())
        self.addCleanup(self.client.close)

    def assert_not_waited_for(self):
        self.assertTrue(all(decision.local for decision in self.told))
        # Each question has a deadline of its own; after three nobody asks.
        self.assertLessEqual(len(self.deadlines), 3)
        self.assertTrue(self.deadlines)
        for left in self.deadlines:
            self.assertLessEqual(left, client_module.ASK_SECONDS + GRPC_ROUNDS_UP)

    def test_it_is_not_waited_for(self):
        for _ in range(5):
            self.assertEqual(self.client.run(Operation(1), target="svc", steps=QUICK), "answer")
        self.assert_not_waited_for()

    def test_nor_in_asyncio(self):
        async def work(operation):
            return operation()

        async def main():
            for _ in range(5):
                operation = Operation(1)
                self.assertEqual(await self.client.run_async(
                    lambda op=operation: work(op), target="svc", steps=QUICK), "answer")
        asyncio.run(main())
        self.assert_not_waited_for()

    def test_a_question_has_no_more_time_than_the_operation(self):
        began = self.client.now()
        with self.assertRaises(TimeoutError):
            self.client.run(Operation(9), target="svc", time_budget=0.1)
        self.assertLess(self.client.now() - began, 2)  # An answer takes longer.
        for left in self.deadlines:
            self.assertLessEqual(left, 0.1)


if __name__ == "__main__":
    unittest.main()

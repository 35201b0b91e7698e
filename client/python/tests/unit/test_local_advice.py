"""When Recourse may be asked: not by too many at once, not while it is silent."""
import asyncio
import unittest

import recourse
from recourse import testing
from recourse.local_advice import (BYPASS_SECONDS, FAILURES_TO_BYPASS, MAX_QUESTIONS_IN_FLIGHT,
                                   AskBreaker)


class AskBreakerTest(unittest.TestCase):

    def test_no_more_than_64_questions_are_in_flight(self):
        breaker = AskBreaker()
        for _ in range(64):
            self.assertTrue(breaker.begin(0.0))
        self.assertFalse(breaker.begin(0.0))
        for answered in (True, False, None):  # However one ends, its place is free.
            breaker.end(answered, 0.0)
            self.assertTrue(breaker.begin(0.0))
            self.assertFalse(breaker.begin(0.0))

    def test_the_probe_counts_among_them(self):
        breaker = AskBreaker()
        for _ in range(FAILURES_TO_BYPASS):
            breaker.begin(0.0)
            breaker.end(False, 0.0)
        self.assertFalse(breaker.begin(BYPASS_SECONDS - 0.1))
        self.assertTrue(breaker.begin(BYPASS_SECONDS))
        self.assertFalse(breaker.begin(BYPASS_SECONDS))  # One probe at a time.


class InFlightTest(unittest.TestCase):

    def test_beyond_them_recoveries_go_on_locally(self):
        asked = []

        class Silent(testing.Recorder):
            """Answers when it is told to."""

            def start_call(self, effect):
                call = Later()
                asked.append(call)
                return call

        class Later(recourse.link.Call):
            def __init__(self):
                super().__init__(None, None, 0.0)
                self._callback = None

            def on_done(self, callback):
                self._callback = callback

            def answer(self):
                return testing.give_up()

            def tell(self):
                self._callback(self)

            def cancel(self):
                pass

        async def fail():
            raise KeyError("x")

        async def main():
            client = Silent([])
            tasks = [asyncio.create_task(client.run_async(fail, target=f"svc-{i}"))
                     for i in range(MAX_QUESTIONS_IN_FLIGHT + 10)]
            while sum(task.done() for task in tasks) < 10:
                await asyncio.sleep(0)
            self.assertEqual(len(asked), MAX_QUESTIONS_IN_FLIGHT)
            for call in asked:
                call.tell()
            for task in tasks:
                with self.assertRaises(KeyError):
                    await task
        asyncio.run(main())


if __name__ == "__main__":
    unittest.main()

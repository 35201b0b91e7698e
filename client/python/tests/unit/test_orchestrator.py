"""ErrorRecoveryOrchestrator's decorator, for plain and coroutine functions."""
import asyncio
import inspect
import threading
import unittest
from unittest import mock

from recourse import (ErrorPattern, ErrorRecoveryOrchestrator, ErrorType, RecoveryContext,
                      RecoveryStrategy, testing)
from recourse import orchestrator as orchestrator_module


class RecoverableTest(unittest.TestCase):

    def test_plain_and_coroutine_functions(self):
        recorder = testing.Recorder(None)
        orchestrator = ErrorRecoveryOrchestrator(client=recorder)
        decorate = orchestrator.recoverable(ErrorType.NETWORK, RecoveryStrategy.RETRY)

        def divide(a, b):
            calls.append((a, b))
            if len(calls) < 3:
                raise ConnectionResetError("reset")
            return a / b

        async def divide_async(a, b):
            return divide(a, b)
        for call in (lambda: decorate(divide)(6, b=2),
                     lambda: asyncio.run(decorate(divide_async)(6, b=2))):
            calls = []
            self.assertEqual(call(), 3)
            self.assertEqual(calls, [(6, 2)] * 3)

    def test_the_error_comes_back(self):
        orchestrator = ErrorRecoveryOrchestrator(client=testing.Recorder(None), max_retries=1)

        @orchestrator.recoverable(ErrorType.NETWORK, RecoveryStrategy.RETRY)
        def fail():
            raise ConnectionResetError("reset")
        self.assertRaises(ConnectionResetError, fail)

    def test_a_call_that_succeeds_is_just_the_call(self):
        orchestrator = ErrorRecoveryOrchestrator(client=testing.Recorder(None))
        call = orchestrator.recoverable(ErrorType.NETWORK, RecoveryStrategy.RETRY)(
            lambda a, b: a + b)
        with mock.patch.object(asyncio, "run", side_effect=AssertionError), \
                mock.patch.object(inspect, "signature", side_effect=AssertionError), \
                mock.patch.object(orchestrator_module, "RecoveryContext",
                                  side_effect=AssertionError):
            self.assertEqual(call(1, b=2), 3)

    def failing(self, failures, loops):
        """Fails so many times; notes whether an event loop runs."""
        def work():
            loops.append(asyncio.events._get_running_loop() is not None)  # pylint: disable=protected-access
            if len(loops) <= failures:
                raise ConnectionResetError("reset")
            return "done"
        return work

    def test_a_plain_function_recovers_where_an_event_loop_runs(self):
        orchestrator = ErrorRecoveryOrchestrator(client=testing.Recorder(None))
        decorate = orchestrator.recoverable(ErrorType.NETWORK, RecoveryStrategy.RETRY)

        async def main():
            return decorate(self.failing(2, []))()
        self.assertEqual(asyncio.run(main()), "done")

    def test_every_attempt_runs_as_the_first_one(self):
        # One that calls asyncio.run itself could not be run again inside a loop.
        loops = []
        orchestrator = ErrorRecoveryOrchestrator(client=testing.Recorder(None))
        decorate = orchestrator.recoverable(ErrorType.NETWORK, RecoveryStrategy.RETRY)
        self.assertEqual(decorate(self.failing(2, loops))(), "done")
        self.assertEqual(loops, [False, False, False])

    def test_coroutines_on_the_way_of_a_plain_recovery(self):
        orchestrator = ErrorRecoveryOrchestrator(client=testing.Recorder(None))
        orchestrator.add_error_pattern(ErrorPattern(
            "reset", ErrorType.NETWORK, "reset", RecoveryStrategy.RETRY))
        told = []

        @orchestrator.on_recovery_attempt
        async def attempt(context, strategy):  # pylint: disable=unused-variable
            await asyncio.sleep(0)
            told.append((strategy, threading.current_thread() is threading.main_thread()))

        async def work():
            await asyncio.sleep(0)
            return "done"

        def handle():
            return orchestrator.handle_error_sync(
                RecoveryContext(exception=ConnectionResetError("reset")), operation=work).result

        async def main():
            return handle()
        self.assertEqual(handle(), "done")
        self.assertEqual(asyncio.run(main()), "done")
        self.assertEqual(told, [(RecoveryStrategy.RETRY, True), (RecoveryStrategy.RETRY, False)])

    def test_corrections_of_one_error_are_tried_in_turn(self):
        orchestrator = ErrorRecoveryOrchestrator(client=testing.Recorder(None))
        for name, found, put in (("a", "colour", "color"), ("b", "no such text", "x"),
                                 ("c", "grey", "gray")):
            orchestrator.add_error_pattern(ErrorPattern(
                name, ErrorType.SYNTAX, "spelling", RecoveryStrategy.ERROR_CORRECTION,
                {"pattern": found, "replacement": put}))
        seen = []

        def check(text):
            seen.append(text)
            if "ou" in text or "grey" in text:
                raise ValueError("spelling")
            return text
        result = orchestrator.handle_error_sync(RecoveryContext(
            exception=ValueError("spelling"), arguments={"text": "grey colour"}), operation=check)
        self.assertEqual(result.result, "gray color")
        self.assertEqual(seen, ["grey color", "gray color"])

    def test_a_server_is_told_all_of_them_with_the_first(self):
        told = []

        class Told(testing.Recorder):
            def add_pattern(self, pattern, plan, on_refused=None):
                told.append((pattern.pattern_id, [r.pattern for s in plan for r in s.rewrites]))

            def remove_pattern(self, pattern_id):
                told.append((pattern_id, "removed"))
        orchestrator = ErrorRecoveryOrchestrator(client=Told([]))

        def add(name, regex="spelling"):
            orchestrator.add_error_pattern(ErrorPattern(
                name, ErrorType.SYNTAX, regex, RecoveryStrategy.ERROR_CORRECTION,
                {"pattern": f"of {name}", "replacement": "x"}))
        add("b")
        add("c")
        add("other", "another error")
        add("a")
        orchestrator.remove_error_pattern("a")
        self.assertEqual(told, [
            ("b", ["of b"]), ("b", ["of b", "of c"]), ("c", ["of c"]), ("other", ["of other"]),
            ("a", ["of a", "of b", "of c"]), ("a", "removed"), ("b", ["of b", "of c"])])


if __name__ == "__main__":
    unittest.main()

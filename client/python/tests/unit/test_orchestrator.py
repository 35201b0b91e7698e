"""ErrorRecoveryOrchestrator's decorator, for plain and coroutine functions."""
import asyncio
import unittest

from recourse import ErrorRecoveryOrchestrator, ErrorType, RecoveryStrategy, testing


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


if __name__ == "__main__":
    unittest.main()

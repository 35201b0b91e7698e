"""Where the program has said nothing of an error, the server's library decides;
what the program has said stands above it."""
import asyncio
import unittest

import recourse
from recourse import FailureCategory
from server_process import Server, needs_server

TEXT = ("Error code: 429 - {'error': {'message': 'You exceeded your current quota, please check "
        "your plan and billing details.', 'type': 'insufficient_quota', "
        "'code': 'insufficient_quota'}}")


class RateLimitError(Exception):
    """As openai's."""

    status_code = 429


RateLimitError.__module__ = "openai"


class Failing:
    """Fails with the same error, always or so many times."""

    def __init__(self, text=TEXT, failures=99):
        self.text = text
        self.failures = failures
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.calls <= self.failures:
            raise RateLimitError(self.text)
        return "answer"


@needs_server
class PrecedenceTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)

    def setUp(self):
        self.told = []
        self.client = recourse.Client(self.server.address, ask_timeout=30.0,
                                      on_decision=self.told.append)
        self.addCleanup(self.client.close)

    def assert_escalated(self, failing):
        self.assertEqual(failing.calls, 1)
        self.assertEqual([d.strategy_used for d in self.told],
                         [recourse.RecoveryStrategy.ESCALATION])
        self.assertEqual(self.told[0].classification.pattern_id, "openai_insufficient_quota")

    def manager(self, config=None):
        return recourse.ErrorRecoveryManager(config, client=self.client)

    def test_the_orchestrator(self):
        failing = Failing()
        result = recourse.ErrorRecoveryOrchestrator(client=self.client).handle_error_sync(
            recourse.RecoveryContext(exception=RateLimitError(TEXT)), operation=failing)
        self.assertFalse(result.success)
        self.assertEqual(result.strategy_used, recourse.RecoveryStrategy.ESCALATION)
        self.assertEqual((failing.calls, len(self.told)), (0, 1))

    def test_the_manager_agrees_with_itself(self):
        manager, failing = self.manager(), Failing()
        self.assertFalse(manager.should_retry(RateLimitError(TEXT), 0))
        with self.assertRaises(RateLimitError):
            manager.retry_with_recovery(failing)
        self.assert_escalated(failing)

    def test_a_configuration_is_for_what_the_server_takes_the_error_to_be(self):
        # By its status alone it would be a rate limit.
        manager, failing = self.manager(
            {FailureCategory.RATE_LIMIT: recourse.RetryConfig(2, base_delay=0)}), Failing()
        self.assertFalse(manager.should_retry(RateLimitError(TEXT), 0))
        with self.assertRaises(RateLimitError):
            manager.retry_with_recovery(failing)
        self.assert_escalated(failing)

    def test_a_configuration_stands_above_the_library(self):
        manager = self.manager({FailureCategory.RATE_LIMIT: recourse.RetryConfig(1, base_delay=0)})
        text = "Error code: 429 - Rate limit reached for gpt-4o: Please try again in 1ms."
        self.assertTrue(manager.should_retry(RateLimitError(text), 0))
        self.assertFalse(manager.should_retry(RateLimitError(text), 1))
        failing = Failing(text)

        async def run():
            async def work():
                return failing()
            return await manager.retry_with_recovery(work)
        with self.assertRaises(RateLimitError):
            asyncio.run(run())
        self.assertEqual(failing.calls, 2)


if __name__ == "__main__":
    unittest.main()

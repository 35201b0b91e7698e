"""Samples of the orchestration layer: @retry, the breaker as an async context
manager, @fallback."""
import asyncio
import unittest

import recourse
from samples.sample import Flaky, SampleCase, flaky_async


class DecoratorSamples(SampleCase):

    def test_retry(self):
        names = self.run_sample("""
            from recourse import retry

            @retry(retries=3, backoff=0.5, exceptions=ValueError)
            async def call_flaky_service():
                return await service()
            """, service=flaky_async(ValueError("1"), ValueError("2"), ValueError("3")))
        self.assertEqual(asyncio.run(names["call_flaky_service"]()), "answer")
        self.assertEqual(self.recorded.waits, [0.375, 0.75, 1.5])  # Chance is 0.5.

    def test_retry_passes_other_exceptions(self):
        names = self.run_sample("""
            from recourse import retry

            @retry(retries=3, backoff=0.5, exceptions=ValueError)
            async def call_flaky_service():
                return await service()
            """, service=flaky_async(KeyError("k")))
        with self.assertRaises(KeyError):
            asyncio.run(names["call_flaky_service"]())
        self.assertEqual(self.recorded.waits, [])

    def test_circuit_breaker(self):
        names = self.run_sample("""
            from recourse import CircuitBreaker

            breaker = CircuitBreaker(failure_threshold=5, recovery_timeout=30)

            async def call_service_with_breaker():
                async with breaker:
                    return await service()
            """, service=flaky_async(*[OSError("down")] * 5))
        for _ in range(5):
            with self.assertRaises(OSError):
                asyncio.run(names["call_service_with_breaker"]())
        with self.assertRaisesRegex(RuntimeError, "Circuit breaker OPEN"):
            asyncio.run(names["call_service_with_breaker"]())
        self.assertEqual(len(names["service"].calls), 5)

    def test_fallback(self):
        names = self.run_sample("""
            from recourse import fallback

            async def primary_operation():
                raise ConnectionError("risky")

            async def fallback_operation():
                return "stand-in"

            @fallback(fallback_handler=fallback_operation)
            async def operation_with_fallback():
                await primary_operation()
            """)
        self.assertEqual(asyncio.run(names["operation_with_fallback"]()), "stand-in")


class ManagerTest(SampleCase):
    """ErrorRecoveryManager, which is described and has no sample."""

    def test_every_method(self):
        manager = recourse.ErrorRecoveryManager()
        category = recourse.FailureCategory
        self.assertEqual(manager.get_failure_category(TimeoutError("t")), category.TIMEOUT)
        self.assertEqual(manager.get_failure_category(PermissionError("p")),
                         category.AUTHENTICATION)
        config = manager.get_retry_config(TimeoutError("t"))
        self.assertEqual(config.max_retries, 3)
        exact = recourse.RetryConfig(jitter=False)
        self.assertEqual([manager.calculate_delay(k, exact) for k in range(4)], [1, 2, 4, 8])
        linear = recourse.RetryConfig(jitter=False, strategy=recourse.Backoff.LINEAR)
        self.assertEqual([manager.calculate_delay(k, linear) for k in range(3)], [1, 2, 3])
        self.assertTrue(manager.should_retry(TimeoutError("t"), 2))
        self.assertFalse(manager.should_retry(TimeoutError("t"), 3))
        self.assertFalse(manager.should_retry(ValueError("v"), 0))

    def test_retry_with_recovery(self):
        manager = recourse.ErrorRecoveryManager()
        work = Flaky(TimeoutError("1"), ConnectionError("2"))
        with manager.recovery_context("download") as context:
            self.assertEqual(manager.retry_with_recovery(work, context), "answer")
        self.assertEqual((context.attempt, len(context.decisions)), (2, 2))
        with self.assertRaises(ValueError):
            manager.retry_with_recovery(Flaky(ValueError("bad")), context)

    def test_handlers_run_before_the_retry(self):
        seen = []
        handlers = {recourse.FailureCategory.AUTHENTICATION:
                    lambda error, context: seen.append((str(error), context.operation))}
        manager = recourse.ErrorRecoveryManager(handlers=handlers)
        work = Flaky(PermissionError("token expired"))
        with manager.recovery_context("login") as context:
            self.assertEqual(manager.retry_with_recovery(work, context), "answer")
        self.assertEqual(seen, [("token expired", "login")])
        with self.assertRaises(PermissionError):  # Nobody can help.
            recourse.ErrorRecoveryManager().retry_with_recovery(Flaky(PermissionError("x")))


if __name__ == "__main__":
    unittest.main()

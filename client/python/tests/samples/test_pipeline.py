"""Samples of the resilience tutorial: its pipeline with policies, and metrics."""
import asyncio
import time
import types
import unittest

import recourse
from samples.sample import SampleCase, flaky_async


class PipelineSamples(SampleCase):

    def test_pipeline(self):
        names = self.run_sample("""
            from recourse import ErrorRecoveryExecutor
            from recourse import ErrorRecoveryPolicy, ErrorStrategy

            async def build_resilient_pipeline():
                \"\"\"Build production-ready receipt processing with error recovery.\"\"\"

                executor = ErrorRecoveryExecutor()

                # Define retry policy for OCR tool
                ocr_policy = ErrorRecoveryPolicy(
                    strategy=ErrorStrategy.RETRY,
                    max_retries=3,
                    retry_backoff=2.0,  # Exponential: 2s, 4s, 8s
                )

                # Define fallback policy for vision tool
                vision_policy = ErrorRecoveryPolicy(
                    strategy=ErrorStrategy.FALLBACK,
                    max_retries=0,  # Don't retry, just fallback
                    fallback_tools=["claude_vision", "local_ocr"],
                )

                # Register tools with policies
                registry.register(gpt4_vision, error_policy=vision_policy)
                registry.register(tesseract_ocr, error_policy=ocr_policy)

                # Execute with automatic error handling
                results = []
                for receipt in receipts:
                    try:
                        result = await executor.execute_with_recovery(
                            tool_name="gpt4_vision",
                            params={"receipt_id": receipt.id},
                            policy=vision_policy
                        )
                        results.append(result)
                    except Exception as e:
                        # All retries and fallbacks exhausted
                        print(f"Receipt {receipt.id} failed permanently: {e}")
                        results.append({"error": str(e)})

                return results
            """, registry=recourse.registry, **self.tools(),
            receipts=[types.SimpleNamespace(id=i) for i in (1, 2, 3)])
        results = asyncio.run(names["build_resilient_pipeline"]())
        self.assertEqual(results, ["claude 1", "local 2", {"error": "local 3"}])

        tesseract = recourse.registry.policy("tesseract_ocr")
        self.assertEqual([s.base_delay for s in tesseract.steps()], [2.0])
        executor = recourse.ErrorRecoveryExecutor()
        self.assertEqual(asyncio.run(executor.execute_with_recovery(
            "tesseract_ocr", {"receipt_id": 9})), "ocr 9")
        self.assertEqual(self.recorded.waits, [2.0, 4.0, 8.0])

    @staticmethod
    def tools():
        async def gpt4_vision(receipt_id):
            raise ConnectionError("gpt4 is down")

        async def claude_vision(receipt_id):
            if receipt_id > 1:
                raise TimeoutError("claude is slow")
            return f"claude {receipt_id}"

        def local_ocr(receipt_id):
            if receipt_id > 2:
                raise ValueError(f"local {receipt_id}")
            return f"local {receipt_id}"
        calls = []

        def tesseract_ocr(receipt_id):
            calls.append(receipt_id)
            if len(calls) < 4:
                raise OSError("busy")
            return f"ocr {receipt_id}"
        recourse.registry.register(claude_vision)
        recourse.registry.register(local_ocr)
        return {"gpt4_vision": gpt4_vision, "tesseract_ocr": tesseract_ocr}

    def test_the_other_policies(self):
        tools = recourse.ToolRegistry()
        tools.register(lambda item: 1 // item, name="divide")
        executor = recourse.ErrorRecoveryExecutor(tools)
        strategy = recourse.ErrorStrategy

        def run(kind, **params):
            policy = recourse.ErrorRecoveryPolicy(kind, max_retries=1)
            return asyncio.run(executor.execute_with_recovery("divide", params, policy))
        self.assertIsNone(run(strategy.CONTINUE, item=0))
        with self.assertRaises(ZeroDivisionError):
            run(strategy.RAISE, item=0)
        batch = run(strategy.PARTIAL_SUCCESS, items=[1, 0])
        self.assertEqual((len(batch.successes), batch.failures[0]["item"]), (1, 0))
        self.assertEqual(self.recorded.waits, [2.0, 2.0])
        with self.assertRaisesRegex(KeyError, "no tool 'multiply' is registered"):
            asyncio.run(executor.execute_with_recovery("multiply", {}))

    def test_metrics(self):
        names = self.run_sample("""
            from recourse import MetricsCollector

            metrics = MetricsCollector()

            async def monitored_execution(tool_name: str, params: dict):
                \"\"\"Execute with metrics tracking.\"\"\"

                start_time = time.time()
                attempt = 0

                while attempt < max_retries:
                    attempt += 1
                    try:
                        result = await execute_tool(tool_name, params)

                        # Log success metrics
                        metrics.record({
                            "tool": tool_name,
                            "status": "success",
                            "attempts": attempt,
                            "duration": time.time() - start_time
                        })

                        return result
                    except Exception as e:
                        if attempt == max_retries:
                            # Log final failure
                            metrics.record({
                                "tool": tool_name,
                                "status": "failed",
                                "attempts": attempt,
                                "error": str(e)
                            })
                            raise

                        await asyncio.sleep(2 ** attempt)

            for _ in range(4):
                try:
                    await monitored_execution("ocr", {})
                except OSError:
                    pass

            # Analyze metrics
            print(f"Success rate: {metrics.success_rate():.1f}%")
            print(f"Avg attempts: {metrics.avg_attempts():.1f}")
            print(f"Retry rate: {metrics.retry_rate():.1f}%")
            """, time=time, asyncio=asyncio, max_retries=3,
            execute_tool=flaky_async(*[OSError("x")] * 4))
        self.assertEqual(self.printed.splitlines(), [
            "Success rate: 75.0%", "Avg attempts: 1.8", "Retry rate: 50.0%"])
        self.assertEqual(len(names["metrics"].records), 4)


if __name__ == "__main__":
    unittest.main()

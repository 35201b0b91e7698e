"""Samples of the resilience tutorial: scenarios, breaker, self-healing, patterns:
its loops run unchanged beside what does the same in a line."""
import asyncio
import sys
import time
import types
import unittest
from unittest import mock

import recourse
from samples.sample import SampleCase, flaky_async


class WorkflowSamples(SampleCase):

    def test_time_out_with_growing_time(self):
        names = self.run_sample("""
            import asyncio

            async def call_llm_with_retry(prompt: str, max_retries: int = 3):
                base_timeout = 30

                for attempt in range(max_retries):
                    timeout = base_timeout * (2 ** attempt)  # 30s, 60s, 120s

                    try:
                        result = await asyncio.wait_for(
                            llm.generate(prompt),
                            timeout=timeout
                        )
                        return result
                    except asyncio.TimeoutError:
                        if attempt == max_retries - 1:
                            raise  # Final attempt failed
                        print(f"Timeout after {timeout}s, retrying...")
                        await asyncio.sleep(0.1 * (2 ** attempt))  # Exponential backoff
            """, llm=types.SimpleNamespace(generate=flaky_async(asyncio.TimeoutError())))
        self.assertEqual(asyncio.run(names["call_llm_with_retry"]("hi")), "answer")

    def test_the_same_by_a_decorator_and_its_step(self):
        timeouts = []

        async def generate(prompt, attempt):
            timeouts.append(attempt.timeout)
            if len(timeouts) < 4:
                raise TimeoutError("slow")
            return prompt
        step = recourse.RetryStep(max_retries=3, base_delay=0.1, timeout_multiplier=2,
                                  jitter=recourse.Jitter.NONE)
        call = recourse.recover(generate, steps=[step], expected_call_time=30, time_budget=200)
        self.assertEqual(asyncio.run(call("hi")), "hi")
        # The first has all the time there is; none has more than what is left.
        self.assertEqual([round(timeout, 3) for timeout in timeouts],
                         [200, 60, 120, 200 - 0.1 - 0.2 - 0.4])

    def test_rate_limit(self):
        class RateLimitError(Exception):
            pass
        library = types.ModuleType("openai")
        library.RateLimitError = RateLimitError
        create = flaky_async(RateLimitError("429"), RateLimitError("429"))
        with mock.patch.dict(sys.modules, openai=library):
            names = self.run_sample("""
            from openai import RateLimitError

            async def call_with_rate_limit_handling(prompt: str):
                max_retries = 5
                base_delay = 1.0  # Start with 1 second

                for attempt in range(max_retries):
                    try:
                        return await openai.chat.completions.create(
                            model="gpt-4",
                            messages=[{"role": "user", "content": prompt}]
                        )
                    except RateLimitError as e:
                        if attempt == max_retries - 1:
                            raise

                        # Exponential backoff: 1s, 2s, 4s, 8s, 16s
                        delay = base_delay * (2 ** attempt)
                        print(f"Rate limited, waiting {delay}s...")
                        await asyncio.sleep(delay)
                """, asyncio=asyncio, openai=types.SimpleNamespace(chat=types.SimpleNamespace(
                    completions=types.SimpleNamespace(create=create))))
        self.assertEqual(asyncio.run(names["call_with_rate_limit_handling"]("hi")), "answer")
        # By a decorator, with the waits that it writes by hand.
        by_decorator = recourse.with_retry(
            max_retries=4, base_delay=1.0, jitter=False, exceptions=RateLimitError)(
                flaky_async(*[RateLimitError("429")] * 4))
        self.assertEqual(asyncio.run(by_decorator("hi")), "answer")
        self.assertEqual(self.recorded.waits, [1.0, 2.0, 4.0, 8.0])

    def test_model_unavailable(self):
        def clients(*working):
            return {f"{name}_client": types.SimpleNamespace(generate=flaky_async(
                *([] if name in working else [ConnectionError(f"{name} is down")] * 9),
                answer=name)) for name in ("openai", "anthropic", "ollama")}
        for working, wanted in ((("openai",), "openai"), (("anthropic", "ollama"), "anthropic"),
                                (("ollama",), "ollama"), ((), None)):
            names = self.run_sample("""
            async def call_with_fallback(prompt: str):
                \"\"\"Try GPT-4, fallback to Claude, fallback to local model.\"\"\"

                # Try primary (GPT-4)
                try:
                    return await openai_client.generate(prompt, model="gpt-4")
                except Exception as e:
                    print(f"GPT-4 failed: {e}, trying Claude...")

                # Try secondary (Claude)
                try:
                    return await anthropic_client.generate(prompt, model="claude-3")
                except Exception as e:
                    print(f"Claude failed: {e}, trying local model...")

                # Try tertiary (local Ollama)
                try:
                    return await ollama_client.generate(prompt, model="phi3")
                except Exception as e:
                    print(f"All models failed: {e}")
                    raise RuntimeError("No available models")
                """, **clients(*working))
            if wanted:
                self.assertEqual(asyncio.run(names["call_with_fallback"]("hi")), wanted)
            else:
                with self.assertRaisesRegex(RuntimeError, "No available models"):
                    asyncio.run(names["call_with_fallback"]("hi"))

    def test_the_breaker_class_and_ours_behave_alike(self):
        names = self.run_sample("""
            class CircuitBreaker:
                def __init__(self, failure_threshold=5, timeout=60):
                    self.failure_threshold = failure_threshold
                    self.timeout = timeout
                    self.failures = 0
                    self.state = "CLOSED"
                    self.last_failure_time = 0

                async def call(self, func, *args, **kwargs):
                    # Check if circuit is open
                    if self.state == "OPEN":
                        if time.time() - self.last_failure_time > self.timeout:
                            self.state = "HALF_OPEN"
                        else:
                            raise RuntimeError("Circuit breaker OPEN")

                    try:
                        result = await func(*args, **kwargs)

                        # Success → reset circuit
                        if self.state == "HALF_OPEN":
                            self.state = "CLOSED"
                            self.failures = 0

                        return result
                    except Exception as e:
                        self.failures += 1
                        self.last_failure_time = time.time()

                        if self.failures >= self.failure_threshold:
                            self.state = "OPEN"

                        raise

            # Usage
            breaker = CircuitBreaker()
            result = await breaker.call(expensive_api_call, data)
            """, time=time, expensive_api_call=flaky_async(), data={"a": 1})
        self.assertEqual(names["result"], "answer")
        told = []
        for kind in (names["CircuitBreaker"], recourse.CircuitBreaker):
            breaker, failing = kind(failure_threshold=3, timeout=60), flaky_async(
                *[OSError("x")] * 3)
            for _ in range(5):
                try:
                    told.append(asyncio.run(breaker.call(failing)))
                except (OSError, RuntimeError) as error:
                    told.append((type(error).__mro__[-3], len(failing.calls)))
        self.assertEqual(told[:5], told[5:])
        self.assertEqual([calls for _, calls in told[:5]], [1, 2, 3, 3, 3])

    def healing(self, issue, failures=1):
        """The four steps of a self-healing workflow, as they stand."""
        tools, extract = [], flaky_async(*[ValueError("unreadable")] * failures)

        async def execute_agent_step(agent_name, request):
            tools.append(agent_name)
            return {"issue": issue, "of": request["resource"]}

        async def execute_tool(name, params):
            tools.append(name)
        names = self.run_sample("""
            async def process_receipt(receipt_id: str):
                try:
                    result = await ocr_tool.extract(receipt_id)
                    return result
                except Exception as e:
                    print(f"OCR failed: {e}")
                    # Move to diagnosis
                    return await diagnose_and_fix(receipt_id, error=e)

            async def diagnose_and_fix(receipt_id: str, error: Exception):
                \"\"\"Use diagnostic agent to suggest fix.\"\"\"

                # Ask diagnostic agent for recommendations
                diagnosis = await orchestrator.execute_agent_step(
                    agent_name="diagnostic_agent",
                    request={
                        "resource": receipt_id,
                        "error": str(error),
                        "context": "OCR extraction failed"
                    }
                )

                print(f"Diagnosis: {diagnosis}")

                # Apply remediation
                return await apply_fix(receipt_id, diagnosis)

            async def apply_fix(receipt_id: str, diagnosis: dict):
                \"\"\"Apply recommended fix.\"\"\"

                if "image_quality" in diagnosis.get("issue", ""):
                    # Preprocessing fix
                    await orchestrator.execute_tool(
                        "preprocess_image",
                        {"receipt_id": receipt_id, "enhance": True}
                    )

                if "encoding" in diagnosis.get("issue", ""):
                    # Encoding fix
                    await orchestrator.execute_tool(
                        "fix_encoding",
                        {"receipt_id": receipt_id}
                    )

                # Retry original operation
                return await retry_with_backoff(receipt_id)

            async def retry_with_backoff(receipt_id: str, max_retries: int = 3):
                \"\"\"Retry after applying fix.\"\"\"

                for attempt in range(max_retries):
                    try:
                        result = await ocr_tool.extract(receipt_id)
                        print(f"✓ Success on retry {attempt + 1}")
                        return result
                    except Exception as e:
                        if attempt == max_retries - 1:
                            raise RuntimeError(f"Failed after {max_retries} retries")

                        delay = 0.5 * (2 ** attempt)
                        await asyncio.sleep(delay)
            """, asyncio=asyncio, ocr_tool=types.SimpleNamespace(extract=extract),
            orchestrator=types.SimpleNamespace(execute_agent_step=execute_agent_step,
                                               execute_tool=execute_tool))
        return names["process_receipt"], tools

    def test_self_healing(self):
        for issue, tool in (("image_quality", "preprocess_image"), ("encoding", "fix_encoding")):
            process, tools = self.healing(issue, failures=3)
            self.assertEqual(asyncio.run(process("r1")), "answer")
            self.assertEqual(tools, ["diagnostic_agent", tool])
        process, _ = self.healing("image_quality", failures=9)
        with self.assertRaisesRegex(RuntimeError, "Failed after 3 retries"):
            asyncio.run(process("r1"))

    def test_retry_with_jitter(self):
        names = self.run_sample("""
            import random

            async def retry_with_jitter(func, max_retries=3):
                for attempt in range(max_retries):
                    try:
                        return await func()
                    except Exception:
                        if attempt == max_retries - 1:
                            raise

                        # Exponential backoff + jitter
                        base_delay = 2 ** attempt
                        jitter = random.uniform(0, base_delay * 0.5)
                        delay = base_delay + jitter

                        await asyncio.sleep(delay)
            """, asyncio=asyncio)
        func = flaky_async(OSError("1"), OSError("2"))
        self.assertEqual(asyncio.run(names["retry_with_jitter"](func)), "answer")
        # The same spread, 1 to 1.5 times 1 s, 2 s, by a decorator.
        by_decorator = recourse.with_retry(max_retries=2, jitter_range=(1.0, 1.5))(
            flaky_async(OSError("1"), OSError("2")))
        self.assertEqual(asyncio.run(by_decorator()), "answer")
        self.assertEqual(self.recorded.waits, [1.25, 2.5])

    def test_fallback_chain(self):
        async def execute_tool(name, prompt):
            asked.append(name)
            if name != "local":
                raise ConnectionError(f"{name} is down")
            return f"{name}: {prompt}"
        asked = []
        names = self.run_sample("""
            async def call_with_fallback_chain(prompt: str):
                \"\"\"Try multiple tools in order of preference.\"\"\"

                tools = [
                    ("gpt4", 0.10, 0.99),      # Expensive, accurate
                    ("claude", 0.05, 0.95),    # Medium cost, good accuracy
                    ("local", 0.01, 0.85),     # Cheap, decent accuracy
                ]

                for tool_name, cost, accuracy in tools:
                    try:
                        result = await execute_tool(tool_name, prompt)
                        print(f"✓ Success with {tool_name} (${cost}, {accuracy*100}% accuracy)")
                        return result
                    except Exception as e:
                        print(f"✗ {tool_name} failed: {e}")
                        continue

                raise RuntimeError("All tools in fallback chain failed")
            """, execute_tool=execute_tool)
        self.assertEqual(asyncio.run(names["call_with_fallback_chain"]("hi")), "local: hi")
        self.assertEqual(asked, ["gpt4", "claude", "local"])
        # With cost and accuracy declared, the order is a choice.
        chain = [recourse.Alternative(name, cost=cost, quality=accuracy) for name, cost, accuracy in (
            ("gpt4", 0.10, 0.99), ("claude", 0.05, 0.95), ("local", 0.01, 0.85))]
        for order, wanted in (("quality", ["gpt4", "claude", "local"]), ("cost", ["local"])):
            asked.clear()

            @recourse.recover(target="vision", alternatives=chain,
                              steps=[recourse.AlternativePathStep(order_by=order)])
            async def call(prompt, attempt):
                return await execute_tool(
                    attempt.alternative.name if attempt.alternative else "vision", prompt)
            self.assertEqual(asyncio.run(call("hi")), "local: hi")  # pylint: disable=no-value-for-parameter
            self.assertEqual(asked, ["vision", *wanted])

    def test_circuit_breaker(self):
        names = self.run_sample("""
            from recourse import CircuitBreaker

            # Usage
            breaker = CircuitBreaker()
            result = await breaker.call(expensive_api_call, data)
            """, expensive_api_call=flaky_async(), data={"a": 1})
        self.assertEqual(names["result"], "answer")
        breaker = recourse.CircuitBreaker(failure_threshold=5, timeout=60)
        failing = flaky_async(*[OSError("x")] * 9)
        for wanted in [OSError] * 5 + [RuntimeError] * 2:
            with self.assertRaises(wanted):
                asyncio.run(breaker.call(failing))

    def test_self_healing_by_a_remediation(self):
        healed = []

        async def extract(receipt_id):
            if not healed:
                raise ValueError("image quality too low")
            return f"text of {receipt_id}"

        async def preprocess_image():
            healed.append(True)
        call = recourse.recover(
            extract, remediations={"preprocess_image": preprocess_image},
            steps=[recourse.RetryStep(max_retries=1, base_delay=0, remediation="preprocess_image")])
        self.assertEqual(asyncio.run(call("r1")), "text of r1")

    def test_partial_success(self):
        names = self.run_sample("""
            async def process_batch_with_partial_success(items: list):
                \"\"\"Process batch, return successes + failures.\"\"\"

                successes = []
                failures = []

                for item in items:
                    try:
                        result = await process_item(item)
                        successes.append({"item": item, "result": result})
                    except Exception as e:
                        failures.append({"item": item, "error": str(e)})

                return {
                    "successes": successes,
                    "failures": failures,
                    "success_rate": len(successes) / len(items)
                }
            """, process_item=self.process_item)
        wanted = asyncio.run(names["process_batch_with_partial_success"]([1, 2, 3, 4]))
        got = asyncio.run(recourse.run_batch_async(self.process_item, [1, 2, 3, 4], concurrency=3))
        self.assertEqual(got["successes"], wanted["successes"])
        self.assertEqual([{k: f[k] for k in ("item", "error")} for f in got["failures"]],
                         wanted["failures"])
        self.assertEqual(got["success_rate"], wanted["success_rate"])
        self.assertEqual(recourse.run_batch(str, []).success_rate, 1.0)
        with self.assertRaisesRegex(ValueError, "concurrency"):
            asyncio.run(recourse.run_batch_async(self.process_item, [], concurrency=0))

    @staticmethod
    async def process_item(item):
        if item == 3:
            raise ValueError("bad item")
        return item * 10


if __name__ == "__main__":
    unittest.main()

"""Functions that recover: in test mode, where nothing sleeps."""
import asyncio
import threading
import unittest

import recourse
from recourse import testing


class Flaky:
    """Fails with these errors, in order; then returns its arguments."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.calls = []

    def __call__(self, *args, **kwargs):
        self.calls.append((args, kwargs))
        if self.errors:
            raise self.errors.pop(0)
        return args or "done"


class RecoverTest(unittest.TestCase):

    def test_answers_are_obeyed(self):
        flaky = Flaky(TimeoutError("1"), TimeoutError("2"))
        with testing.test_mode([testing.retry(1.5), testing.retry(3.0, token="t2")]) as recorded:
            self.assertEqual(recourse.recover(flaky, target="svc")("x"), ("x",))
        self.assertEqual(recorded.waits, [1.5, 3.0])
        self.assertEqual([q.token for q in recorded.questions], ["", "test-token"])
        self.assertEqual(recorded.reports, [("t2", recourse.Outcome.SUCCESS)])

    def test_the_last_error_comes_back_with_the_first_as_its_cause(self):
        first, last = TimeoutError("first"), ValueError("last")
        with testing.test_mode([testing.retry(1.0), testing.give_up("no")]):
            with self.assertRaises(ValueError) as caught:
                recourse.recover(Flaky(first, last))()
        self.assertIs(caught.exception, last)
        self.assertIs(last.__cause__, first)
        self.assertEqual(recourse.decision_of(last).error_message, "no")

    def test_one_error_raised_twice_is_not_its_own_cause(self):
        error = TimeoutError("again")
        with testing.test_mode([testing.retry(0)]):
            with self.assertRaises(TimeoutError):
                recourse.recover(Flaky(error, error, error))()
        self.assertIsNone(error.__cause__)

    def test_attempts_do_not_become_each_others_context(self):
        with testing.test_mode([testing.retry(0)]) as recorded:
            with self.assertRaises(ValueError):
                recourse.recover(Flaky(TimeoutError("1"), ValueError("2")))()
        self.assertEqual(recorded.questions[1].details.causes, [])

    def test_parameters_of_an_alternative_become_arguments(self):
        seen = []

        @recourse.recover(target="gpt-4o")
        def ask(prompt, model="gpt-4o"):
            seen.append(model)
            if model == "gpt-4o":
                raise TimeoutError("slow")
            return prompt

        with testing.test_mode([testing.alternative("mini", model="mini")]) as recorded:
            self.assertEqual(ask("hello"), "hello")
        self.assertEqual(seen, ["gpt-4o", "mini"])
        self.assertEqual(len(recorded.questions), 1)

    def test_what_is_left_out_of_an_alternative_is_as_it_was_declared(self):
        declared = recourse.Alternative("s", "openai/mini", {"model": "mini", "tier": "flex"})
        for answer, target, parameters in [
                (testing.alternative("s"), "openai/mini", {"model": "mini", "tier": "flex"}),
                (testing.alternative("s", "s", tier="fast"), "openai/mini",
                 {"model": "mini", "tier": "fast"}),
                (testing.alternative("s", "azure/mini"), "azure/mini",
                 {"model": "mini", "tier": "flex"}),
                (testing.alternative("other", model="x"), "other", {"model": "x"})]:
            seen = []

            def ask(attempt):
                seen.append((attempt.target, dict(attempt.parameters)))  # pylint: disable=cell-var-from-loop
                if len(seen) == 1:  # pylint: disable=cell-var-from-loop
                    raise TimeoutError("slow")
            with self.subTest(answer=answer):
                testing.Recorder([answer]).run(ask, target="big", alternatives=[declared])
                self.assertEqual(seen[1], (target, parameters))

    def test_named_arguments_are_the_state(self):
        @recourse.recover(state=["prompt", "max_tokens"], subject_field="prompt")
        def ask(prompt, *, max_tokens=4000):
            if max_tokens > 100:
                raise ValueError("too long")
            return prompt, max_tokens

        edits = [recourse.Edit("max_tokens", "cap", 100.0), recourse.Edit("prompt", "truncate", 3)]
        with testing.test_mode([testing.degrade(edits=edits)]) as recorded:
            self.assertEqual(ask("abcdef"), ("abc", 100))
        self.assertEqual(recorded.questions[0].state, {"prompt": "abcdef", "max_tokens": 4000})

    def test_an_unknown_state_name_is_named(self):
        with self.assertRaisesRegex(ValueError, "'promt'"):
            recourse.recover(lambda prompt: prompt, state=["promt"])

    def test_the_attempt_is_handed_over(self):
        seen = []

        @recourse.recover(time_budget=10, target="svc")
        def work(attempt):
            seen.append((attempt.number, attempt.timeout, attempt.enabled("images")))
            if attempt.number == 1:
                raise TimeoutError("x")

        with testing.test_mode([testing.degrade("images")]):
            work()  # pylint: disable=no-value-for-parameter
        self.assertEqual(seen, [(1, 10, True), (2, 10, False)])

    def test_keep_ratios_add_up_to_one_of_the_whole(self):
        seen = []

        @recourse.recover(target="svc")
        def work(attempt):
            seen.append(attempt.keep_ratio)
            if attempt.number < 5:
                raise TimeoutError("x")

        with testing.test_mode([testing.degrade(keep_ratio=0.5), testing.degrade(),
                                testing.degrade(keep_ratio=0.8), testing.retry(0)]):
            work()  # pylint: disable=no-value-for-parameter
        self.assertEqual(seen, [1.0, 0.5, 0.5, 0.4, 0.4])

    def test_only_listed_exceptions_are_recovered(self):
        with testing.test_mode([]) as recorded:
            with self.assertRaises(KeyError):
                recourse.recover(Flaky(KeyError("k")), exceptions=(ValueError, OSError))()
            with self.assertRaises(KeyError):
                recourse.recover(Flaky(KeyError("k")), exceptions=ValueError, time_budget=5)()
        self.assertEqual(recorded.questions, [])

    def test_a_target_may_depend_on_the_arguments(self):
        with testing.test_mode([testing.retry(0)]) as recorded:
            recourse.recover(Flaky(TimeoutError()), target=lambda model: f"openai/{model}")("mini")
        self.assertEqual(recorded.questions[0].target, "openai/mini")

    def test_a_fallback_value_and_a_fallback_stand_in(self):
        with testing.test_mode([testing.recovered({"n": 1})]) as recorded:
            self.assertEqual(recourse.recover(Flaky(TimeoutError()))(), {"n": 1})
        self.assertEqual(recorded.reports[0][1], recourse.Outcome.SUCCESS)
        with testing.test_mode([]) as recorded:
            self.assertEqual(recourse.recover(Flaky(OSError()), fallback=lambda x: x * 2)(4), 8)
            self.assertEqual(recourse.recover(Flaky(OSError()), fallback=lambda: 7)(4), 7)
            self.assertEqual(recourse.recover(Flaky(OSError()), fallback="stale")(4), "stale")
        self.assertEqual(recorded.reports[0][1], recourse.Outcome.FAILURE)

    def test_people_resolve(self):
        action = recourse.ResolutionAction
        for resolution, wanted in [
                (recourse.model.Resolution(action.RETRY), "done"),
                (recourse.model.Resolution(action.SKIP, note="not today"), recourse.Skipped),
                (recourse.model.Resolution(action.ABORT), TimeoutError)]:
            with self.subTest(action=resolution.action):
                with testing.test_mode([testing.wait_for_human()], resolutions=[resolution]):
                    run = recourse.recover(Flaky(TimeoutError("t")), await_human=True)
                    if wanted == "done":
                        self.assertEqual(run(), wanted)
                    else:
                        self.assertRaises(wanted, run)

    def test_cancel_ends_without_a_question(self):
        cancel = threading.Event()

        def work():
            cancel.set()
            raise TimeoutError("x")

        with testing.test_mode([]) as recorded:
            with self.assertRaises(recourse.Cancelled):
                recourse.recover(work, cancel=cancel)()
        self.assertEqual(recorded.questions, [])

    def test_hooks_that_fail_are_no_failure(self):
        def bad(_):
            raise RuntimeError("hook")
        with testing.test_mode(["INVALID_ARGUMENT"], on_ask_failed=bad):
            with self.assertLogs("recourse", "ERROR"):
                self.assertRaises(ValueError, recourse.recover(Flaky(ValueError())))

    def test_bad_options_say_which(self):
        with self.assertRaisesRegex(ValueError, "time_budget must be 0 s or more"):
            recourse.recover(Flaky(), time_budget=-1)
        with self.assertRaisesRegex(ValueError, "idempotent_maybe"):
            recourse.recover(Flaky(), idempotency="idempotent_maybe")
        with self.assertRaisesRegex(TypeError, "no_such"):
            recourse.recover(Flaky(), no_such=1)


class AsyncTest(unittest.IsolatedAsyncioTestCase):

    async def test_coroutine_functions_are_recognised(self):
        calls = []

        @recourse.recover(target="svc")
        async def work(value):
            calls.append(value)
            if len(calls) < 3:
                raise TimeoutError("x")
            return value

        with testing.test_mode([testing.retry(2.0), testing.retry(4.0)]) as recorded:
            self.assertEqual(await work(5), 5)
        self.assertEqual(recorded.waits, [2.0, 4.0])

    async def test_a_cancelled_task_is_reported_and_ends(self):
        recorder = testing.Recorder([testing.retry(9.0)], clock=testing.FakeClock(
            on_wait=lambda _: asyncio.current_task().cancel()))

        async def fail():
            raise TimeoutError("x")

        with self.assertRaises(asyncio.CancelledError):
            await recorder.run_async(fail)
        self.assertEqual(recorder.reports, [("test-token", recourse.Outcome.CANCELLED)])

    async def test_an_async_fallback_is_awaited(self):
        async def fail(value):
            raise OSError(value)

        async def stand_in(value):
            return value + 1

        with testing.test_mode([]):
            self.assertEqual(await recourse.recover(fail, fallback=stand_in)(1), 2)


if __name__ == "__main__":
    unittest.main()

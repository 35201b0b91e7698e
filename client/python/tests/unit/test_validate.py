"""Values that the caller's validate refuses are failed attempts."""
import asyncio
import unittest

import recourse
from recourse import ErrorPattern, ErrorType, InvalidValue, RecoveryStrategy, testing


class Values:
    """Returns these values, in order."""

    def __init__(self, *values):
        self.values = list(values)
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return self.values.pop(0)


def good(value):
    return value == "good"


def in_range(value):
    if value == "bad":
        raise OverflowError("out of range")


class ValidateTest(unittest.TestCase):

    def ways(self, values, recorder, **options):
        """Every way to run an operation, plain and asyncio."""
        async def work():
            return values()
        plain = recourse.recover(values, client=recorder, target="svc", **options)
        coroutine = recourse.recover(work, client=recorder, target="svc", **options)
        return {
            "recover": plain, "recover, asyncio": lambda: asyncio.run(coroutine()),
            "run": lambda: recorder.run(values, target="svc", **options),
            "run, asyncio": lambda: asyncio.run(
                recorder.run_async(work, target="svc", **options)),
            "execute": lambda: recourse.RetryStrategy(client=recorder, **options).execute(values)}

    def test_it_is_asked_about_and_run_again(self):
        for number in range(5):
            recorder, values = testing.Recorder([testing.retry(1.0)] * 2), \
                Values("bad", "worse", "good")
            name, run = list(self.ways(values, recorder, validate=good).items())[number]
            with self.subTest(name):
                self.assertEqual(run(), "good")
                self.assertEqual(
                    [q.details.exception_type for q in recorder.questions],
                    ["recourse.InvalidValue"] * 2)
                self.assertEqual(values.calls, 3)

    def test_it_is_never_returned(self):
        for number in range(5):
            recorder, values = testing.Recorder([testing.give_up()]), Values("bad")
            name, run = list(self.ways(values, recorder, validate=good).items())[number]
            with self.subTest(name), self.assertRaises(InvalidValue) as caught:
                run()
            self.assertEqual(caught.exception.value, "bad")

    def test_what_validate_raises_is_the_error(self):
        recorder = testing.Recorder([testing.give_up()])
        with self.assertRaises(OverflowError):
            recorder.run(Values("bad"), validate=in_range)
        self.assertEqual(recorder.questions[0].details.exception_type, "OverflowError")
        self.assertEqual(recorder.run(Values("fine"), validate=in_range), "fine")

    def test_an_invalid_value_is_recovered_from_whatever_exceptions_are_named(self):
        recorder = testing.Recorder([testing.retry(0)])
        call = recourse.recover(Values("bad", "good"), client=recorder, validate=good,
                                exceptions=ConnectionError, fallback="stand-in")
        self.assertEqual(call(), "good")
        call = recourse.recover(Values("bad"), client=recorder, validate=good,
                                exceptions=ConnectionError, fallback="stand-in")
        self.assertEqual(call(), "stand-in")

    def test_validate_as_a_coroutine_function(self):
        async def check(value):
            await asyncio.sleep(0)
            return value == "good"
        values = Values("bad", "good")

        async def work():
            return values()
        recorder = testing.Recorder([testing.retry(0)])
        self.assertEqual(asyncio.run(
            recourse.recover(work, client=recorder, validate=check)()), "good")
        with self.assertRaisesRegex(TypeError, "coroutine function"):
            testing.Recorder([]).run(Values("good"), validate=check)

    def test_decorators_take_it(self):
        with testing.test_mode() as recorded:
            self.assertEqual(recourse.retry(3, validate=good)(Values("bad", "good"))(), "good")
            self.assertEqual(
                recourse.with_retry(1, fallback="stand-in", validate=good)(
                    Values("bad", "bad"))(), "stand-in")
        self.assertEqual(len(recorded.waits), 2)


class AlternativesTest(unittest.TestCase):

    def recover(self, render, **metadata):
        orchestrator = recourse.ErrorRecoveryOrchestrator(client=testing.Recorder(None))
        orchestrator.add_error_pattern(ErrorPattern(
            "broken", ErrorType.VALIDATION, "broken", RecoveryStrategy.ALTERNATIVE_PATH, metadata))

        async def render_async(template_id):
            return render(template_id)
        context = recourse.RecoveryContext(exception=RuntimeError("broken"),
                                           arguments={"template_id": "first"})
        results = [orchestrator.handle_error_sync(context, render),
                   asyncio.run(orchestrator.handle_error(context, render_async))]
        self.assertEqual(results[0].result, results[1].result)
        self.assertEqual(results[0].success, results[1].success)
        return results[0]

    def test_what_validate_refuses_leads_to_the_next_alternative(self):
        for validate in (lambda text: text != "b", lambda text: [1 / (text != "b")]):
            result = self.recover(lambda template_id: template_id, validate=validate,
                                  alternatives=["b", "c"], validate_alternatives=True)
            self.assertEqual(result.result, "c")

    def test_without_validate_alternatives_nothing_is_looked_at(self):
        result = self.recover(lambda template_id: template_id, alternatives=["b", "c"],
                              validate=lambda text: False, validate_alternatives=False)
        self.assertEqual(result.result, "b")

    def test_when_none_will_do_the_recovery_fails(self):
        result = self.recover(lambda template_id: template_id, alternatives=["b", "c"],
                              validate=lambda text: False)
        self.assertFalse(result.success)
        self.assertIsInstance(result.exception, InvalidValue)

    def test_all_alternatives_run_where_no_success_is_to_stop_them(self):
        def render(template_id):
            if template_id == "c":
                raise ValueError("c is out")
            return f"rendered {template_id}"
        alternatives = [{"name": "b", "quality": 0.5}, {"name": "c", "quality": 0.9},
                        {"name": "d", "quality": 0.8}, {"name": "e", "quality": 0.7}]
        for stop, wanted in ((True, "b"), (False, "d")):
            result = self.recover(render, alternatives=alternatives, stop_on_first_success=stop)
            self.assertEqual(result.result, f"rendered {wanted}")
        result = self.recover(render, alternatives=alternatives, stop_on_first_success=False,
                              validate=lambda text: not text.endswith("d"))
        self.assertEqual(result.result, "rendered e")

    def test_validate_is_a_function(self):
        with self.assertRaisesRegex(ValueError, "validate must be a function"):
            self.recover(None, alternatives=["b"], validate="check")


if __name__ == "__main__":
    unittest.main()

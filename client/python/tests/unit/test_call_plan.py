"""Shapes of functions: what is remembered of them agrees with their signatures."""
import asyncio
import functools
import gc
import inspect
import unittest
import weakref
from unittest import mock

import recourse
from recourse import call_plan, testing
from recourse.call_plan import CallPlan, Shape, is_async, shape_of
from recourse.options import Options


class Methods:

    def plain(self, attempt, more=1):
        return attempt, more

    async def coroutine(self, x):
        return x

    @classmethod
    def of_class(cls, x, *, attempt):
        return x, attempt

    @staticmethod
    def static(x, y=2, *rest, attempt=None, **named):
        return x, y, rest, attempt, named

    def __call__(self, a, b=1):
        return a, b


def positional(attempt, /, x=1):
    return attempt, x


@functools.wraps(positional)
def wrapped(*args, **kwargs):
    return positional(*args, **kwargs)


FUNCTIONS = [
    Methods().plain, Methods.plain, Methods().coroutine, Methods().of_class, Methods.static,
    Methods(), positional, wrapped, len, functools.partial(Methods.static, 1), lambda *attempt: 1,
    lambda **attempt: 1, lambda: 1, lambda a, b, c=1, *, d, e=2: 1, lambda *a, attempt, **b: 1]


class ShapeTest(unittest.TestCase):

    def test_it_is_what_the_signature_says(self):
        for function in FUNCTIONS:
            parameters = list(inspect.signature(function).parameters.values())
            names = [p.name for p in parameters]
            shape = shape_of(function)
            with self.subTest(function=function):
                self.assertEqual(shape.names, frozenset(names))
                self.assertEqual(shape.is_async, is_async(function))
                self.assertEqual(shape.attempt_at >= 0, "attempt" in names)
                self.assertEqual(shape.required, sum(
                    p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
                    for p in parameters))

    def test_a_changed_default_is_seen(self):
        def work(a, b=1):
            return a, b
        self.assertEqual(shape_of(work).required, 1)
        work.__defaults__ = (1, 2)
        self.assertEqual(shape_of(work).required, 0)

    def test_it_is_found_out_once(self):
        def make():
            return lambda attempt: attempt
        partial = functools.partial(Methods.static, 1)
        shape_of(make()), shape_of(partial)
        with mock.patch.object(inspect, "signature", side_effect=AssertionError), \
                mock.patch.object(call_plan, "Shape", side_effect=AssertionError):
            self.assertEqual(shape_of(make()).attempt_at, 0)
            self.assertEqual(shape_of(partial).required, 0)

    def test_what_was_remembered_keeps_nothing_alive(self):
        function = functools.partial(Methods.static, 1)
        known = weakref.ref(function)
        shape_of(function)
        del function
        gc.collect()
        self.assertIsNone(known())

    def test_what_cannot_be_remembered_works(self):
        class Unhashable:
            __hash__ = None

            def __call__(self, attempt):
                return attempt
        self.assertEqual(shape_of(Unhashable()), Shape(False, frozenset(("attempt",)), 1, 0))

    def test_the_attempt_takes_the_place_of_what_was_given_for_it(self):
        first, given = recourse.Attempt(), recourse.Attempt(9)
        def by_name(x, attempt):
            return x, attempt
        for args, kwargs in (((1,), {}), ((1, given), {}), ((), {"x": 1, "attempt": given})):
            self.assertEqual(CallPlan(by_name, Options()).call(args, kwargs, first), (1, first))
        self.assertEqual(CallPlan(lambda *a, attempt: (a, attempt), Options()).call(
            (1, 2), {}, first), ((1, 2), first))


class HealthyTest(unittest.TestCase):
    """Calls that succeed at once: no engine, no signature."""

    def test_shapes(self):
        async def coroutine(attempt):
            return attempt.timeout

        def work(attempt):
            return attempt.timeout

        def bare():
            return 5
        client = testing.Recorder([])
        strategy = recourse.RetryStrategy(client=client, time_budget=5, use_circuit_breaker=True)
        decorated = [
            recourse.recover(bare, client=client, time_budget=5),
            recourse.recover(work, client=client, time_budget=5),
            recourse.recover(bare, client=client, target=lambda: "svc"),
            recourse.recover(bare, client=client, validate=lambda value: value == 5)]
        in_asyncio = recourse.recover(coroutine, client=client, time_budget=5)
        with mock.patch.object(client, "_recovery", side_effect=AssertionError), \
                mock.patch.object(inspect, "signature", side_effect=AssertionError):
            for function in decorated:
                self.assertEqual(function(), 5)
            self.assertEqual(asyncio.run(in_asyncio()), 5)
            self.assertEqual(client.run(work, time_budget=5), 5)
            self.assertEqual(strategy.execute(bare), 5)
        self.assertEqual(client.sites.site("svc").calls, 1)

    def test_slow_calls_are_counted(self):
        client = testing.Recorder([])

        def work():
            client.fake_clock.advance(2)
        recourse.recover(work, client=client, target="svc", slow_call=1)()
        client.run(work, target="svc", slow_call=3)
        [sums] = client.sites.take(0)
        self.assertEqual((sums.calls, sums.slow_calls), (2, 1))

    def test_the_first_attempt_is_of_its_own_target(self):
        seen = []

        @recourse.recover(client=testing.Recorder([]), target=lambda name, **_: name)
        def work(name, attempt):
            seen.append((name, attempt.target))
        for name in ("a", "b", "a"):
            work(name)  # pylint: disable=no-value-for-parameter
        self.assertEqual(seen, [("a", "a"), ("b", "b"), ("a", "a")])

    def test_the_time_of_the_first_attempt_counts(self):
        client = testing.Recorder([testing.retry(4)])

        def fail():
            client.fake_clock.advance(7)
            raise TimeoutError("slow")
        for run in (recourse.recover(fail, client=client, time_budget=10),
                    lambda: client.run(fail, time_budget=10)):
            with self.assertRaises(TimeoutError):
                run()
            self.assertEqual(client.questions[-1].time_remaining, 3)
        self.assertEqual(client.waits, [])

    def test_unknown_options_are_named(self):
        with self.assertRaisesRegex(TypeError, "tiem_budget"):
            testing.Recorder([]).run(len, tiem_budget=1)


if __name__ == "__main__":
    unittest.main()

"""gRPC interceptors against a real server that answers by a script."""
import asyncio
import concurrent.futures
import threading
import unittest

import grpc

import recourse
from recourse import testing
from recourse.integrations.grpc import (CHANNEL_OPTIONS, AsyncRecoveringInterceptor,
                                        RecoveringInterceptor)

GET, CHARGE = "/shop.Orders/GetOrder", "/shop.Orders/Charge"


class Shop(grpc.GenericRpcHandler):
    """Fails with these codes, in order; then answers what it was sent.  With a
    `gate` each call waits until it is open."""

    def __init__(self, *codes, gate=None):
        self.codes = list(codes)
        self.calls = []
        self._gate = gate

    def service(self, details):
        def answer(request, context):
            self.calls.append((details.method, context.time_remaining()))
            if self._gate is not None:
                self._gate.wait(10)
            if self.codes:
                context.set_trailing_metadata((("retry-after", "3"),))
                context.abort(self.codes.pop(0), "as scripted")
            context.set_trailing_metadata((("served-by", "shop"),))
            return request
        return grpc.unary_unary_rpc_method_handler(answer)

    def __enter__(self):
        self._server = grpc.server(concurrent.futures.ThreadPoolExecutor(4), handlers=[self])
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()
        return self

    def __exit__(self, *_):
        self._server.stop(0).wait()


UNAVAILABLE = grpc.StatusCode.UNAVAILABLE


class Rules:
    """What holds plain and in asyncio: `call` makes one call."""

    def test_a_call_is_repeated_after_the_wait_that_was_decided(self):
        recorder = testing.Recorder([testing.retry(2.5)])
        with Shop(UNAVAILABLE) as shop:
            self.assertEqual(self.call(shop, GET, recorder), b"x")
        self.assertEqual((len(shop.calls), recorder.waits), (2, [2.5]))
        question = recorder.questions[0]
        self.assertEqual(question.target, "shop.Orders")
        self.assertEqual((question.details.grpc_code, question.details.message,
                          question.details.retry_after), ("UNAVAILABLE", "as scripted", 3.0))

    def test_which_methods_run_twice(self):
        for method, settings, calls in [
                (GET, {}, 2), (CHARGE, {}, 1), (CHARGE, {"idempotent": ["Charge"]}, 2),
                (CHARGE, {"idempotent": [CHARGE]}, 2), (GET, {"idempotent": ["Charge"]}, 1),
                (CHARGE, {"idempotent": lambda method: method == CHARGE}, 2),
                (CHARGE, {"idempotency": "idempotent"}, 2)]:
            with self.subTest(method=method, settings=settings), Shop(UNAVAILABLE) as shop:
                recorder = testing.Recorder([testing.retry(0)])
                if calls == 2:
                    self.call(shop, method, recorder, **settings)
                else:
                    self.assertRaises(grpc.RpcError, self.call, shop, method, recorder, **settings)
                self.assertEqual(len(shop.calls), calls)

    def test_the_calls_own_error_comes_back(self):
        recorder = testing.Recorder([testing.give_up("no")])
        with Shop(grpc.StatusCode.NOT_FOUND) as shop:
            with self.assertRaises(grpc.RpcError) as caught:
                self.call(shop, GET, recorder)
        self.assertIs(caught.exception.code(), grpc.StatusCode.NOT_FOUND)
        self.assertEqual(recourse.decision_of(caught.exception).error_message, "no")

    def test_a_time_out_is_for_all_of_it(self):
        recorder = testing.Recorder([testing.retry(60.0), testing.retry(60.0)])
        with Shop(UNAVAILABLE, UNAVAILABLE) as shop:
            with self.assertRaises(grpc.RpcError) as caught:
                self.call(shop, GET, recorder, timeout=100.0)
        self.assertIs(caught.exception.code(), UNAVAILABLE)
        self.assertEqual(recorder.waits, [60.0])
        # gRPC sends a time-out rounded up, the more the longer it is.
        left = [remaining for _, remaining in shop.calls]
        self.assertTrue(60 < left[0] <= 102 and left[1] <= 42, left)

    def test_an_open_circuit_is_an_rpc_error(self):
        recorder = testing.Recorder([testing.give_up()])
        recorder.site("shop.Orders")
        recorder.sites.told("shop.Orders", False, recourse.CircuitState.OPEN, 30.0, recorder.now())
        with Shop() as shop:
            with self.assertRaises(grpc.RpcError) as caught:
                self.call(shop, GET, recorder)
        self.assertIs(caught.exception.code(), UNAVAILABLE)
        self.assertEqual(shop.calls, [])

    def test_success_asks_nothing(self):
        recorder = testing.Recorder([])
        with Shop() as shop:
            self.assertEqual(self.call(shop, GET, recorder), b"x")
        self.assertEqual((recorder.questions, recorder.site("shop.Orders").calls), ([], 1))


class PlainTest(Rules, unittest.TestCase):

    @staticmethod
    def call(shop, method, recorder, timeout=None, **settings):
        with channel(shop, recorder, **settings) as opened:
            return opened.unary_unary(method)(b"x", timeout=timeout)

    def test_with_call_gives_the_last_calls_metadata(self):
        with Shop(UNAVAILABLE) as shop, channel(shop, testing.Recorder([testing.retry(0)])) as opened:
            value, call = opened.unary_unary(GET).with_call(b"x")
            self.assertEqual((value, call.code()), (b"x", grpc.StatusCode.OK))
            self.assertIn(("served-by", "shop"), [tuple(m) for m in call.trailing_metadata()])

    def test_a_future_recovers_on_a_thread_of_its_own(self):
        gate = threading.Event()
        with Shop(UNAVAILABLE, gate=gate) as shop, \
                channel(shop, testing.Recorder([testing.retry(0)])) as opened:
            future = opened.unary_unary(GET).future(b"x")
            told = threading.Event()
            future.add_done_callback(lambda _: told.set())
            with self.assertRaises(grpc.FutureTimeoutError):
                future.result(0.01)
            self.assertFalse(future.done())
            gate.set()
            self.assertEqual(future.result(10), b"x")
            self.assertTrue(told.wait(10))
            self.assertIs(future.code(), grpc.StatusCode.OK)

    def test_a_future_is_cancelled_in_its_wait(self):
        waiting = threading.Event()

        class Slow(recourse.clock.Clock):
            def sleep(self, seconds, cancel=None):
                waiting.set()
                super().sleep(seconds, cancel)
        recorder = testing.Recorder([testing.retry(3600.0)])
        recorder.clock = Slow()
        gate = threading.Event()
        with Shop(UNAVAILABLE, gate=gate) as shop, channel(shop, recorder) as opened:
            future = opened.unary_unary(GET).future(b"x")
            gate.set()
            self.assertTrue(waiting.wait(10))
            self.assertTrue(future.cancel())
            with self.assertRaises(grpc.FutureCancelledError):
                future.result(10)
            self.assertTrue(future.cancelled())

    def test_a_future_that_fails_to_the_end(self):
        gate = threading.Event()
        with Shop(UNAVAILABLE, gate=gate) as shop, channel(shop, testing.Recorder([])) as opened:
            future = opened.unary_unary(GET).future(b"x")
            gate.set()
            self.assertIs(future.exception(10).code(), UNAVAILABLE)


class AsyncTest(Rules, unittest.TestCase):

    @staticmethod
    def call(shop, method, recorder, timeout=None, **settings):
        async def main():
            interceptor = AsyncRecoveringInterceptor(client=recorder, **settings)
            async with grpc.aio.insecure_channel(shop.address, options=CHANNEL_OPTIONS,
                                                 interceptors=[interceptor]) as opened:
                return await opened.unary_unary(method)(b"x", timeout=timeout)
        return asyncio.run(main())


def channel(shop, recorder, **settings):
    return grpc.intercept_channel(grpc.insecure_channel(shop.address, options=CHANNEL_OPTIONS),
                                  RecoveringInterceptor(client=recorder, **settings))


if __name__ == "__main__":
    unittest.main()

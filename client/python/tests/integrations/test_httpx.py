"""httpx: transports whose calls recover."""
import asyncio
import functools
import unittest

import httpx

from integrations.http_rules import HttpRules
from recourse import testing
from recourse.integrations.httpx import AsyncRecoveringTransport, RecoveringTransport
from scripted_http import CUT, ScriptedHttp, busy, ok

# Without reading certificates, and whatever proxies the environment names.
INNER = functools.partial(httpx.HTTPTransport, verify=False, trust_env=False)
ASYNC_INNER = functools.partial(httpx.AsyncHTTPTransport, verify=False, trust_env=False)
Client = functools.partial(httpx.Client, trust_env=False)
AsyncClient = functools.partial(httpx.AsyncClient, trust_env=False)


class HttpxTest(HttpRules, unittest.TestCase):

    ConnectError = httpx.ConnectError
    cut = CUT
    type_name = "httpx.HTTPStatusError"

    @staticmethod
    def send(client, method, url, options=None, headers=None, data=None):
        transport = RecoveringTransport(INNER(), client=client, **(options or {}))
        with Client(transport=transport) as session:
            return session.request(method, url, headers=headers, content=data)

    @staticmethod
    def decision(response):
        return response.extensions["recourse_decision"]

    def test_a_body_that_is_not_in_memory_is_sent_once(self):
        with ScriptedHttp(busy(), ok()) as server:
            recorder = testing.Recorder([testing.retry(0)])
            response = self.send(recorder, "PUT", server.url, headers={"content-length": "2"},
                                 data=(part for part in (b"a", b"b")))
        self.assertEqual((response.status_code, len(server.requests)), (503, 1))

    def test_long_answers_are_left_to_the_caller(self):
        with ScriptedHttp(ok("x" * (2 << 20))) as server:
            with Client(transport=RecoveringTransport(
                    INNER(), client=testing.Recorder([]))) as client:
                with client.stream("GET", server.url) as response:
                    self.assertFalse(response.is_closed)
                    self.assertEqual(sum(map(len, response.iter_raw())), (2 << 20) + 2)

    def test_short_ones_can_still_be_streamed(self):
        with ScriptedHttp(ok("abc")) as server:
            with Client(transport=RecoveringTransport(
                    INNER(), client=testing.Recorder([]))) as client:
                with client.stream("GET", server.url) as response:
                    self.assertEqual(b"".join(response.iter_raw()), b'"abc"')

    def test_the_time_budget_shortens_time_outs(self):
        seen = []

        def answer(request):
            seen.append(request.extensions["timeout"])
            return httpx.Response(200)
        transport = RecoveringTransport(httpx.MockTransport(answer), client=testing.Recorder([]),
                                        time_budget=5.0)
        with Client(transport=transport) as client:
            client.get("http://x.invalid", timeout=httpx.Timeout(9.0, connect=1.0))
        self.assertEqual(seen, [{"connect": 1.0, "read": 5.0, "write": 5.0, "pool": 5.0}])


class AsyncHttpxTest(HttpRules, unittest.TestCase):

    ConnectError = httpx.ConnectError
    cut = CUT
    type_name = "httpx.HTTPStatusError"
    decision = staticmethod(HttpxTest.decision)

    @staticmethod
    def send(client, method, url, options=None, headers=None, data=None):
        async def main():
            transport = AsyncRecoveringTransport(ASYNC_INNER(), client=client, **(options or {}))
            async with AsyncClient(transport=transport) as session:
                return await session.request(method, url, headers=headers, content=data)
        return asyncio.run(main())


if __name__ == "__main__":
    unittest.main()

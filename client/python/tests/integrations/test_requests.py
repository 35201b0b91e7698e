"""requests: sessions whose calls recover."""
import io
import unittest
import unittest.mock

import requests

import recourse
from integrations.http_rules import HttpRules
from recourse import testing
from recourse.integrations.requests import RecoveringAdapter, Session
from scripted_http import CUT_CHUNK, ScriptedHttp, busy, ok


class RequestsTest(HttpRules, unittest.TestCase):

    ConnectError = requests.ConnectionError
    cut = CUT_CHUNK
    type_name = "requests.exceptions.HTTPError"

    @staticmethod
    def send(client, method, url, options=None, headers=None, data=None):
        with Session(client=client, **(options or {})) as session:
            session.trust_env = False
            return session.request(method, url, headers=headers, data=data)

    @staticmethod
    def decision(response):
        return recourse.decision_of(response)

    def test_files_are_rewound_and_generators_sent_once(self):
        for body, calls in [(io.BytesIO(b"abc"), 2), ((part for part in (b"a", b"b")), 1)]:
            with self.subTest(body=body), ScriptedHttp(busy(), ok()) as server:
                recorder = testing.Recorder([testing.retry(0)])
                self.send(recorder, "PUT", server.url, data=body)
                self.assertEqual(len(server.requests), calls)
                self.assertEqual({r[3] for r in server.requests}, {b"abc" if calls == 2 else b"ab"})

    def test_each_hop_of_a_redirect_is_a_call(self):
        with ScriptedHttp((302, {"location": "/there"}, b""), busy(), ok()) as server:
            recorder = testing.Recorder([testing.retry(0)])
            self.assertEqual(self.send(recorder, "GET", server.url + "/here").json(), "fine")
        self.assertEqual([r[1] for r in server.requests], ["/here", "/there", "/there"])

    def test_streams_are_left_to_the_caller(self):
        with ScriptedHttp(ok("x" * 1000)) as server, Session(client=testing.Recorder([])) as session:
            with session.get(server.url, stream=True) as response:
                self.assertFalse(response._content_consumed)  # pylint: disable=protected-access
                self.assertEqual(len(response.json()), 1000)

    def test_the_time_budget_shortens_time_outs(self):
        seen = []

        original = requests.adapters.HTTPAdapter.send
        with unittest.mock.patch.object(
                requests.adapters.HTTPAdapter, "send",
                lambda self, request, **kwargs: seen.append(kwargs["timeout"]) or
                original(self, request, **kwargs)), ScriptedHttp(ok()) as server:
            with Session(client=testing.Recorder([]), time_budget=5.0) as session:
                for timeout in (None, 2.0, 60.0, (1.0, 60.0)):
                    session.get(server.url, timeout=timeout)
        self.assertEqual(seen, [5.0, 2.0, 5.0, (1.0, 5.0)])

    def test_one_owner_of_retries(self):
        with self.assertRaisesRegex(ValueError, "max_retries must be 0"):
            RecoveringAdapter(pool={"max_retries": 3})
        self.assertEqual(RecoveringAdapter(pool={"pool_maxsize": 2}).max_retries.total, 0)


if __name__ == "__main__":
    unittest.main()

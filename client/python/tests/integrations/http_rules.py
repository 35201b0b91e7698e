"""What holds for every HTTP integration; a subclass says how a request is sent."""
import recourse
from recourse import testing
from scripted_http import ScriptedHttp, busy, ok
from server_process import free_address


class HttpRules:
    """`send(client, method, url, options, **request)` sends one request through
    the integration and gives its response; `decision(response)` what was
    decided; `ConnectError` is what a caller catches; `type_name` the type that
    the error of a failed answer is known by; `cut` a broken answer that the
    library knows to be broken."""

    def test_a_busy_server_is_asked_again_when_it_says(self):
        with ScriptedHttp(busy(429, retry_after="7"), ok()) as server:
            recorder = testing.Recorder(None)
            response = self.send(recorder, "GET", server.url + "/x")
            self.assertEqual((response.status_code, response.json()), (200, "fine"))
        self.assertEqual(len(server.requests), 2)
        self.assertEqual(recorder.waits, [7.0])

    def test_what_is_told_of_a_failed_answer(self):
        with ScriptedHttp(busy(429, retry_after="7"), ok()) as server:
            recorder = testing.Recorder([testing.retry(7.5)])
            self.send(recorder, "POST", server.url + "/x", data=b"{}")
        question = recorder.questions[0]
        self.assertEqual(question.target, server.host)
        self.assertIs(question.options.idempotency, recourse.Idempotency.NOT_IDEMPOTENT)
        details = question.details
        self.assertEqual((details.exception_type, details.http_status, details.code,
                          details.retry_after), (self.type_name, 429, "code_429", 7.0))
        self.assertRegex(details.message, r"^429 Too Many Requests: \{.*as scripted")

    def test_an_answer_that_failed_to_the_end_comes_back(self):
        with ScriptedHttp(busy(503)) as server:
            recorder = testing.Recorder([testing.retry(0), testing.give_up("no more")])
            response = self.send(recorder, "GET", server.url)
        self.assertEqual(response.status_code, 503)
        self.assertEqual(response.json()["error"]["code"], "code_503")
        self.assertEqual(self.decision(response).error_message, "no more")
        self.assertEqual(len(server.requests), 2)

    def test_which_answers_are_failures(self):
        for status, asked in [(404, 0), (401, 0), (402, 1), (408, 1), (425, 1), (429, 1), (500, 1),
                              (529, 1)]:
            with self.subTest(status=status), ScriptedHttp(busy(status)) as server:
                recorder = testing.Recorder([])
                self.assertEqual(self.send(recorder, "GET", server.url).status_code, status)
                self.assertEqual(len(recorder.questions), asked)
        with ScriptedHttp(busy(404), ok()) as server:
            recorder = testing.Recorder([testing.retry(0)])
            response = self.send(recorder, "GET", server.url,
                                 {"is_failure": lambda status: status == 404})
            self.assertEqual(response.status_code, 200)

    def test_a_method_says_whether_it_may_run_twice(self):
        retry = [testing.retry(0)] * 9
        for method, headers, options, calls in [
                ("GET", {}, {}, 2), ("PUT", {}, {}, 2), ("POST", {}, {}, 1),
                ("POST", {"Idempotency-Key": "k"}, {}, 2),
                ("POST", {}, {"idempotency": "idempotent"}, 2),
                ("GET", {}, {"idempotency": lambda request: "not_idempotent"}, 1)]:
            with self.subTest(method=method, headers=headers, options=options), \
                    ScriptedHttp(busy(), ok()) as server:
                self.send(testing.Recorder(retry), method, server.url, options, headers=headers,
                          data=None if method == "GET" else b"body")
                self.assertEqual(len(server.requests), calls)
                self.assertEqual(len({body for *_, body in server.requests}), 1)

    def test_a_connection_that_breaks_in_the_body_is_a_failed_call(self):
        with ScriptedHttp(self.cut, ok()) as server:
            recorder = testing.Recorder([testing.retry(0)])
            self.assertEqual(self.send(recorder, "GET", server.url).json(), "fine")
        self.assertEqual(len(recorder.questions), 1)

    def test_nobody_listens(self):
        recorder = testing.Recorder([testing.retry(1.0)])
        with self.assertRaises(self.ConnectError) as caught:
            self.send(recorder, "GET", f"http://{free_address()}")
        self.assertEqual(recorder.waits, [1.0])
        self.assertIsNotNone(recourse.decision_of(caught.exception))

    def test_an_open_circuit_is_an_error_of_the_library(self):
        with ScriptedHttp(ok()) as server:
            recorder = testing.Recorder([testing.give_up()])
            recorder.site(server.host)
            recorder.sites.told(server.host, False, recourse.CircuitState.OPEN, 30.0,
                                recorder.now())
            with self.assertRaisesRegex(self.ConnectError, "circuit of its target is open"):
                self.send(recorder, "GET", server.url)
            self.assertEqual(server.requests, [])

    def test_another_base_only_as_the_caller_declared_it(self):
        with ScriptedHttp(busy()) as first, ScriptedHttp(ok("other")) as second:
            other = recourse.Alternative("other", "other-target", {"base_url": second.url + "/v2/"})
            # What an answer says of where to go does not count.
            decision = testing.alternative("other", "other-target", base_url="http://evil.invalid")
            response = self.send(testing.Recorder([decision]), "GET", first.url + "/x?q=1",
                                 {"alternatives": [other]})
            self.assertEqual(response.json(), "other")
            self.assertEqual(second.requests[0][1], "/v2/x?q=1")
            self.assertEqual(second.requests[0][2]["host"], second.host)
        with self.assertRaisesRegex(ValueError, "base_url"):
            self.send(testing.Recorder([]), "GET", first.url,
                      {"alternatives": [recourse.Alternative("x")]})

    def test_a_fallback_value_is_an_answer(self):
        with ScriptedHttp(busy()) as server:
            response = self.send(testing.Recorder([testing.recovered({"n": 1})]), "GET", server.url)
        self.assertEqual((response.status_code, response.json()), (200, {"n": 1}))
        self.assertEqual(response.headers["x-recourse-degraded"], "true")

    def test_success_asks_nothing(self):
        with ScriptedHttp(ok()) as server:
            recorder = testing.Recorder([])
            self.send(recorder, "GET", server.url)
        self.assertEqual(recorder.questions, [])
        self.assertEqual(recorder.site(server.host).calls, 1)

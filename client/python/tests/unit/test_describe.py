"""What is read from exceptions of many libraries."""
import datetime
import email.utils
import time
import types
import unittest
import urllib.error

from recourse.describe import describe, looks_temporary, type_name


class SqlError(Exception):
    pgcode = "40001"


class ApiError(Exception):
    """As openai's and anthropic's are."""

    def __init__(self, status, body, headers=()):
        super().__init__("api error")
        self.status_code = status
        self.body = body
        self.response = types.SimpleNamespace(status_code=status, headers=dict(headers))


class RpcError(Exception):
    """As grpc's are."""

    def code(self):
        return types.SimpleNamespace(name="UNAVAILABLE")

    def details(self):
        return "no backend"

    def trailing_metadata(self):
        return (("retry-after", "3"), ("x-bin", b"\0\1"))


class BotoError(Exception):
    response = {"Error": {"Code": "ThrottlingException"},
                "ResponseMetadata": {"HTTPStatusCode": 400}}


class Connect(Exception):
    pass


class ConnectError(Connect):
    """As httpx's is."""


class DescribeTest(unittest.TestCase):

    def test_what_is_read(self):
        rows = [
            (TimeoutError("slow"), {"exception_type": "TimeoutError", "message": "slow"}),
            (ConnectionRefusedError(111, "refused"), {"code": "ECONNREFUSED"}),
            (SqlError("x"), {"code": "40001", "http_status": 0}),
            (ApiError(429, {"error": {"code": "insufficient_quota"}}, {"Retry-After": "7"}),
             {"http_status": 429, "code": "insufficient_quota", "retry_after": 7.0}),
            (ApiError(529, {"type": "error", "error": {"type": "overloaded_error"}}),
             {"http_status": 529, "code": "overloaded_error", "retry_after": None}),
            (ApiError(503, None, {"retry-after-ms": "1500", "retry-after": "9"}),
             {"retry_after": 1.5}),
            (ApiError(503, None, {"retry-after": "soon"}), {"retry_after": None}),
            (RpcError(), {"grpc_code": "UNAVAILABLE", "message": "no backend", "retry_after": 3.0,
                          "headers": {"retry-after": "3", "x-bin": "AAE="}}),
            (BotoError("x"), {"code": "ThrottlingException", "http_status": 400}),
            (urllib.error.HTTPError("http://x", 503, "busy", {"Retry-After": "2"}, None),
             {"http_status": 503, "retry_after": 2.0}),
        ]
        for error, wanted in rows:
            with self.subTest(error=type(error).__name__):
                details = describe(error)
                self.assertEqual({name: getattr(details, name) for name in wanted}, wanted)

    def test_dates_and_timedeltas(self):
        later = email.utils.formatdate(time.time() + 60, usegmt=True)
        self.assertAlmostEqual(describe(ApiError(503, None, {"retry-after": later})).retry_after,
                               60, delta=5)
        past = email.utils.formatdate(time.time() - 60, usegmt=True)
        self.assertEqual(describe(ApiError(503, None, {"retry-after": past})).retry_after, 0)
        error = ValueError("x")
        error.retry_after = datetime.timedelta(seconds=2)
        self.assertEqual(describe(error).retry_after, 2.0)

    def test_causes_outermost_first_and_at_most_16(self):
        error = None
        for number in range(20):
            try:
                raise ValueError(number) from error
            except ValueError as raised:
                error = raised
        causes = describe(error).causes
        self.assertEqual([text for _, text in causes], [str(18 - i) for i in range(16)])
        try:
            try:
                raise KeyError("inner")
            except KeyError:
                raise ValueError("outer") from None
        except ValueError as raised:
            self.assertEqual(describe(raised).causes, [])

    def test_a_circle_of_causes_ends(self):
        one, two = ValueError("1"), ValueError("2")
        one.__cause__, two.__cause__ = two, one
        self.assertEqual([text for _, text in describe(one).causes], ["2"])

    def test_what_looks_temporary(self):
        rows = [(TimeoutError("x"), True), (ConnectionResetError("x"), True),
                (ValueError("x"), False), (ApiError(429, None), True), (ApiError(400, None), False),
                (ApiError(500, None), False), (RpcError(), True), (ConnectError("x"), True),
                (urllib.error.URLError(ConnectionRefusedError(111, "x")), True),
                (urllib.error.URLError("unknown url type"), False), (OSError(2, "x"), False)]
        for error, wanted in rows:
            with self.subTest(error=repr(error)):
                self.assertIs(looks_temporary(error, describe(error)), wanted)

    def test_types_carry_their_module(self):
        self.assertEqual(type_name(ValueError()), "ValueError")
        self.assertEqual(type_name(urllib.error.URLError("x")), "urllib.error.URLError")


if __name__ == "__main__":
    unittest.main()

"""requests: sessions whose calls recover.

    from recourse.integrations.requests import Session

    session = Session(time_budget=30)
    session.get("https://api.example.com/orders")

Answers come back as they always do: one that failed to the end as a response
with its status, the decision at `recourse.decision_of(response)`.
"""
from __future__ import annotations

import json
from typing import Any, Callable, Mapping, Optional, Tuple, Union

import requests
from requests.adapters import HTTPAdapter
from requests.utils import rewind_body

from recourse.client import Client
from recourse.errors import CircuitOpenError, decision_of
from recourse.integrations import _http
from recourse.integrations._shared import NEVER_BEGAN, shorter
from recourse.model import Attempt

Timeout = Union[None, float, Tuple[Optional[float], Optional[float]]]


class RecoveringAdapter(HTTPAdapter):
    """For sessions that are there already:
    `session.mount("https://", RecoveringAdapter(time_budget=30))`.

    `is_failure(status)` says which answers are failed calls: 402, 408, 425, 429
    and 500 and above.  `target`, `idempotency`, `alternatives`: see
    _http.HttpRunner.  `pool`: keywords of HTTPAdapter.  Redirects are calls of
    their own; the time budget is each call's.  A body that cannot be read twice
    (a generator, a stream without seek) is sent once.  Unless the caller
    streams, an answer's body is part of the call.
    """

    def __init__(self, *, client: Optional[Client] = None, target: _http.Target = "",
                 idempotency: Optional[_http.Statement] = None,
                 is_failure: Callable[[int], bool] = _http.is_failure,
                 pool: Optional[Mapping[str, Any]] = None, **options: Any) -> None:
        if (pool or {}).get("max_retries"):
            raise ValueError("pool: max_retries must be 0: two layers of retries multiply")
        super().__init__(**(pool or {}))
        self._runner = _http.HttpRunner(client, target, idempotency, is_failure,
                                        {"from_value": _stand_in, **options})

    def send(self, request: requests.PreparedRequest, stream: bool = False,
             timeout: Timeout = None, verify: Any = True, cert: Any = None,
             proxies: Any = None) -> requests.Response:
        """One call, as HTTPAdapter's."""
        inner = super().send
        if not _repeatable(request):
            return inner(request, stream=stream, timeout=timeout, verify=verify, cert=cert,
                         proxies=proxies)

        def once(attempt: Attempt) -> requests.Response:
            if attempt.number > 1 and _rewinds(request):
                rewind_body(request)
            response = inner(
                self._request_for(request, attempt), stream=stream,
                timeout=_within(timeout, attempt.timeout), verify=verify, cert=cert,
                proxies=proxies)
            failed = self._runner.is_failure(response.status_code)
            if failed or not stream:
                response.content  # pylint: disable=pointless-statement  # Reads it all.
            if failed:
                raise _failure(response, request)
            return response
        options = self._runner.options_for(request, request.method or "", request.url or "",
                                           request.headers)
        try:
            value = self._runner.run(once, options).value
        except requests.HTTPError as error:
            return _with_decision(error.response, decision_of(error))
        except CircuitOpenError as error:
            raise requests.ConnectionError(f"{NEVER_BEGAN}: {error}", request=request) from error
        if value.request is None:  # A stand-in.
            value.request, value.url = request, request.url
        return value

    def _request_for(self, request: requests.PreparedRequest,
                     attempt: Attempt) -> requests.PreparedRequest:
        url = self._runner.url_for(request.url or "", attempt)
        if url == request.url:
            return request
        other = request.copy()
        other.url = url
        return other


class Session(requests.Session):
    """A requests.Session with a RecoveringAdapter; keywords are the adapter's."""

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        adapter = RecoveringAdapter(**settings)
        self.mount("https://", adapter)
        self.mount("http://", adapter)


def _repeatable(request: requests.PreparedRequest) -> bool:
    return request.body is None or isinstance(request.body, (str, bytes)) or _rewinds(request)


def _rewinds(request: requests.PreparedRequest) -> bool:
    """requests notes where a file's reading began, where it can go back."""
    return isinstance(getattr(request, "_body_position", None), int)


def _within(timeout: Timeout, limit: Optional[float]) -> Timeout:
    if isinstance(timeout, tuple):
        return (shorter(timeout[0], limit), shorter(timeout[1], limit))
    return shorter(timeout, limit)


def _failure(response: requests.Response,
             request: requests.PreparedRequest) -> requests.HTTPError:
    text = response.text
    error = requests.HTTPError(_http.message_of(response.status_code, response.reason or "", text),
                               response=response, request=request)
    error.body = _http.parsed(text)  # Where its code is looked for.
    return error


def _with_decision(response: requests.Response, decision: Any) -> requests.Response:
    response.recourse_decision = decision
    return response


def _stand_in(value: Any) -> requests.Response:
    """A fallback value as an answer."""
    response = requests.Response()
    response.status_code, response.reason, response.encoding = 200, "OK", "utf-8"
    response.headers["content-type"] = "application/json"
    response.headers[_http.DEGRADED_HEADER] = "true"
    response._content = json.dumps(value).encode()  # pylint: disable=protected-access
    return response

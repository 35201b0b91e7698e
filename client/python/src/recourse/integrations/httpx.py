"""httpx: transports whose calls recover, for plain clients and asyncio.

    from recourse.integrations.httpx import RecoveringTransport

    client = httpx.Client(transport=RecoveringTransport(time_budget=30))
    client.get("https://api.example.com/orders")

Answers come back as they always do: one that failed to the end as a response
with its status, the decision in `response.extensions["recourse_decision"]`.
"""
from __future__ import annotations

from typing import Any, Callable, Dict, Optional

import httpx

from recourse.client import Client
from recourse.errors import CircuitOpenError, decision_of
from recourse.integrations import _http
from recourse.integrations._shared import NEVER_BEGAN, shorter
from recourse.model import Attempt
from recourse.options import Options

# An answer that says it is no longer than this is read within the call, so that
# a connection that breaks in its body is recovered from; longer ones, and those
# that do not say, may be streams.
MAX_READ_BYTES = 1 << 20


class _Recovering:
    """What both transports do."""

    def __init__(self, client: Optional[Client] = None, target: _http.Target = "",
                 idempotency: Optional[_http.Statement] = None,
                 is_failure: Callable[[int], bool] = _http.is_failure, **options: Any) -> None:
        self._runner = _http.HttpRunner(client, target, idempotency, is_failure,
                                        {"from_value": _stand_in, **options})

    def _options(self, request: httpx.Request) -> Options:
        return self._runner.options_for(request, request.method, str(request.url),
                                        request.headers)

    def _request_for(self, request: httpx.Request, attempt: Attempt) -> httpx.Request:
        url = self._runner.url_for(str(request.url), attempt)
        extensions: Dict[str, Any] = dict(request.extensions)
        if attempt.timeout is not None:
            given = dict(extensions.get("timeout") or {})
            extensions["timeout"] = {name: shorter(given.get(name), attempt.timeout)
                                     for name in ("connect", "read", "write", "pool")}
        other = httpx.Request(request.method, url, headers=request.headers, stream=request.stream,
                              extensions=extensions)
        if url != str(request.url):
            other.headers["host"] = other.url.netloc.decode("ascii")
        return other

    def _reads(self, request: httpx.Request, response: httpx.Response) -> bool:
        length = response.headers.get("content-length", "")
        return request.method != "HEAD" and (
            self._runner.is_failure(response.status_code)
            or (length.isdigit() and int(length) <= MAX_READ_BYTES))

    def _checked(self, request: httpx.Request, response: httpx.Response,
                 raw: Optional[bytes]) -> httpx.Response:
        """The answer, with the body that was read; raises what has failed."""
        if raw is not None:
            response = httpx.Response(response.status_code, headers=response.headers,
                                      stream=httpx.ByteStream(raw), extensions=response.extensions)
        if self._runner.is_failure(response.status_code):
            raise _failure(request, response, raw or b"")
        return response


class RecoveringTransport(_Recovering, httpx.BaseTransport):
    """Around `transport`, by default httpx's own without its retries.

    `is_failure(status)` says which answers are failed calls: 402, 408, 425, 429
    and 500 and above.  `target`, `idempotency`, `alternatives`: see
    _http.HttpRunner.  Redirects are calls of their own; the time budget is each
    call's.  A body that is not held in memory is sent once.
    """

    def __init__(self, transport: Optional[httpx.BaseTransport] = None, **settings: Any) -> None:
        super().__init__(**settings)
        self._transport = transport or httpx.HTTPTransport(retries=0)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One call."""
        def once(attempt: Attempt) -> httpx.Response:
            response = self._transport.handle_request(self._request_for(request, attempt))
            raw = None
            if self._reads(request, response):
                try:
                    raw = b"".join(response.stream)  # type: ignore[arg-type]
                finally:
                    response.close()
            return self._checked(request, response, raw)
        if not isinstance(request.stream, httpx.ByteStream):
            return self._transport.handle_request(request)
        try:
            return self._runner.run(once, self._options(request)).value
        except httpx.HTTPStatusError as error:
            return _with_decision(error)
        except CircuitOpenError as error:
            raise httpx.ConnectError(f"{NEVER_BEGAN}: {error}", request=request) from error

    def close(self) -> None:
        """Closes the transport inside."""
        self._transport.close()


class AsyncRecoveringTransport(_Recovering, httpx.AsyncBaseTransport):
    """The same for httpx.AsyncClient."""

    def __init__(self, transport: Optional[httpx.AsyncBaseTransport] = None,
                 **settings: Any) -> None:
        super().__init__(**settings)
        self._transport = transport or httpx.AsyncHTTPTransport(retries=0)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One call."""
        async def once(attempt: Attempt) -> httpx.Response:
            response = await self._transport.handle_async_request(
                self._request_for(request, attempt))
            raw = None
            if self._reads(request, response):
                try:
                    stream: Any = response.stream
                    raw = b"".join([part async for part in stream])
                finally:
                    await response.aclose()
            return self._checked(request, response, raw)
        if not isinstance(request.stream, httpx.ByteStream):
            return await self._transport.handle_async_request(request)
        try:
            return (await self._runner.run_async(once, self._options(request))).value
        except httpx.HTTPStatusError as error:
            return _with_decision(error)
        except CircuitOpenError as error:
            raise httpx.ConnectError(f"{NEVER_BEGAN}: {error}", request=request) from error

    async def aclose(self) -> None:
        """Closes the transport inside."""
        await self._transport.aclose()


def _failure(request: httpx.Request, response: httpx.Response,
             raw: bytes) -> httpx.HTTPStatusError:
    text = httpx.Response(response.status_code, headers=response.headers, content=raw).text
    error = httpx.HTTPStatusError(
        _http.message_of(response.status_code, response.reason_phrase, text), request=request,
        response=response)
    error.body = _http.parsed(text)  # type: ignore[attr-defined]  # Where its code is looked for.
    return error


def _with_decision(error: httpx.HTTPStatusError) -> httpx.Response:
    response = error.response
    response.extensions = {**response.extensions, "recourse_decision": decision_of(error)}
    return response


def _stand_in(value: Any) -> httpx.Response:
    """A fallback value as an answer."""
    return httpx.Response(200, headers={_http.DEGRADED_HEADER: "true"}, json=value)

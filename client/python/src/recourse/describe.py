"""Reads what an exception tells about a failure, whatever library raised it.

Nothing is imported for it: attributes are looked for by the names that
requests, httpx, aiohttp, urllib, grpc, botocore, openai, anthropic and the
database drivers use.
"""
from __future__ import annotations

import asyncio
import base64
import concurrent.futures
import datetime
import email.utils
import errno
import socket
import time
import traceback
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from recourse.model import ErrorDetails

MAX_CAUSES = 16
MAX_HEADERS = 64
_MAX_NAME = 256

_TEMPORARY_TYPES = (ConnectionError, TimeoutError, socket.timeout, asyncio.TimeoutError,
                    concurrent.futures.TimeoutError)
# Connections and time-outs of libraries that do not use Python's own types.
_TEMPORARY_NAMES = frozenset((
    "APIConnectionError", "APITimeoutError", "ClientConnectionError", "ConnectError",
    "ConnectionError", "ConnectTimeout", "NetworkError", "ReadTimeout", "ServerTimeoutError",
    "Timeout", "TimeoutException"))
TEMPORARY_STATUS = frozenset((408, 429, 502, 503, 504))
TEMPORARY_CODES = frozenset(("UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED"))

MapError = Callable[[BaseException, ErrorDetails], Optional[ErrorDetails]]


def type_name(error: BaseException) -> str:
    """The exception's type with its module; Python's own without."""
    kind = type(error)
    module = kind.__module__
    name = kind.__qualname__ if module in ("builtins", "__main__") else f"{module}.{kind.__qualname__}"
    return name[-_MAX_NAME:]


def describe(error: BaseException, with_stack: bool = False) -> ErrorDetails:
    """What the exception and the response in it say."""
    response = getattr(error, "response", None)
    headers = _headers(error, response)
    return ErrorDetails(
        exception_type=type_name(error),
        message=_text(error),
        code=_code(error, response)[:128],
        http_status=_http_status(error, response),
        grpc_code=_grpc_code(error),
        headers=headers,
        retry_after=_retry_after(error, headers),
        causes=_causes(error),
        stack_trace="".join(traceback.format_exception(type(error), error, error.__traceback__))
        if with_stack else "")


def looks_temporary(error: BaseException, details: ErrorDetails) -> bool:
    """Whether trying again may help, as far as a client alone can tell."""
    if details.http_status:
        return details.http_status in TEMPORARY_STATUS
    if details.grpc_code:
        return details.grpc_code in TEMPORARY_CODES
    if isinstance(error, _TEMPORARY_TYPES) or isinstance(getattr(error, "reason", None),
                                                         _TEMPORARY_TYPES):
        return True
    return any(kind.__name__ in _TEMPORARY_NAMES for kind in type(error).__mro__)


def _text(error: BaseException) -> str:
    details = getattr(error, "details", None)  # gRPC's str() is many lines.
    if callable(details) and callable(getattr(error, "code", None)):
        try:
            return str(details() or "")
        except Exception:  # pylint: disable=broad-except
            pass
    return str(error)


def _http_status(error: BaseException, response: Any) -> int:
    for holder in (error, response):
        for name in ("status_code", "http_status", "status", "code"):
            value = getattr(holder, name, None)
            if isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599:
                return int(value)
    if isinstance(response, Mapping):  # botocore.
        value = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return value if isinstance(value, int) else 0
    return 0


def _grpc_code(error: BaseException) -> str:
    code = getattr(error, "grpc_code", None)
    if code is None:
        method = getattr(error, "code", None)
        if not callable(method):
            return ""
        try:
            code = method()
        except Exception:  # pylint: disable=broad-except
            return ""
    name = code if isinstance(code, str) else getattr(code, "name", "")
    return name if isinstance(name, str) and name.isupper() and name != "OK" else ""


def _code(error: BaseException, response: Any) -> str:
    for name in ("code", "pgcode", "sqlstate", "error_code"):
        value = getattr(error, name, None)
        if isinstance(value, str) and value:
            return value
    number = getattr(error, "errno", None)
    if isinstance(error, OSError) and isinstance(number, int):
        return errno.errorcode.get(number, "")
    if isinstance(response, Mapping):  # botocore.
        value = response.get("Error", {}).get("Code", "")
        return value if isinstance(value, str) else ""
    body = getattr(error, "body", None)  # openai, anthropic: the parsed body.
    for _ in range(2):
        if isinstance(body, Mapping):
            value = body.get("code") or body.get("type")
            if isinstance(value, str) and value != "error":
                return value
            body = body.get("error")
    return ""


def _headers(error: BaseException, response: Any) -> Dict[str, str]:
    for holder in (getattr(error, "headers", None), getattr(response, "headers", None)):
        pairs = getattr(holder, "items", None)
        if callable(pairs):
            return {str(key): str(value) for key, value in list(pairs())[:MAX_HEADERS]}
    metadata = getattr(error, "trailing_metadata", None)
    if not callable(metadata):
        return {}
    try:
        return {key: base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
                for key, value in list(metadata() or ())[:MAX_HEADERS]}
    except Exception:  # pylint: disable=broad-except
        return {}


def _retry_after(error: BaseException, headers: Mapping[str, str]) -> Optional[float]:
    value = getattr(error, "retry_after", None)
    if isinstance(value, datetime.timedelta):
        value = value.total_seconds()
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return float(value)
    found = {key.lower(): text.strip() for key, text in headers.items()}
    for name, unit in (("retry-after-ms", 0.001), ("x-amz-retry-after", 0.001),
                       ("retry-after", 1.0)):
        try:
            seconds = float(found[name]) * unit
        except (KeyError, ValueError):
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    return _until_date(found.get("retry-after", ""))


def _until_date(text: str) -> Optional[float]:
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=datetime.timezone.utc)
    return max(0.0, when.timestamp() - time.time())


def _causes(error: BaseException) -> List[Tuple[str, str]]:
    causes: List[Tuple[str, str]] = []
    seen = {id(error)}
    current: Optional[BaseException] = error
    while current is not None and len(causes) < MAX_CAUSES:
        following = current.__cause__
        if following is None and not current.__suppress_context__:
            following = current.__context__
        if following is None or id(following) in seen:
            break
        seen.add(id(following))
        causes.append((type_name(following), _text(following)))
        current = following
    return causes

"""What HTTP says about repeating: the same for every HTTP library."""
from __future__ import annotations

import json
from typing import Any, Callable, Mapping, Optional, Sequence, Union
from urllib.parse import urlsplit, urlunsplit

from recourse.client import Client
from recourse.enums import Idempotency
from recourse.integrations._shared import Runner
from recourse.model import Alternative, Attempt
from recourse.options import Options

# RFC 9110, 9.2.2.
IDEMPOTENT_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"))
# Answers that say that the call failed, beside 500 and above.  Any other, a 404
# for example, is an answer: nobody is asked about it.
FAILED_STATUS = frozenset((402, 408, 425, 429))
MAX_BODY_TEXT = 4096  # Characters of a failed answer's body in the error's message.
DEGRADED_HEADER = "x-recourse-degraded"
_DEFAULT_PORTS = {"http": 80, "https": 443}

Target = Union[str, Callable[[Any], str]]
Statement = Union[str, Idempotency, Callable[[Any], Union[str, Idempotency]]]


def is_failure(status: int) -> bool:
    """Whether an answer with this status is a failed call."""
    return status >= 500 or status in FAILED_STATUS


def idempotency_of(method: str, headers: Mapping[str, str]) -> Idempotency:
    """By the method; a request with an Idempotency-Key may be sent twice."""
    if method.upper() in IDEMPOTENT_METHODS or \
            any(name.lower() == "idempotency-key" for name in headers):
        return Idempotency.IDEMPOTENT
    return Idempotency.NOT_IDEMPOTENT


def target_of(url: str) -> str:
    """The host, with the port where it is not the scheme's own."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port
    return host if port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{port}"


def moved(url: str, base_url: str) -> str:
    """The same path at another base."""
    parts, base = urlsplit(url), urlsplit(base_url)
    return urlunsplit((base.scheme, base.netloc, base.path.rstrip("/") + parts.path, parts.query,
                       parts.fragment))


def message_of(status: int, reason: str, text: str) -> str:
    """A failed answer as an error's message."""
    shown = text[:MAX_BODY_TEXT].strip()
    return f"{status} {reason}".strip() + (f": {shown}" if shown else "")


def parsed(text: str) -> Any:
    """The body as JSON, or None: where vendors put their codes."""
    try:
        return json.loads(text) if text[:1] in ("{", "[") else None
    except ValueError:
        return None


class HttpRunner(Runner):
    """Options of HTTP calls.

    `target`, `idempotency`: for all requests, or functions of the library's
    request; left out: its host, its method.  `alternatives` need a parameter
    `base_url`: requests go there only as the caller itself declared it.
    """

    def __init__(self, client: Optional[Client], target: Target,
                 idempotency: Optional[Statement], failure: Callable[[int], bool],
                 options: Mapping[str, Any]) -> None:
        alternatives: Sequence[Alternative] = tuple(options.get("alternatives", ()) or ())
        for alternative in alternatives:
            if not isinstance(alternative, Alternative) or \
                    "base_url" not in alternative.parameters:
                raise ValueError(f"alternatives: {alternative!r} must be an Alternative with a "
                                 "parameter 'base_url'")
        super().__init__(client, {**options, "alternatives": alternatives})
        self.is_failure = failure
        self._target = target
        self._idempotency = idempotency
        self._bases = {a.name: a.parameters["base_url"] for a in alternatives}

    def options_for(self, request: Any, method: str, url: str,
                    headers: Mapping[str, str]) -> Options:
        """The options of one request."""
        target = self._target(request) if callable(self._target) else self._target
        said = self._idempotency(request) if callable(self._idempotency) else self._idempotency
        return self.options.but(
            target=target or target_of(url),
            idempotency=idempotency_of(method, headers) if said is None else said)

    def url_for(self, url: str, attempt: Attempt) -> str:
        """Where this attempt goes."""
        if attempt.alternative is None:
            return url
        base = self._bases.get(attempt.alternative.name)
        return url if base is None else moved(url, base)

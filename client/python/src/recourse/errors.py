"""Errors of the client's own.  An operation's error is never replaced by one
of these: it comes back as it was raised."""
from __future__ import annotations

from typing import Any, Optional


class RecourseError(Exception):
    """Base of what this package raises on its own account."""


class CircuitOpenError(RecourseError, RuntimeError):
    """The operation did not begin: the circuit of its target is open."""

    def __init__(self, name: str, retry_in: Optional[float] = None) -> None:
        again = f", again in {retry_in:.1f} s" if retry_in is not None else ""
        super().__init__(f"Circuit breaker OPEN for {name or 'this operation'}{again}")
        self.name = name
        self.retry_in = retry_in  # Seconds; None: not known.


class Skipped(RecourseError):
    """A person said to go on without the operation's answer."""

    def __init__(self, note: str = "") -> None:
        super().__init__(f"skipped by a person{': ' + note if note else ''}")
        self.note = note


class InvalidValue(RecourseError):
    """The caller's `validate` refused what an attempt returned: `value`."""

    def __init__(self, value: Any = None) -> None:
        super().__init__("validate refused the value that was returned")
        self.value = value


InvalidValue.__module__ = "recourse"  # As it is asked about, in every language.


class Cancelled(RecourseError):
    """The caller set the cancel event it had given."""


class RemediationError(RecourseError):
    """A remediation was asked for that this caller does not have."""


class AskError(RecourseError):
    """A question to Recourse got no decision.

    ``code`` is the gRPC code's name, ``reason`` the server's own in UPPER_SNAKE
    (empty where nobody answered), ``field`` the field at fault.
    """

    def __init__(self, code: str, message: str, reason: str = "", field: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.reason = reason
        self.field = field

    @property
    def unavailable(self) -> bool:
        """Whether the service is away or overloaded; else it refused."""
        return self.code in ("UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED",
                             "INTERNAL", "UNKNOWN", "CANCELLED")

    @property
    def refused_token(self) -> bool:
        """Whether it was the token that was not taken."""
        return self.code == "INVALID_ARGUMENT" and self.reason.startswith("TOKEN_")


def decision_of(error: BaseException) -> Any:
    """The last decision of the recovery that ended with this error, or None."""
    return getattr(error, "recourse_decision", None)

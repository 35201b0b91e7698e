"""What a recovery asks its driver to do.  The engine itself does no I/O, does
not wait and reads no clock but the one it is given."""
from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Optional, Sequence, Union

from recourse.errors import AskError
from recourse.model import Attempt, Decision, ErrorDetails, Resolution
from recourse.options import Options
from recourse.sites import Sums
from recourse.steps import Step


@dataclass(frozen=True)
class Question:
    """A RecoveryContext, before it is a message."""

    options: Options
    details: Optional[ErrorDetails]
    target: str
    state: Any
    token: str
    request_id: str
    time_remaining: Optional[float]
    circuit_open: bool = False
    sums: Optional[Sums] = None
    steps: Sequence[Step] = ()


def request_id() -> str:
    """A new one.  It names a question, and is no secret: the system's own source of
    chance would cost more than the rest of the question's making."""
    return f"{random.getrandbits(128):032x}"


@dataclass(frozen=True)
class Run:
    """Run the operation; the answer is a Value or the exception."""

    attempt: Attempt


@dataclass(frozen=True)
class Value:
    """The operation's value."""

    value: Any


@dataclass(frozen=True)
class Ask:
    """Ask Recourse; the answer is a Decision or an AskError."""

    question: Question
    timeout: float


@dataclass(frozen=True)
class Foresee:
    """Ask what would be decided, with nothing recorded; answers as Ask's."""

    question: Question
    timeout: float


@dataclass(frozen=True)
class Wait:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Remediate:
    """Run a declared remediation; the answer is None or the exception."""

    name: str


@dataclass(frozen=True)
class Poll:
    """One AwaitIncident; the answer is an Awaited or an AskError."""

    incident_id: str
    token: str
    seconds: float


@dataclass(frozen=True)
class Awaited:
    """What a poll for a person brought."""

    resolution: Optional[Resolution]
    token: str


Effect = Union[Run, Ask, Foresee, Wait, Remediate, Poll]
Answer = Union[Value, BaseException, Decision, AskError, Awaited, None]

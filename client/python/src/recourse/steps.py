"""The steps of a plan, as a caller may give them (`steps=`) and as patterns
hold them.  Without Recourse they are carried out by local_steps.py.

All durations are seconds.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Optional, Sequence, Union

from recourse.enums import Backoff, Fixer, Jitter, Severity
from recourse.model import Alternative, Edit


@dataclass(frozen=True)
class RetryStep:
    """Wait, then run the same operation again.

    With base_delay 1 and factor 2 the waits are 1, 2, 4, 8, ... s before
    jitter, never above max_delay.  RANGE multiplies the wait by a number from
    jitter_range.
    """

    max_retries: int = 3  # 0-100.
    backoff: Backoff = Backoff.EXPONENTIAL
    base_delay: float = 1.0
    factor: float = 2.0
    max_delay: float = 60.0
    jitter: Jitter = Jitter.FULL
    jitter_range: Sequence[float] = (0.8, 1.2)
    max_retry_after: float = 600.0  # A longer Retry-After exhausts the step.
    timeout_multiplier: float = 1.0
    remediation: str = ""


@dataclass(frozen=True)
class AlternativePathStep:
    """Try other targets, one after the other.  None given: those that the
    caller declares."""

    alternatives: Sequence[Alternative] = ()
    order_by: str = "preference"  # Or "cost" (cheapest), "quality" (best first).
    exclude: Sequence[str] = ()


@dataclass(frozen=True)
class DegradationLevel:
    """One level of doing less; it says all that it wants."""

    name: str
    disable_features: Sequence[str] = ()
    edits: Sequence[Edit] = ()


@dataclass(frozen=True)
class GracefulDegradationStep:
    """Do less, level by level; then the fallback value, where there is one."""

    levels: Sequence[DegradationLevel] = ()
    fallback_value: Any = None


@dataclass(frozen=True)
class Rewrite:
    """One rewrite of the text: RE2 syntax; exactly one of replacement, prepend,
    append and fixer, else ValueError."""

    pattern: str = ""  # Needed, but with a fixer, which then acts only where it matches.
    replacement: Optional[str] = None
    prepend: Optional[str] = None
    append: Optional[str] = None
    description: str = ""
    only_if_text_matches: Sequence[str] = ()
    unless_text_matches: Sequence[str] = ()
    fixer: Optional[Fixer] = None  # Only the server has them: without it nothing changes.

    def __post_init__(self) -> None:
        operations = (self.replacement, self.prepend, self.append, self.fixer)
        if sum(one is not None for one in operations) != 1:
            raise ValueError("a rewrite needs one of replacement, prepend, append and fixer")
        if self.fixer is None and not self.pattern:
            raise ValueError("a rewrite without fixer needs a pattern")


@dataclass(frozen=True)
class ErrorCorrectionStep:
    """Correct the text that subject_field names."""

    rewrites: Sequence[Rewrite] = ()
    must_match_after: Sequence[str] = ()
    must_not_match_after: Sequence[str] = ()


@dataclass(frozen=True)
class EscalationStep:
    """Open an incident, or join the one that is open."""

    channels: Sequence[str] = ()
    assignee: str = ""
    priority: Optional[Severity] = None
    pause_workflow: bool = False
    include_context: bool = False
    include_state_keys: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


Step = Union[RetryStep, AlternativePathStep, GracefulDegradationStep, ErrorCorrectionStep,
             EscalationStep]

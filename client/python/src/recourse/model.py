"""Decisions and what they are about, as plain Python: no gRPC in here.

All durations are seconds.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Optional, Sequence, Tuple, Union

from recourse.enums import (Disposition, ErrorType, FailureCategory, Jitter, RecoveryStrategy,
                            ResolutionAction, Severity)


@dataclass(frozen=True)
class ErrorDetails:
    """What is known of an error; see describe.py for where it is read from."""

    exception_type: str = ""
    message: str = ""
    code: str = ""  # The vendor's: SQLSTATE, errno name, API code.
    http_status: int = 0  # 0: none.
    grpc_code: str = ""  # Canonical name.
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after: Optional[float] = None
    causes: Sequence[Tuple[str, str]] = ()  # (type, message), outermost first.
    stack_trace: str = ""


@dataclass(frozen=True)
class Edit:
    """A change to the operation's state: see edits.py for paths."""

    path: str
    operation: str  # "set", "cap", "truncate" or "remove".
    value: Any = None


@dataclass(frozen=True)
class Alternative:
    """Where else an operation can be run."""

    name: str
    target: str = ""  # Empty: the name.
    parameters: Mapping[str, str] = field(default_factory=dict)
    cost: float = 0.0
    quality: float = 0.0


@dataclass(frozen=True)
class Retry:
    """Run the same operation again after `delay`."""

    delay: float = 0.0
    attempt: int = 1
    max_attempts: int = 1
    timeout: Optional[float] = None
    remediation: str = ""


@dataclass(frozen=True)
class TakeAlternative:
    """Run it by another way."""

    alternative: Alternative
    remaining: Sequence[str] = ()


@dataclass(frozen=True)
class Degrade:
    """Run it again asking for less."""

    level_name: str = ""
    level: int = 0
    level_count: int = 0
    disable_features: Sequence[str] = ()
    edits: Sequence[Edit] = ()
    # Share of what was sent that would be accepted, in (0, 1), where the error
    # states both sizes; 0: not known.
    keep_ratio: float = 0.0


@dataclass(frozen=True)
class Correct:
    """Run it again with corrected input."""

    subject_field: str = ""
    corrected_text: str = ""
    edits: Sequence[Edit] = ()
    unified_diff: str = ""
    applied: Sequence[str] = ()


@dataclass(frozen=True)
class Escalated:
    """People were told."""

    incident_id: str = ""
    pause_workflow: bool = False
    priority: Severity = Severity.MEDIUM
    assignee: str = ""
    channels: Sequence[str] = ()
    joined: bool = False


Action = Union[Retry, TakeAlternative, Degrade, Correct, Escalated]


@dataclass(frozen=True)
class SizeLimit:
    """A limit on size and what exceeded it, as the error states them."""

    limit: int = 0  # 0: not stated.
    actual: int = 0  # What was sent; 0: not stated.
    unit: str = ""  # Of both: "tokens", "bytes" ...; empty: not stated.


@dataclass(frozen=True)
class Classification:
    """What an error is taken to be."""

    error_type: ErrorType = ErrorType.UNKNOWN
    category: FailureCategory = FailureCategory.UNKNOWN
    severity: Severity = Severity.MEDIUM
    retryable: bool = False
    not_executed: bool = False  # The failure proves that nothing was done.
    confidence: float = 0.0
    recommended_strategy: RecoveryStrategy = RecoveryStrategy.NONE
    suggested_action: str = ""
    pattern_id: str = ""
    size_limit: Optional[SizeLimit] = None  # None: the error states none.


@dataclass(frozen=True)
class LocalPlan:
    """How a target may be retried without Recourse.  Defaults: the small one
    that holds where Recourse never said any."""

    max_retries: int = 2
    base_delay: float = 0.2
    factor: float = 2.0
    max_delay: float = 2.0
    jitter: Jitter = Jitter.FULL
    retry_budget_ratio: float = 0.2
    valid_for: float = 600.0


@dataclass(frozen=True)
class Decision:
    """What to do about a failure, and why."""

    disposition: Disposition
    strategy_used: RecoveryStrategy = RecoveryStrategy.NONE
    action: Optional[Action] = None
    result: Any = None  # With RECOVERED: stands in for the answer.
    degraded: bool = False
    result_age: Optional[float] = None
    classification: Classification = field(default_factory=Classification)
    decision_id: str = ""
    recovery_token: str = ""
    registry_revision: int = 0
    trace: Sequence[str] = ()  # "reason: text", in order.
    error_message: str = ""  # With GIVE_UP and ESCALATED: one sentence.
    duration_ms: float = 0.0
    local_plan: Optional[LocalPlan] = None
    start_delay: float = 0.0
    recheck: bool = False
    trial: bool = False
    local: bool = False  # Made by the client itself, without Recourse.

    @property
    def success(self) -> bool:
        """Whether there is a way to go on."""
        return self.disposition in (Disposition.ACT, Disposition.RECOVERED,
                                    Disposition.WAIT_FOR_HUMAN)

    @property
    def runs_again(self) -> bool:
        """Whether it has the operation run again."""
        return self.disposition is Disposition.ACT and self.action is not None

    @property
    def delay(self) -> float:
        """The wait before that run."""
        return self.action.delay if isinstance(self.action, Retry) else self.start_delay


@dataclass(frozen=True)
class Resolution:
    """What a person said."""

    action: ResolutionAction
    state: Any = None  # With RESUME.
    note: str = ""
    resolved_by: str = ""


@dataclass(frozen=True)
class Attempt:
    """How to run an operation this time."""

    number: int = 1
    target: str = ""
    alternative: Optional[Alternative] = None
    parameters: Mapping[str, str] = field(default_factory=dict)  # The alternative's.
    state: Any = None  # As it was given, with all edits so far.
    edits: Sequence[Edit] = ()  # The last decision's.
    disabled_features: Sequence[str] = ()
    timeout: Optional[float] = None  # To give the call; None: no limit.
    # Share of the input, as first given, that is to be sent: what decisions to
    # ask for less said of it together.  1: all, or nothing is known.
    keep_ratio: float = 1.0

    def enabled(self, feature: str) -> bool:
        """False when the feature is to be done without."""
        return feature not in self.disabled_features


@dataclass(frozen=True)
class Recovered:
    """An operation's value, and how it came to be."""

    value: Any
    attempts: int = 1
    degraded: bool = False  # The value stands in for the operation's answer.
    result_age: Optional[float] = None
    decision: Optional[Decision] = None  # The last; None: it succeeded at once.


@dataclass(frozen=True)
class Disagreement:
    """With mode observe: what was done is not what was decided."""

    error: BaseException
    decision: Decision
    decided: str  # A strategy's name, or "ENDED".
    done: str  # "RAN_AGAIN" or "ENDED".
    decided_delay: Optional[float] = None
    done_delay: Optional[float] = None

"""What a recovery is told."""
from __future__ import annotations

import dataclasses
import threading
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Optional, Sequence, Tuple, Type, Union

from recourse.describe import MapError
from recourse.enums import ErrorType, FailureCategory, Idempotency, Mode
from recourse.errors import CircuitOpenError, InvalidValue
from recourse.model import Alternative, Decision, Disagreement, ErrorDetails
from recourse.steps import Step

StepsFor = Callable[[BaseException, ErrorDetails], Sequence[Step]]
Exceptions = Union[Type[BaseException], Tuple[Type[BaseException], ...]]


@dataclass(frozen=True)
class Options:
    """How an operation is to be recovered.  Defaults suit one that may be run
    again.  Durations are seconds."""

    # What is called, for example "openai/gpt-4"; or a function of the
    # operation's arguments that says it.  Empty: the function's own name.
    target: Union[str, Callable[..., str]] = ""
    idempotency: Idempotency = Idempotency.UNSPECIFIED
    # Time for all of it, waits included.  None: no limit.
    time_budget: Optional[float] = None
    expected_call_time: Optional[float] = None  # Of one call.
    # The caller's own plan: asked after a user's pattern, before the library.
    steps: Sequence[Step] = ()
    # Only these are recovered; others pass at once.
    exceptions: Exceptions = Exception
    # Looks at each value that an attempt returns: False, or an error that it
    # raises, makes the attempt a failed one.  Nothing and what is true will do.
    # Of a coroutine function it may be one, too.
    validate: Optional[Callable[[Any], Any]] = None
    # These pass at once, whatever `exceptions` says: a breaker of this process
    # that is open will still be open.
    never: Exceptions = CircuitOpenError
    # As `steps`, where the plan depends on the error.
    steps_for: Optional[StepsFor] = None
    # The same by the failure's category, which the server is asked for first.
    steps_by_category: Mapping[FailureCategory, Sequence[Step]] = field(default_factory=dict)
    # A guess rather than a plan: never sent, carried out where nobody answers.
    steps_when_silent: Optional[StepsFor] = None

    # The operation's input.  A mapping or any object: it comes with each
    # attempt, edited.  Names of the function's parameters: these arguments
    # are the state, and edited ones are passed back as arguments.
    state: Any = None
    subject_field: str = ""  # Path in it of the text that may be corrected.

    # What the caller can do.  None: every alternative and degradation.
    alternatives: Optional[Sequence[Union[str, Alternative]]] = None
    degradations: Optional[Sequence[str]] = None
    # Actions to run before going on, by name; one that raises is like a
    # failed attempt.
    remediations: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    await_human: bool = False  # Wait for a person when an incident asks for it.
    max_human_wait: float = 24 * 3600.0

    workflow_id: str = ""
    node_name: str = ""
    step_count: int = 0
    quota_scope: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    error_type_hint: Optional[ErrorType] = None
    upstream_attempt: int = 0
    send_stack: bool = False  # Send the stack trace: some patterns ask for it.
    map_error: Optional[MapError] = None  # (error, details) -> better details.

    mode: Optional[Mode] = None  # None: the client's.
    cancel: Optional[threading.Event] = None  # Set it to end waits at once.
    # What stands in when nothing helped: a function of the operation's
    # arguments, or a value.  None: the operation's error comes back.
    fallback: Any = None
    # Turns a fallback value of Recourse's (JSON) into an answer.
    from_value: Optional[Callable[[Any], Any]] = None
    slow_call: Optional[float] = None  # Calls that take longer count as slow.

    on_decision: Optional[Callable[[Decision], Any]] = None
    on_ask_failed: Optional[Callable[[Exception], Any]] = None
    on_disagreement: Optional[Callable[[Disagreement], Any]] = None

    def __post_init__(self) -> None:
        for name in ("time_budget", "expected_call_time", "slow_call"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} must be 0 s or more, is {value}")
        if isinstance(self.idempotency, str):
            object.__setattr__(self, "idempotency", Idempotency(self.idempotency))
        if isinstance(self.mode, str):
            object.__setattr__(self, "mode", Mode(self.mode))

    def recovers(self, error: BaseException) -> bool:
        """Whether this error is to be recovered from."""
        return self.covers(error) and not isinstance(error, self.never)

    def covers(self, error: BaseException) -> bool:
        """Whether it is one of the errors that these options are for."""
        return isinstance(error, self.exceptions) or isinstance(error, InvalidValue)

    def but(self, **changes: Any) -> "Options":
        """The same with these fields changed."""
        if not changes.keys() <= _FIELDS:
            raise TypeError(f"options have no {sorted(changes.keys() - _FIELDS)}")
        # As dataclasses.replace, for a fraction of its time: some are made per call.
        options = object.__new__(type(self))
        options.__dict__.update(self.__dict__)
        options.__dict__.update(changes)
        options.__post_init__()
        return options


_FIELDS = frozenset(field.name for field in dataclasses.fields(Options))
DEFAULTS = Options()

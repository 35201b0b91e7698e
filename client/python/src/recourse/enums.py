"""The closed sets that decisions are made of.

Each value is also its own text: ``FailureCategory.TIMEOUT == "timeout"``.
"""
from __future__ import annotations

from enum import Enum


class _Word(str, Enum):
    """An enum whose members read as their values wherever they are shown."""

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(str(self.value), spec)


class ErrorType(_Word):
    """What kind of thing went wrong, as the author of a pattern sees it."""

    NETWORK = "network"
    VALIDATION = "validation"
    GENERATION = "generation"
    SYNTAX = "syntax"
    CONTRACT = "contract"
    TIMEOUT = "timeout"
    RATE_LIMIT = "rate_limit"
    AI_SERVICE = "ai_service"
    SECURITY = "security"
    UNKNOWN = "unknown"
    CUSTOM = "custom"


class RecoveryStrategy(_Word):
    """The way of recovering that produced a decision."""

    NONE = "none"
    RETRY = "retry"
    ALTERNATIVE_PATH = "alternative_path"
    GRACEFUL_DEGRADATION = "graceful_degradation"
    ERROR_CORRECTION = "error_correction"
    ESCALATION = "escalation"
    CUSTOM = "custom"
    # Strategies of one's own may name themselves so; the server knows CUSTOM.
    CIRCUIT_BREAKER = "circuit_breaker"


class FailureCategory(_Word):
    """What a failure means for trying again."""

    TRANSIENT = "transient"
    CONNECTION = "connection"
    TIMEOUT = "timeout"
    RATE_LIMIT = "rate_limit"
    AUTHENTICATION = "authentication"
    INTEGRITY = "integrity"
    RESOURCE = "resource"
    CONCURRENCY = "concurrency"
    PERMANENT = "permanent"
    UNKNOWN = "unknown"


class Severity(_Word):
    """How bad one occurrence is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Idempotency(_Word):
    """Whether running an operation twice is the same as running it once."""

    UNSPECIFIED = "unspecified"  # Counts as IDEMPOTENT.
    IDEMPOTENT = "idempotent"
    NOT_IDEMPOTENT = "not_idempotent"


class Disposition(_Word):
    """What a caller is to do with a decision."""

    UNSPECIFIED = "unspecified"  # A newer server's: not understood.
    ACT = "act"
    RECOVERED = "recovered"
    WAIT_FOR_HUMAN = "wait_for_human"
    ESCALATED = "escalated"
    GIVE_UP = "give_up"


class Outcome(_Word):
    """How an operation ended that had asked for help."""

    SUCCESS = "success"
    FAILURE = "failure"
    ABANDONED = "abandoned"
    CANCELLED = "cancelled"


class Backoff(_Word):
    """How the wait grows with the retries of a step."""

    EXPONENTIAL = "exponential_backoff"
    LINEAR = "linear_backoff"
    FIXED = "fixed_delay"
    NONE = "no_retry"


class Jitter(_Word):
    """How chance spreads waits out."""

    NONE = "none"
    FULL = "full"
    EQUAL = "equal"
    DECORRELATED = "decorrelated"
    RANGE = "range"


class Fixer(_Word):
    """Built-in corrections of the server's; docs/patterns.md says what each does."""

    JSON_REPAIR = "json_repair"
    JSON_COMPLETE = "json_complete"
    PYTHON_MISSING_COLON = "python_missing_colon"
    PYTHON_BRACKETS = "python_brackets"
    PYTHON_TABS = "python_tabs"
    PYTHON_INDENTATION = "python_indentation"
    PYTHON_ASYNC = "python_async"
    PYTHON_AWAIT = "python_await"
    PYTHON_IMPORTS = "python_imports"
    PYTHON_TYPOGRAPHY = "python_typography"
    YAML_TABS = "yaml_tabs"
    BYTE_ORDER_MARK = "byte_order_mark"
    LINE_ENDINGS = "line_endings"
    SMART_QUOTES = "smart_quotes"
    CODE_FENCE = "code_fence"


class ResolutionAction(_Word):
    """What a person said a waiting workflow is to do."""

    RETRY = "retry"
    ABORT = "abort"
    SKIP = "skip"
    RESUME = "resume"


class Mode(_Word):
    """What a client does with decisions."""

    OBEY = "obey"
    OBSERVE = "observe"  # Records them; the caller's own retries go on.


class StatisticsWindow(_Word):
    """Which time a server's statistics are about."""

    ALL = "all"
    ONE_MINUTE = "1m"
    FIVE_MINUTES = "5m"
    ONE_HOUR = "1h"


class CircuitState(_Word):
    """What a circuit does with calls."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    FORCED_OPEN = "forced_open"
    FORCED_CLOSED = "forced_closed"
    DISABLED = "disabled"
    SHADOW = "shadow"

    @property
    def gates(self) -> bool:
        """Whether calls are held back."""
        return self in (CircuitState.OPEN, CircuitState.HALF_OPEN, CircuitState.FORCED_OPEN)

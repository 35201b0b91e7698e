"""Strategies as objects, for ErrorRecoveryOrchestrator.register_strategy: one's
own ones extend BaseRecoveryStrategy; the others hold the defaults of patterns
that say no more than their strategy."""
from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Any, Mapping, Optional, Sequence

from recourse.context import RecoveryContext
from recourse.enums import RecoveryStrategy
from recourse.model import Decision
from recourse.patterns import steps_from_metadata
from recourse.steps import Step


@dataclass
class RecoveryResult:
    """What came of a recovery."""

    success: bool
    strategy_used: RecoveryStrategy = RecoveryStrategy.NONE
    result: Any = None
    error_message: str = ""
    duration_ms: float = 0.0
    decision: Optional[Decision] = None  # The last.
    exception: Optional[BaseException] = None  # That came back, without success.


class BaseRecoveryStrategy(abc.ABC):
    """A strategy of one's own."""

    def __init__(self, strategy_type: RecoveryStrategy = RecoveryStrategy.CUSTOM) -> None:
        self.strategy_type = strategy_type

    @abc.abstractmethod
    async def execute(self, context: RecoveryContext, **kwargs: Any) -> RecoveryResult:
        """Recovers.  `operation`, in kwargs, is a coroutine function that runs
        what failed again; it may be given the state and does not need it."""


class _Planned:
    """A strategy that is a step."""

    strategy_type: RecoveryStrategy

    def __init__(self, metadata: Mapping[str, Any]) -> None:
        self.steps: Sequence[Step] = steps_from_metadata(self.strategy_type, metadata)


class AlternativePathStrategy(_Planned):
    """Other ways, in order."""

    strategy_type = RecoveryStrategy.ALTERNATIVE_PATH

    def __init__(self, alternatives: Sequence[Any], **metadata: Any) -> None:
        super().__init__({"alternatives": alternatives, **metadata})


class GracefulDegradationStrategy(_Planned):
    """Less and less."""

    strategy_type = RecoveryStrategy.GRACEFUL_DEGRADATION

    def __init__(self, degradation_steps: Sequence[str], **metadata: Any) -> None:
        super().__init__({"degradation_steps": degradation_steps, **metadata})


class ErrorCorrectionStrategy(_Planned):
    """Mechanical corrections."""

    strategy_type = RecoveryStrategy.ERROR_CORRECTION

    def __init__(self, corrections: Mapping[str, Any], **metadata: Any) -> None:
        super().__init__({"corrections": corrections, **metadata})


class EscalationStrategy(_Planned):
    """People.  A `slack_webhook` is taken and not used: URLs and keys of
    channels stand in the server's configuration alone."""

    strategy_type = RecoveryStrategy.ESCALATION

    def __init__(self, escalation_config: Mapping[str, Any]) -> None:
        super().__init__(escalation_config)

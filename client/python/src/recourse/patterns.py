"""ErrorPattern with a `metadata` dict, and what that means as steps."""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from recourse import corrections
from recourse.enums import ErrorType, FailureCategory, Jitter, RecoveryStrategy, Severity
from recourse.model import Alternative
from recourse.steps import (AlternativePathStep, DegradationLevel, EscalationStep,
                            GracefulDegradationStep, RetryStep, Step)

_S = RecoveryStrategy
_KEYS: Dict[RecoveryStrategy, FrozenSet[str]] = {
    _S.RETRY: frozenset(("max_retries", "base_delay", "exponential_base", "max_delay", "jitter",
                         "operation")),
    _S.ALTERNATIVE_PATH: frozenset(("alternatives", "model_alternatives", "parameter", "validate",
                                    "validate_alternatives", "stop_on_first_success", "order_by",
                                    "operation")),
    _S.GRACEFUL_DEGRADATION: frozenset(("degradation_steps", "progressive", "fallback_value",
                                        "operation")),
    _S.ERROR_CORRECTION: corrections.KEYS,
    _S.ESCALATION: frozenset(("notification_channel", "notification_channels", "slack_webhook",
                              "priority", "assignee", "pause_workflow", "include_context",
                              "description")),
}
_LEVEL = re.compile(r"level_(\d+)$")


@dataclass
class ErrorPattern:
    """One rule: errors that look like this are recovered from like that.

    `metadata` says how: the keys depend on the strategy, and one that is not
    known is refused by name.  Of ALTERNATIVE_PATH: `validate`, a function, looks
    at each alternative's value (Options.validate) unless `validate_alternatives`
    is false; with `stop_on_first_success` false every alternative runs, and the
    value is that of the highest quality.  `steps` replaces it by a plan of several steps.
    """

    pattern_id: str
    error_type: ErrorType
    regex_pattern: str
    recovery_strategy: RecoveryStrategy
    metadata: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 50  # 0-1000; the highest that matches wins, then the smallest id.
    description: str = ""
    steps: Sequence[Step] = ()
    category: Optional[FailureCategory] = None
    severity: Optional[Severity] = None
    suggested_action: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,128}", self.pattern_id):
            raise ValueError(f"pattern_id '{self.pattern_id}' must be 1-128 of A-Z a-z 0-9 _ . -")
        if not 0 <= self.priority <= 1000:
            raise ValueError(f"pattern {self.pattern_id}: priority must be 0-1000, "
                             f"is {self.priority}")
        try:
            self.regex = re.compile(self.regex_pattern)
        except re.error as error:
            raise ValueError(f"pattern {self.pattern_id}: regex_pattern: {error}") from error

    @property
    def validate(self) -> Optional[Callable[[Any], Any]]:
        """What looks at the values of its alternatives."""
        return self.metadata.get("validate") if self.metadata.get("validate_alternatives", True) \
            else None

    def plan(self, max_retries: int = 3, base_delay: float = 1.0) -> Tuple[Step, ...]:
        """Its steps; the arguments are defaults of a retry."""
        if self.steps:
            return tuple(self.steps)
        try:
            return steps_from_metadata(self.recovery_strategy, self.metadata, max_retries,
                                       base_delay)
        except ValueError as error:
            raise ValueError(f"pattern {self.pattern_id}: {error}") from error


def steps_from_metadata(strategy: RecoveryStrategy, metadata: Mapping[str, Any],
                        max_retries: int = 3, base_delay: float = 1.0) -> Tuple[Step, ...]:
    """The steps that a strategy with such a dict means.  ValueError names an
    unknown key, and the known ones."""
    if strategy not in _KEYS:
        return ()  # A strategy of one's own reads its metadata itself.
    unknown = [key for key in metadata if key not in _KEYS[strategy]
               and not (strategy is _S.GRACEFUL_DEGRADATION and _LEVEL.match(key))]
    if unknown:
        raise ValueError(f"metadata key '{unknown[0]}' is not known to {strategy.name}; "
                         f"known are {', '.join(sorted(_KEYS[strategy]))}")
    makers: Dict[RecoveryStrategy, Callable[[], Step]] = {
        _S.RETRY: lambda: _retry(metadata, max_retries, base_delay),
        _S.ALTERNATIVE_PATH: lambda: _alternative_path(metadata),
        _S.GRACEFUL_DEGRADATION: lambda: _degradation(metadata),
        _S.ERROR_CORRECTION: lambda: corrections.to_step(metadata),
        _S.ESCALATION: lambda: _escalation(metadata),
    }
    return (makers[strategy](),)


def _retry(metadata: Mapping[str, Any], max_retries: int, base_delay: float) -> RetryStep:
    return RetryStep(
        max_retries=int(metadata.get("max_retries", max_retries)),
        base_delay=float(metadata.get("base_delay", base_delay)),
        factor=float(metadata.get("exponential_base", 2.0)),
        max_delay=float(metadata.get("max_delay", 60.0)),
        jitter=Jitter.FULL if metadata.get("jitter") else Jitter.NONE)


def _alternative_path(metadata: Mapping[str, Any]) -> AlternativePathStep:
    if not callable(metadata.get("validate", callable)):
        raise ValueError("validate must be a function of an alternative's value")
    listed: List[Alternative] = []
    for key, parameter in (("alternatives", "template_id"), ("model_alternatives", "model")):
        for entry in metadata.get(key, ()):
            listed.append(_alternative(entry, metadata.get("parameter", parameter)))
    return AlternativePathStep(listed, metadata.get("order_by", "preference"))


def _alternative(entry: Any, parameter: str) -> Alternative:
    """An Alternative, a name, a tuple that begins with a name, or a dict."""
    if isinstance(entry, Alternative):
        return entry
    if isinstance(entry, Mapping):
        fields: Dict[str, Any] = {"parameters": {parameter: str(entry.get("name", ""))}, **entry}
        return Alternative(**fields)
    name = str(entry if isinstance(entry, str) else entry[0])
    return Alternative(name, parameters={parameter: name})


def _degradation(metadata: Mapping[str, Any]) -> GracefulDegradationStep:
    numbered = sorted((int(_LEVEL.match(key).group(1)), key)  # type: ignore[union-attr]
                      for key in metadata if _LEVEL.match(key))
    levels = [DegradationLevel(key, [name for name, on in metadata[key].items() if on])
              for _, key in numbered]
    steps = list(metadata.get("degradation_steps", ()))
    if metadata.get("progressive", True):
        levels += [DegradationLevel(name, steps[:i + 1]) for i, name in enumerate(steps)]
    elif steps:
        levels.append(DegradationLevel("all", steps))
    return GracefulDegradationStep(levels, metadata.get("fallback_value"))


def _escalation(metadata: Mapping[str, Any]) -> EscalationStep:
    channels = list(metadata.get("notification_channels", ()))
    if "notification_channel" in metadata:
        channels.append(metadata["notification_channel"])
    priority = metadata.get("priority")
    return EscalationStep(
        channels=channels, assignee=metadata.get("assignee", ""),
        priority=Severity(str(priority).lower()) if priority else None,
        pause_workflow=bool(metadata.get("pause_workflow")),
        include_context=bool(metadata.get("include_context")))

"""Carries out a plan's steps without Recourse, as its strategies would."""
from __future__ import annotations

import math
import re
from typing import Any, Callable, List, Optional, Sequence, Set

from recourse.backoff import retry_delay
from recourse.edits import get_path
from recourse.enums import Disposition, RecoveryStrategy, Severity
from recourse.model import (Alternative, Classification, Correct, Decision, Degrade, Edit,
                            ErrorDetails, Escalated, Retry, TakeAlternative)
from recourse.steps import (AlternativePathStep, ErrorCorrectionStep, EscalationStep,
                            GracefulDegradationStep, RetryStep, Rewrite, Step)

MAX_RETRIES_IN_ALL = 100
MAX_TIMEOUT = 24 * 3600.0  # Seconds; no multiplier makes more of it.
_RETRY_AFTER_SPREAD = 0.1  # Only upward: nobody comes before the time.


class LocalSteps:
    """How far one recovery has come in its plan.  Not thread-safe."""

    def __init__(self, steps: Sequence[Step], random: Callable[[], float],
                 remediations: Sequence[str] = (),
                 declared: Sequence[Alternative] = (),
                 expected_call_time: Optional[float] = None) -> None:
        self._steps = list(steps)
        self._random = random
        self._remediations = remediations
        self._declared = declared
        self._expected_call_time = expected_call_time
        self._index = 0
        self._used = 0  # Of the current step.
        self._last_delay = 0.0
        self._tried: Set[str] = set()

    def next(self, details: ErrorDetails, target: str, state: Any = None,
             subject_field: str = "", pay: Callable[[], bool] = lambda: True) -> Decision:
        """What the plan says now; GIVE_UP after the last step.  `pay` takes one
        run out of the target's retry budget; False: it is spent, and the step
        that would run it is over."""
        reasons: List[str] = []
        while self._index < len(self._steps):
            step = self._steps[self._index]
            decision = self._ask(step, details, target, state, subject_field, reasons)
            if decision is not None and _runs_same_target(decision) and not pay():
                reasons.append(f"the budget of retries to {target} is spent")
                decision = None
            if decision is not None:
                self._used += 1
                if isinstance(decision.action, Retry):
                    self._last_delay = decision.action.delay
                return decision
            self._index += 1
            self._used = 0
        return Decision(Disposition.GIVE_UP, trace=reasons, local=True,
                        error_message="gave up: " + ("; ".join(reasons) or "the plan has no step"))

    def _ask(self, step: Step, details: ErrorDetails, target: str, state: Any,
             subject_field: str, reasons: List[str]) -> Optional[Decision]:
        if isinstance(step, RetryStep):
            return self._retry(step, details, reasons)
        if isinstance(step, AlternativePathStep):
            return self._alternative(step, target, reasons)
        if isinstance(step, GracefulDegradationStep):
            return self._degrade(step, reasons)
        if isinstance(step, ErrorCorrectionStep):
            return self._correct(step, state, subject_field, reasons)
        return self._escalate(step, details, reasons)

    def _retry(self, step: RetryStep, details: ErrorDetails,
               reasons: List[str]) -> Optional[Decision]:
        if self._used >= min(step.max_retries, MAX_RETRIES_IN_ALL):
            reasons.append(f"retry: {step.max_retries} retries used up")
            return None
        if step.remediation and step.remediation not in self._remediations:
            reasons.append(f"retry: remediation '{step.remediation}' is not declared")
            return None
        delay = retry_delay(step, self._used, self._last_delay, self._random())
        if details.retry_after:
            if details.retry_after > step.max_retry_after:
                reasons.append(f"retry: told to wait {details.retry_after:g} s")
                return None
            delay = details.retry_after * (1 + _RETRY_AFTER_SPREAD * self._random())
        return _act(RecoveryStrategy.RETRY, Retry(
            delay=delay, attempt=self._used + 1, max_attempts=step.max_retries,
            timeout=_timeout(step, self._expected_call_time, self._used + 1),
            remediation=step.remediation))

    def _alternative(self, step: AlternativePathStep, target: str,
                     reasons: List[str]) -> Optional[Decision]:
        listed = list(step.alternatives) or list(self._declared)
        if step.order_by == "cost":
            listed.sort(key=lambda a: a.cost)
        elif step.order_by == "quality":
            listed.sort(key=lambda a: -a.quality)
        # What is being called was tried, whoever chose it.
        self._tried.update(a.name for a in listed if (a.target or a.name) == target)
        left = [a for a in listed if a.name not in self._tried and a.name not in step.exclude]
        if not left:
            reasons.append("alternative_path: no alternative is left")
            return None
        self._tried.add(left[0].name)
        return _act(RecoveryStrategy.ALTERNATIVE_PATH,
                    TakeAlternative(left[0], [a.name for a in left[1:]]))

    def _degrade(self, step: GracefulDegradationStep, reasons: List[str]) -> Optional[Decision]:
        if self._used < len(step.levels):
            level = step.levels[self._used]
            return _act(RecoveryStrategy.GRACEFUL_DEGRADATION, Degrade(
                level.name, self._used + 1, len(step.levels), tuple(level.disable_features),
                tuple(level.edits)))
        if self._used == len(step.levels) and step.fallback_value is not None:
            return Decision(Disposition.RECOVERED, RecoveryStrategy.GRACEFUL_DEGRADATION,
                            result=step.fallback_value, degraded=True, local=True)
        reasons.append("graceful_degradation: no level is left")
        return None

    def _correct(self, step: ErrorCorrectionStep, state: Any, subject_field: str,
                 reasons: List[str]) -> Optional[Decision]:
        text = get_path(state, subject_field) if subject_field else None
        if not isinstance(text, str):
            reasons.append("error_correction: there is no text to correct")
            return None
        corrected = correct(step, text) if self._used == 0 else None
        if corrected is None:
            reasons.append("error_correction: it changes nothing")
            return None
        return _act(RecoveryStrategy.ERROR_CORRECTION, Correct(
            subject_field, corrected, (Edit(subject_field, "set", corrected),)))

    def _escalate(self, step: EscalationStep, details: ErrorDetails,
                  reasons: List[str]) -> Optional[Decision]:
        if self._used:
            reasons.append("escalation: people were told")
            return None
        return Decision(
            Disposition.ESCALATED, RecoveryStrategy.ESCALATION, local=True,
            action=Escalated(priority=step.priority or Severity.MEDIUM, assignee=step.assignee,
                             channels=tuple(step.channels), pause_workflow=step.pause_workflow),
            error_message=f"escalated: {details.exception_type}: {details.message}")


def _runs_same_target(decision: Decision) -> bool:
    """The first run of another target is no retry."""
    return decision.disposition is Disposition.ACT \
        and not isinstance(decision.action, TakeAlternative)


def _timeout(step: RetryStep, expected: Optional[float], retry: int) -> Optional[float]:
    if not expected or step.timeout_multiplier == 1:
        return None
    try:
        grown = expected * math.pow(step.timeout_multiplier, retry)
    except OverflowError:
        grown = math.inf
    return min(grown, max(MAX_TIMEOUT, expected))


def correct(step: ErrorCorrectionStep, text: str) -> Optional[str]:
    """The corrected text; None where nothing changes, a guard does not hold,
    or a second run would change it again."""
    def rewritten(source: str) -> str:
        for rewrite in step.rewrites:
            source = _rewrite(rewrite, source)
        return source
    new = rewritten(text)
    holds = (all(re.search(p, new) for p in step.must_match_after)
             and not any(re.search(p, new) for p in step.must_not_match_after))
    return new if new != text and holds and rewritten(new) == new else None


def _rewrite(rewrite: Rewrite, text: str) -> str:
    if rewrite.fixer is not None:
        return text
    if (not all(re.search(p, text) for p in rewrite.only_if_text_matches)
            or any(re.search(p, text) for p in rewrite.unless_text_matches)):
        return text
    if rewrite.replacement is not None:
        return re.sub(rewrite.pattern, rewrite.replacement, text)
    if not re.search(rewrite.pattern, text):
        return text
    return (rewrite.prepend or "") + text + (rewrite.append or "")


def _act(strategy: RecoveryStrategy, action: Any) -> Decision:
    return Decision(Disposition.ACT, strategy, action=action, local=True,
                    classification=Classification(recommended_strategy=strategy))

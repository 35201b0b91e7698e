"""How long to wait before a retry: pure functions of number and chance."""
from __future__ import annotations

from recourse.enums import Backoff, Jitter
from recourse.model import LocalPlan
from recourse.steps import RetryStep

_MAX_EXPONENT = 64  # Beyond it any base has met any cap.


def backoff_delay(step: RetryStep, k: int) -> float:
    """The wait before retry k = 0, 1, 2, ..., without jitter."""
    if step.backoff is Backoff.NONE:
        return 0.0
    if step.backoff is Backoff.FIXED:
        grown = step.base_delay
    elif step.backoff is Backoff.LINEAR:
        grown = step.base_delay * (k + 1)
    else:
        grown = step.base_delay * step.factor ** min(k, _MAX_EXPONENT)
    return min(grown, step.max_delay)


def spread(delay: float, step: RetryStep, last: float, chance: float) -> float:
    """The wait with the step's jitter; `chance` is in [0, 1)."""
    if step.jitter is Jitter.FULL:
        delay *= chance
    elif step.jitter is Jitter.EQUAL:
        delay *= 0.5 + chance / 2
    elif step.jitter is Jitter.DECORRELATED:
        delay = step.base_delay + chance * max(0.0, 3 * (last or step.base_delay) - step.base_delay)
    elif step.jitter is Jitter.RANGE:
        low, high = step.jitter_range
        delay *= low + chance * (high - low)
    return min(delay, step.max_delay)


def retry_delay(step: RetryStep, k: int, last: float, chance: float) -> float:
    """The wait before retry k, with jitter."""
    return spread(backoff_delay(step, k), step, last, chance)


def plan_delay(plan: LocalPlan, k: int, last: float, chance: float) -> float:
    """The same by a local plan."""
    return retry_delay(
        RetryStep(base_delay=plan.base_delay, factor=plan.factor, max_delay=plan.max_delay,
                  jitter=plan.jitter), k, last, chance)

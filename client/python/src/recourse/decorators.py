"""The decorators with the names and parameters that people know.

What they say travels to the server as the caller's own steps; without one it
is carried out here.
"""
from __future__ import annotations

import functools
from typing import Any, Callable, Dict, Mapping, Sequence, TypeVar

from recourse.call_plan import call_flexibly, is_async
from recourse.circuit_breaker import with_circuit_breaker
from recourse.enums import ErrorType, Jitter, RecoveryStrategy
from recourse.options import Exceptions, Options
from recourse.recovering import recover, wrap
from recourse.steps import AlternativePathStep, EscalationStep, RetryStep, Step

__all__ = ["fallback", "recover", "recoverable", "retry", "with_circuit_breaker", "with_retry"]

F = TypeVar("F", bound=Callable[..., Any])


def retry(retries: int = 3, backoff: float = 1.0, exceptions: Exceptions = Exception, *,
          max_delay: float = 60.0, **options: Any) -> Callable[[F], F]:
    """Retries a function, plain or async, up to `retries` times after the call
    that failed, on these exceptions.  Waits backoff x 1, 2, 4, ... s up to
    max_delay, each anything from half of it to all of it."""
    step = RetryStep(max_retries=retries, base_delay=backoff, max_delay=max(max_delay, backoff),
                     jitter=Jitter.EQUAL)
    given = Options(steps=(step,), exceptions=exceptions, **options)
    return lambda function: wrap(function, given)


def with_retry(max_retries: int = 3, backoff_factor: float = 2.0, fallback: Any = None, *,
               base_delay: float = 1.0, max_delay: float = 60.0, jitter: bool = True,
               jitter_range: Sequence[float] = (0.8, 1.2), **options: Any) -> Callable[[F], F]:
    """The same with a growing factor and a fallback: a function that is called
    with the same arguments when no retry helped, or a value."""
    step = RetryStep(max_retries=max_retries, base_delay=base_delay, factor=backoff_factor,
                     max_delay=max_delay, jitter=Jitter.RANGE if jitter else Jitter.NONE,
                     jitter_range=tuple(jitter_range))
    given = Options(steps=(step,), fallback=fallback, **options)
    return lambda function: wrap(function, given)


def fallback(fallback_handler: Callable[..., Any],
             exceptions: Exceptions = Exception) -> Callable[[F], F]:
    """Calls `fallback_handler` when the function fails: with the same
    arguments, or without where it takes none.

    It acts in this process alone: the server is never asked, nothing is
    retried, counted or reported.  `@recover(fallback=...)` asks first and falls
    back when nothing helped.
    """
    def decorate(function: F) -> F:
        @functools.wraps(function)
        def plain(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except exceptions:
                return call_flexibly(fallback_handler, args, kwargs)

        @functools.wraps(function)
        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            try:
                return await function(*args, **kwargs)
            except exceptions:
                value = call_flexibly(fallback_handler, args, kwargs)
                return await value if hasattr(value, "__await__") else value
        return coroutine if is_async(function) else plain  # type: ignore[return-value]
    return decorate


def recoverable(error_type: ErrorType, strategy: RecoveryStrategy,
                **options: Any) -> Callable[[F], F]:
    """Recovers by this strategy; the error is taken to be of this type where
    nobody knows better.  ALTERNATIVE_PATH takes the caller's `alternatives`;
    what else a strategy needs (levels, rewrites) is given as `steps`, or held by
    the server's patterns."""
    settings: Dict[str, Any] = {"steps": _default_steps(strategy), "error_type_hint": error_type,
                                **options}
    given = Options(**settings)
    return lambda function: wrap(function, given)


def _default_steps(strategy: RecoveryStrategy) -> Sequence[Step]:
    steps: Mapping[RecoveryStrategy, Sequence[Step]] = {
        RecoveryStrategy.RETRY: (RetryStep(),),
        RecoveryStrategy.ALTERNATIVE_PATH: (AlternativePathStep(),),
        RecoveryStrategy.ESCALATION: (EscalationStep(),),
    }
    return steps.get(strategy, ())

"""Retries as an object: RetryStrategy and its RetryConfig."""
from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Callable, Dict, Optional, Sequence

from recourse import client as client_module
from recourse.backoff import backoff_delay
from recourse.call_plan import CallPlan, name_of
from recourse.circuit_breaker import CircuitBreaker
from recourse.client import Client
from recourse.enums import Backoff, Jitter, RecoveryStrategy as Strategy
from recourse.model import Attempt
from recourse.options import Options
from recourse.steps import RetryStep

MAX_FUNCTIONS = 256  # Whose options a RetryStrategy keeps ready.


@dataclass
class RetryConfig:
    """Waits min(base_delay x backoff_factor^attempt, max_delay) seconds, with
    jitter times a number from jitter_range: 1, 2, 4, 8 s for the defaults."""

    max_retries: int = 3
    base_delay: float = 1.0
    max_delay: float = 60.0
    backoff_factor: float = 2.0
    jitter: bool = True
    jitter_range: Sequence[float] = (0.8, 1.2)
    strategy: Backoff = Backoff.EXPONENTIAL

    def __post_init__(self) -> None:
        if self.max_retries < 0:
            raise ValueError(f"max_retries must be 0 or more, is {self.max_retries}")
        if self.base_delay < 0 or self.max_delay < 0:
            raise ValueError("base_delay and max_delay must be 0 s or more")
        low, high = self.jitter_range
        if not 0 <= low <= high:
            raise ValueError(f"jitter_range must be (low, high), is {self.jitter_range}")

    def step(self, remediation: str = "") -> RetryStep:
        """The same as a step of a plan."""
        retries = 0 if self.strategy is Backoff.NONE else self.max_retries
        return RetryStep(
            max_retries=retries, backoff=self.strategy, base_delay=self.base_delay,
            factor=max(1.0, self.backoff_factor), max_delay=max(self.max_delay, self.base_delay),
            jitter=Jitter.RANGE if self.jitter else Jitter.NONE,
            jitter_range=tuple(self.jitter_range), remediation=remediation)

    def delay(self, attempt: int, chance: Optional[float] = None) -> float:
        """Seconds before retry `attempt` = 0, 1, ...; `chance` in [0, 1) for
        tests."""
        if not self.jitter:
            return backoff_delay(self.step(), attempt)
        # The range may reach above the cap: it spreads the waits at it, too.
        low, high = self.jitter_range
        chance = random.random() if chance is None else chance
        return backoff_delay(self.step(), attempt) * (low + chance * (high - low))


class RetryStrategy:
    """Runs functions with retries; with `use_circuit_breaker` behind a breaker
    of its own.  Thread safety: safe for concurrent use."""

    strategy_type = Strategy.RETRY
    # The names of backoffs that older programs look for here.
    EXPONENTIAL_BACKOFF = Backoff.EXPONENTIAL
    LINEAR_BACKOFF = Backoff.LINEAR
    FIXED_DELAY = Backoff.FIXED
    NO_RETRY = Backoff.NONE

    def __init__(self, max_retries: int = 3, base_delay: float = 1.0, max_delay: float = 60.0,
                 backoff_factor: float = 2.0, jitter: bool = True,
                 jitter_range: Sequence[float] = (0.8, 1.2), use_circuit_breaker: bool = False, *,
                 config: Optional[RetryConfig] = None,
                 circuit_breaker: Optional[CircuitBreaker] = None,
                 client: Optional[Client] = None, **options: Any) -> None:
        self.config = config or RetryConfig(max_retries, base_delay, max_delay, backoff_factor,
                                            jitter, jitter_range)
        self.circuit_breaker = circuit_breaker or (CircuitBreaker() if use_circuit_breaker
                                                   else None)
        self._client = client
        given: Dict[str, Any] = {"steps": (self.config.step(),), **options}
        self._options = Options(**given)
        self._by_name: Dict[str, Options] = {}  # The same, for functions by their names.

    @property
    def steps(self) -> Sequence[RetryStep]:
        """What it is as a plan."""
        return (self.config.step(),)

    def calculate_delay(self, attempt: int) -> float:
        """Seconds before retry `attempt` = 0, 1, ..., with jitter."""
        return self.config.delay(attempt)

    def execute(self, function: Callable[..., Any], *args: Any, fallback: Any = None,
                **kwargs: Any) -> Any:
        """Calls function(*args, **kwargs) with retries.  When none helped:
        fallback(*args, **kwargs), or the fallback where it is a value; None:
        the error is raised."""
        client, options, plan, operation = self._prepare(function, args, kwargs, fallback)
        return client.begin(client.site(options.target), options, plan, args, kwargs,
                            operation).value

    async def execute_async(self, function: Callable[..., Any], *args: Any, fallback: Any = None,
                            **kwargs: Any) -> Any:
        """The same for coroutine functions."""
        client, options, plan, operation = self._prepare(function, args, kwargs, fallback)
        return (await client.begin_async(client.site(options.target), options, plan, args,
                                         kwargs, operation)).value

    def _options_for(self, name: str) -> Options:
        if self._options.target:
            return self._options
        options = self._by_name.get(name)
        if options is None:
            if len(self._by_name) >= MAX_FUNCTIONS:
                self._by_name.clear()
            options = self._by_name[name] = self._options.but(target=name)
        return options

    def _prepare(self, function: Callable[..., Any], args: Any, kwargs: Any, fallback: Any) -> Any:
        client = self._client or client_module.default_client()
        options = self._options_for(name_of(function))
        if fallback is not None:
            options = options.but(fallback=fallback)
        plan = CallPlan(function, options)
        breaker = self.circuit_breaker
        if breaker is None:
            return client, options, plan, lambda attempt: plan.call(args, kwargs, attempt)
        guarded = _guarded_async if plan.is_async else _guarded
        return client, options, plan, guarded(breaker, plan, args, kwargs)


def _guarded(breaker: CircuitBreaker, plan: CallPlan, args: Any,
             kwargs: Any) -> Callable[[Attempt], Any]:
    def operation(attempt: Attempt) -> Any:
        with breaker:
            return plan.call(args, kwargs, attempt)
    return operation


def _guarded_async(breaker: CircuitBreaker, plan: CallPlan, args: Any,
                   kwargs: Any) -> Callable[[Attempt], Any]:
    return lambda attempt: breaker.call_async(plan.call, args, kwargs, attempt)

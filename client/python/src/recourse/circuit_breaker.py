"""A circuit breaker of this process alone.

It never asks the server.  Where one is configured, circuits of all callers stand
behind `@recover` anyway; this one is for what only this process knows.
"""
from __future__ import annotations

import functools
import threading
import time
from typing import Any, Callable, Optional, Tuple, Type, TypeVar, Union

from recourse.call_plan import is_async, name_of
from recourse.enums import CircuitState
from recourse.errors import CircuitOpenError

F = TypeVar("F", bound=Callable[..., Any])


class CircuitBreaker:
    """CLOSED --failure_threshold failures in a row--> OPEN --recovery_timeout
    seconds--> HALF_OPEN --success_threshold successes--> CLOSED; a failure in
    HALF_OPEN opens it again.  HALF_OPEN lets one call at a time pass.

    Use `call`, `call_async`, `with breaker:`, `async with breaker:`, or it as a
    decorator.  A call that may not pass raises CircuitOpenError, a
    RuntimeError that says "Circuit breaker OPEN".  `timeout` is another name
    of recovery_timeout.  Exceptions that are not `exceptions`, and being
    cancelled, count neither way.

    Thread safety: safe for concurrent use, by threads and tasks.
    """

    def __init__(self, failure_threshold: int = 5, recovery_timeout: float = 60.0,
                 success_threshold: int = 2, *, name: str = "", timeout: Optional[float] = None,
                 exceptions: Union[Type[BaseException], Tuple[Type[BaseException], ...]] = Exception,
                 now: Callable[[], float] = time.monotonic) -> None:
        if failure_threshold < 1 or success_threshold < 1:
            raise ValueError("failure_threshold and success_threshold must be 1 or more")
        self.failure_threshold = failure_threshold
        self.recovery_timeout = recovery_timeout if timeout is None else timeout
        self.success_threshold = success_threshold
        self.name = name
        self._exceptions = exceptions
        self._now = now
        self._lock = threading.Lock()
        # True while a success must be noticed: after a failure, and not CLOSED.
        # All that a call reads when things go well.
        self.watchful = False
        self._state = CircuitState.CLOSED
        self._failures = 0
        self._successes = 0
        self._open_until = 0.0
        self._trial = False

    @property
    def state(self) -> CircuitState:
        """How it stands now."""
        with self._lock:
            if self._state is CircuitState.OPEN and self._now() >= self._open_until:
                return CircuitState.HALF_OPEN
            return self._state

    @property
    def failure_count(self) -> int:
        """Failures in a row."""
        return self._failures

    def reset(self) -> None:
        """Closes it and forgets what was counted."""
        with self._lock:
            self._close()

    def before_call(self) -> None:
        """Raises CircuitOpenError when a call may not pass; one that may is to
        be followed by `succeeded`, `failed` or `ignored`."""
        if not self.watchful:
            return
        with self._lock:
            if self._state is CircuitState.OPEN:
                left = self._open_until - self._now()
                if left > 0:
                    raise CircuitOpenError(self.name, left)
                self._state = CircuitState.HALF_OPEN
                self._successes = 0
                self._trial = False
            if self._state is CircuitState.HALF_OPEN:
                if self._trial:
                    raise CircuitOpenError(self.name, 0.0)
                self._trial = True

    def succeeded(self) -> None:
        """A call ended well."""
        if not self.watchful:
            return
        with self._lock:
            self._trial = False
            self._failures = 0
            if self._state is CircuitState.HALF_OPEN:
                self._successes += 1
                if self._successes < self.success_threshold:
                    return
            if self._state is not CircuitState.OPEN:
                self._close()

    def failed(self) -> None:
        """A call ended badly."""
        with self._lock:
            self.watchful = True
            self._trial = False
            self._failures += 1
            if self._state is CircuitState.HALF_OPEN or \
                    self._failures >= self.failure_threshold:
                self._state = CircuitState.OPEN
                self._open_until = self._now() + self.recovery_timeout

    def ignored(self) -> None:
        """A call ended in a way that says nothing."""
        with self._lock:
            self._trial = False

    def ended(self, error: Optional[BaseException]) -> None:
        """A call ended so."""
        if error is None:
            self.succeeded()
        elif isinstance(error, self._exceptions):
            self.failed()
        else:
            self.ignored()

    def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Calls it, if the circuit lets calls pass.  The call of a coroutine
        function gives a coroutine, as the function itself does."""
        if is_async(function):
            return self.call_async(function, *args, **kwargs)
        with self:
            return function(*args, **kwargs)

    async def call_async(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The same for coroutine functions."""
        with self:
            return await function(*args, **kwargs)

    def __call__(self, function: F) -> F:
        if not self.name:
            self.name = name_of(function)
        wrapped = _guard_async(self, function) if is_async(function) else _guard(self, function)
        functools.update_wrapper(wrapped, function)
        wrapped.circuit_breaker = self  # type: ignore[attr-defined]
        return wrapped  # type: ignore[return-value]

    def __enter__(self) -> "CircuitBreaker":
        self.before_call()
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.ended(error)

    async def __aenter__(self) -> "CircuitBreaker":
        return self.__enter__()

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.ended(error)

    def _close(self) -> None:
        self._state = CircuitState.CLOSED
        self._failures = self._successes = 0
        self._trial = self.watchful = False


def _guard(breaker: CircuitBreaker, function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if breaker.watchful:
            breaker.before_call()
        try:
            value = function(*args, **kwargs)
        except BaseException as error:
            breaker.ended(error)
            raise
        if breaker.watchful:
            breaker.succeeded()
        return value
    return wrapper


def _guard_async(breaker: CircuitBreaker, function: Callable[..., Any]) -> Callable[..., Any]:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        if breaker.watchful:
            breaker.before_call()
        try:
            value = await function(*args, **kwargs)
        except BaseException as error:
            breaker.ended(error)
            raise
        if breaker.watchful:
            breaker.succeeded()
        return value
    return wrapper


def with_circuit_breaker(failure_threshold: int = 5, recovery_timeout: float = 60.0,
                         success_threshold: int = 2, **settings: Any) -> Callable[[F], F]:
    """A CircuitBreaker of its own around the function; at `.circuit_breaker`.

    It knows this process alone and never asks the server.  `@recover` stands
    behind the target's circuit, which all callers share.
    """
    def decorate(function: F) -> F:
        return CircuitBreaker(failure_threshold, recovery_timeout, success_threshold,
                              **settings)(function)
    return decorate

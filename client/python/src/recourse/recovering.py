"""`recover`: functions that recover.  The path of a call that succeeds is kept
to a look at one attribute and one addition."""
from __future__ import annotations

import functools
from typing import Any, Callable, Optional, TypeVar, cast, overload

from recourse import client as client_module
from recourse.call_plan import CallPlan, is_async
from recourse.client import Client
from recourse.model import Attempt
from recourse.options import Options
from recourse.sites import Site

F = TypeVar("F", bound=Callable[..., Any])


@overload
def recover(function: F, *, client: Optional[Client] = None, **options: Any) -> F: ...
@overload
def recover(function: None = None, *, client: Optional[Client] = None,
            **options: Any) -> Callable[[F], F]: ...


def recover(function: Optional[Callable[..., Any]] = None, *,
            client: Optional[Client] = None, **options: Any) -> Any:
    """Makes a function recover from its errors, as Recourse says.

    As `@recover`, `@recover(target="openai/gpt-4o", ...)` or
    `recover(function, ...)`; coroutine functions are recognised.  Options are
    those of recourse.Options.  A parameter named `attempt` is given the
    Attempt.  `client`: not the one of `recourse.configure`.
    """
    given = Options(**options)
    if function is None:
        return lambda decorated: wrap(decorated, given, client)
    return wrap(function, given, client)


def wrap(function: F, options: Options, client: Optional[Client] = None) -> F:
    """The function with its recovery around it."""
    return cast(F, _Wrapped(function, options, client).wrapper())


class _Wrapped:
    def __init__(self, function: Callable[..., Any], options: Options,
                 client: Optional[Client]) -> None:
        self.function = function
        self.options = options
        self.plan = CallPlan(function, options)
        self._client = client

    def client(self) -> Client:
        return self._client or client_module.default_client()

    def site(self, args: Any, kwargs: Any) -> Site:
        target = self.options.target
        name = target(*args, **kwargs) if callable(target) else \
            Client.target_of(self.function, self.options)
        return self.client().site(name)

    def wrapper(self) -> Callable[..., Any]:
        options = self.options
        timed = options.time_budget is not None or options.slow_call is not None
        quick = self.plan.simple and not timed and not callable(options.target)
        if is_async(self.function):
            wrapped = _quick_async(self) if quick else _full_async(self)
        else:
            wrapped = _quick(self) if quick else _full(self)
        return functools.update_wrapper(wrapped, self.function)

    def operation(self, args: Any, kwargs: Any) -> Callable[[Attempt], Any]:
        return lambda attempt: self.plan.call(args, kwargs, attempt)

    def go_on(self, site: Site, args: Any, kwargs: Any,
              failure: Optional[BaseException]) -> Any:
        try:
            return self.client().recover(site, self.options, self.plan, args, kwargs,
                                         self.operation(args, kwargs), failure).value
        finally:
            del failure  # Its traceback would hold this frame.

    async def go_on_async(self, site: Site, args: Any, kwargs: Any,
                          failure: Optional[BaseException]) -> Any:
        try:
            return (await self.client().recover_async(
                site, self.options, self.plan, args, kwargs, self.operation(args, kwargs),
                failure)).value
        finally:
            del failure


def _unbound() -> Site:
    site = Site("")
    site.special = site.retired = True
    return site


def _quick(wrapped: _Wrapped) -> Callable[..., Any]:
    function, exceptions = wrapped.function, wrapped.options.exceptions
    site = _unbound()

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        nonlocal site
        if site.special:
            if site.retired:
                site = wrapped.site(args, kwargs)
            if site.special:
                return wrapped.go_on(site, args, kwargs, None)
        try:
            value = function(*args, **kwargs)
        except exceptions as error:
            failure: Optional[BaseException] = error
        else:
            site.calls += 1
            return value
        try:
            return wrapped.go_on(site, args, kwargs, failure)
        finally:
            failure = None

    return wrapper


def _quick_async(wrapped: _Wrapped) -> Callable[..., Any]:
    function, exceptions = wrapped.function, wrapped.options.exceptions
    site = _unbound()

    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        nonlocal site
        if site.special:
            if site.retired:
                site = wrapped.site(args, kwargs)
            if site.special:
                return await wrapped.go_on_async(site, args, kwargs, None)
        try:
            value = await function(*args, **kwargs)
        except exceptions as error:
            failure: Optional[BaseException] = error
        else:
            site.calls += 1
            return value
        try:
            return await wrapped.go_on_async(site, args, kwargs, failure)
        finally:
            failure = None

    return wrapper


def _full(wrapped: _Wrapped) -> Callable[..., Any]:
    """With a time budget, a target by call or an attempt to hand over, the
    engine runs the first attempt too."""
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return wrapped.go_on(wrapped.site(args, kwargs), args, kwargs, None)
    return wrapper


def _full_async(wrapped: _Wrapped) -> Callable[..., Any]:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        return await wrapped.go_on_async(wrapped.site(args, kwargs), args, kwargs, None)
    return wrapper

"""`recover`: functions that recover.  The path of a call that succeeds is kept
to a look at one attribute and one addition; options that must do something
before or after each call (a time budget, a target by call, an attempt to hand
over, validate) add just that."""
from __future__ import annotations

import functools
from typing import Any, Callable, Optional, TypeVar, cast, overload

from recourse import client as client_module
from recourse.call_plan import CallPlan
from recourse.client import Client
from recourse.model import Attempt
from recourse.options import Options
from recourse.sites import Site
from recourse.validation import validated, validated_async

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
        self._name = "" if callable(options.target) else Client.target_of(function, options)
        self._site = _unbound()  # Of targets that do not depend on the call.
        self._first = (self._site, Attempt())  # The attempt that begins each call of a site.

    def client(self) -> Client:
        return self._client or client_module.default_client()

    def site(self, args: Any, kwargs: Any) -> Site:
        target = self.options.target
        if callable(target):
            return self.client().site(target(*args, **kwargs))
        if self._site.retired:
            self._site = self.client().site(self._name)
        return self._site

    def wrapper(self) -> Callable[..., Any]:
        options = self.options
        quick = not self.plan.takes_attempt and not callable(options.target) \
            and options.time_budget is None and options.slow_call is None \
            and options.validate is None
        if self.plan.is_async:
            wrapped = _quick_async(self) if quick else _full_async(self)
        else:
            wrapped = _quick(self) if quick else _full(self)
        return functools.update_wrapper(wrapped, self.function)

    def first_attempt(self, site: Site, args: Any, kwargs: Any) -> Attempt:
        if self.plan.has_state:
            return self.plan.first_attempt(self.options, site.target, args, kwargs)
        known, attempt = self._first
        if known is not site:
            attempt = self.plan.first_attempt(self.options, site.target, args, kwargs)
            self._first = (site, attempt)
        return attempt

    def operation(self, args: Any, kwargs: Any) -> Callable[[Attempt], Any]:
        return lambda attempt: self.plan.call(args, kwargs, attempt)

    def go_on(self, site: Site, args: Any, kwargs: Any, failure: Optional[BaseException],
              began: Optional[float] = None) -> Any:
        client, options = self.client(), self.options
        try:
            return client.recover(
                site, options, self.plan, args, kwargs, self.operation(args, kwargs), failure,
                began, began is not None and client.is_slow(options, began)).value
        finally:
            del failure  # Its traceback would hold this frame.

    async def go_on_async(self, site: Site, args: Any, kwargs: Any,
                          failure: Optional[BaseException],
                          began: Optional[float] = None) -> Any:
        client, options = self.client(), self.options
        try:
            return (await client.recover_async(
                site, options, self.plan, args, kwargs, self.operation(args, kwargs), failure,
                began, began is not None and client.is_slow(options, began))).value
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
    function, plan, options = wrapped.function, wrapped.plan, wrapped.options
    takes_attempt, validate = plan.takes_attempt, options.validate
    timed = options.time_budget is not None or options.slow_call is not None

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        site = wrapped.site(args, kwargs)
        if site.special:
            return wrapped.go_on(site, args, kwargs, None)
        began = wrapped.client().now() if timed else None
        try:
            value = plan.call(args, kwargs, wrapped.first_attempt(site, args, kwargs)) \
                if takes_attempt else function(*args, **kwargs)
            if validate is not None:
                validated(validate, value)
        except Exception as error:  # pylint: disable=broad-except
            failure: Optional[BaseException] = error
        else:
            if began is None:
                site.calls += 1
            else:
                wrapped.client().succeeded(site, options, began)
            return value
        try:
            return wrapped.go_on(site, args, kwargs, failure, began)
        finally:
            failure = None

    return wrapper


def _full_async(wrapped: _Wrapped) -> Callable[..., Any]:
    function, plan, options = wrapped.function, wrapped.plan, wrapped.options
    takes_attempt, validate = plan.takes_attempt, options.validate
    timed = options.time_budget is not None or options.slow_call is not None

    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        site = wrapped.site(args, kwargs)
        if site.special:
            return await wrapped.go_on_async(site, args, kwargs, None)
        began = wrapped.client().now() if timed else None
        try:
            value = await (
                plan.call(args, kwargs, wrapped.first_attempt(site, args, kwargs))
                if takes_attempt else function(*args, **kwargs))
            if validate is not None:
                await validated_async(validate, value)
        except Exception as error:  # pylint: disable=broad-except
            failure: Optional[BaseException] = error
        else:
            if began is None:
                site.calls += 1
            else:
                wrapped.client().succeeded(site, options, began)
            return value
        try:
            return await wrapped.go_on_async(site, args, kwargs, failure, began)
        finally:
            failure = None

    return wrapper

"""One piece of code for plain programs and for asyncio: it is written as
coroutines and awaits by a Way alone.  By Blocking nothing of it ever suspends.
"""
from __future__ import annotations

import asyncio
import inspect
import threading
from typing import Any, Awaitable, Callable, Coroutine, List, Protocol, TypeVar

from recourse.call_plan import CallPlan
from recourse.client import Client
from recourse.drivers import in_event_loop
from recourse.model import Attempt, Recovered
from recourse.options import Options

T = TypeVar("T")
Operation = Callable[[Attempt], Coroutine[Any, Any, Any]]


class Way(Protocol):
    """How things that may take their time are done."""

    async def settle(self, value: Any) -> Any:
        """The value, awaited where it is to be."""

    async def recover(self, client: Client, options: Options, operation: Operation,
                      failure: BaseException) -> Recovered:
        """Goes on after a first attempt that failed so."""


class Awaiting:
    """In the event loop that runs."""

    async def settle(self, value: Any) -> Any:
        """As Way's."""
        return await value if inspect.isawaitable(value) else value

    async def recover(self, client: Client, options: Options, operation: Operation,
                      failure: BaseException) -> Recovered:
        """As Way's."""
        return await client.recover_async(client.site(str(options.target)), options,
                                          CallPlan(operation, options), (), {}, operation, failure)


class Blocking:
    """On the thread that calls."""

    async def settle(self, value: Any) -> Any:
        """As Way's; what is to be awaited is, in an event loop of its own."""
        return run_apart(value) if inspect.isawaitable(value) else value

    async def recover(self, client: Client, options: Options, operation: Operation,
                      failure: BaseException) -> Recovered:
        """As Way's."""
        return client.recover(client.site(str(options.target)), options,
                              CallPlan(operation, options), (), {},
                              lambda attempt: finish(operation(attempt)), failure)


def finish(coroutine: Coroutine[Any, Any, T]) -> T:
    """The value of a coroutine that awaits by Blocking alone."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    coroutine.close()
    raise RuntimeError("it awaited something by itself")


def run_apart(awaitable: Awaitable[Any]) -> Any:
    """Its value: in an event loop of its own, which is on another thread where
    one runs on this."""
    async def wait() -> Any:
        return await awaitable
    if not in_event_loop():
        return asyncio.run(wait())
    values: List[Any] = []
    errors: List[BaseException] = []

    def run() -> None:
        try:
            values.append(asyncio.run(wait()))
        except BaseException as error:  # pylint: disable=broad-except
            errors.append(error)
    thread = threading.Thread(target=run, name="recourse-apart", daemon=True)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return values[0]

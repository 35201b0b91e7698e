"""Carries out what a recovery yields: once for plain calls, once for asyncio."""
from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
from typing import Any, Awaitable, Callable, Tuple

from recourse.effects import Ask, Effect, Foresee, Poll, Remediate, Run, Value, Wait
from recourse.errors import Cancelled
from recourse.link import Call
from recourse.model import Attempt
from recourse.options import Options
from recourse.validation import validated, validated_async

Operation = Callable[[Attempt], Any]
CANCELLED = (Cancelled, concurrent.futures.CancelledError)


def in_event_loop() -> bool:
    """Whether an event loop runs on this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def drive(client: Any, recovery: Any, steps: Any, operation: Operation) -> Tuple[Any, Any]:
    """Runs a recovery to its end: what its steps return.  Being cancelled, by
    the options' event or by what Python raises for it, passes through."""
    options, answer = recovery.options, None
    try:
        while True:
            effect = steps.send(answer)
            answer = _perform(client, options, effect, operation)
    except StopIteration as stop:
        return stop.value
    except BaseException:
        recovery.cancelled()
        steps.close()
        raise


def _perform(client: Any, options: Options, effect: Effect, operation: Operation) -> Any:
    if isinstance(effect, Run):
        attempt = effect.attempt
        return _run(options, lambda: validated(options.validate, operation(attempt)))
    if isinstance(effect, Wait):
        return client.clock.sleep(effect.seconds, options.cancel)
    if isinstance(effect, Remediate):
        answer = _run(options, options.remediations[effect.name])
        return None if isinstance(answer, Value) else answer
    answer = client.start_call(effect).wait(options.cancel)
    if answer is None:
        raise Cancelled("cancelled while asking")
    return answer


def _run(options: Options, function: Callable[[], Any]) -> Any:
    try:
        return Value(function())
    except CANCELLED:
        raise
    except Exception as error:  # pylint: disable=broad-except
        if options.cancel is not None and options.cancel.is_set():
            raise Cancelled("cancelled during an attempt") from error
        return error


async def drive_async(client: Any, recovery: Any, steps: Any,
                      operation: Callable[[Attempt], Awaitable[Any]]) -> Tuple[Any, Any]:
    """The same for asyncio; cancelling is the task's."""
    options, answer = recovery.options, None
    try:
        while True:
            effect = steps.send(answer)
            answer = await _perform_async(client, options, effect, operation)
    except StopIteration as stop:
        return stop.value
    except BaseException:
        recovery.cancelled()
        steps.close()
        raise


async def _perform_async(client: Any, options: Options, effect: Effect,
                         operation: Callable[[Attempt], Awaitable[Any]]) -> Any:
    if isinstance(effect, Run):
        attempt = effect.attempt

        async def run() -> Any:
            value = operation(attempt)
            return await validated_async(
                options.validate, await value if inspect.isawaitable(value) else value)
        return await _run_async(run)
    if isinstance(effect, Wait):
        return await client.clock.sleep_async(effect.seconds)
    if isinstance(effect, Remediate):
        answer = await _run_async(options.remediations[effect.name])
        return None if isinstance(answer, Value) else answer
    assert isinstance(effect, (Ask, Foresee, Poll))
    return await _answer(client.start_call(effect))


async def _run_async(function: Callable[[], Any]) -> Any:
    try:
        value = function()
        return Value(await value if inspect.isawaitable(value) else value)
    except CANCELLED:
        raise
    except Exception as error:  # pylint: disable=broad-except
        return error


async def _answer(call: Call) -> Any:
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def wake(_: Call) -> None:
        try:
            loop.call_soon_threadsafe(done.set)
        except RuntimeError:  # The loop is closed: nobody waits any more.
            pass
    call.on_done(wake)
    try:
        await done.wait()
        return call.answer()
    except BaseException:
        call.cancel()
        raise

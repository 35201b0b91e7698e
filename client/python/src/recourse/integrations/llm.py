"""Clients of model providers that are made like openai's and anthropic's.

    from recourse.integrations.llm import recovering

    ask = recovering(openai.OpenAI(), "chat.completions.create", time_budget=60,
                     alternatives=[Alternative("mini", "openai/gpt-4o-mini",
                                               {"model": "gpt-4o-mini"})])
    ask(model="gpt-4o", messages=[...], max_tokens=4000)

Nothing of those libraries is imported: what counts is that the client has
`with_options(max_retries=..., timeout=...)` or `copy(...)`, and that errors carry
`status_code`, `response.headers` and `body`.
"""
from __future__ import annotations

import functools
import inspect
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Union

from recourse.client import Client
from recourse.enums import Idempotency
from recourse.integrations._shared import Runner, shorter
from recourse.model import Attempt

Target = Union[str, Callable[..., str]]


def without_retries(client: Any) -> Any:
    """The client with its own retries set to 0.  TypeError: it has no way."""
    for name in ("with_options", "copy"):
        method = getattr(client, name, None)
        if callable(method) and "max_retries" in _parameters(method):
            return method(max_retries=0)
    if getattr(client, "max_retries", None) == 0:
        return client
    raise TypeError(f"{type(client).__name__} has neither with_options(max_retries=) nor "
                    "copy(max_retries=): make it with max_retries=0")


def recovering(client: Any, method: str, *, recourse: Optional[Client] = None,
               target: Target = "", provider: str = "",
               state: Optional[Sequence[str]] = None, **options: Any) -> Callable[..., Any]:
    """The client's method, plain or async, with recovery around it and the
    client's own retries at 0.

    Target: `provider`/`model`, the provider by default the client's package and
    the model the call's argument; or what `target` says, a function of the
    call's arguments.  Recourse sees the call's keyword arguments as the state:
    edits (a smaller max_tokens, fewer messages) and parameters of alternatives
    (model) become arguments.  `state` names those that it is to see, where
    prompts must not leave the program; edits of others are passed over.  With
    `stream=True` only the call is recovered, not the reading of the stream.
    """
    function = _method_of(without_retries(client), method)
    named = provider or type(client).__module__.split(".")[0].lstrip("_")
    runner = Runner(recourse, {"idempotency": Idempotency.IDEMPOTENT, **options})
    takes_timeout = "timeout" in _parameters(function)

    def options_for(arguments: Mapping[str, Any]) -> Any:
        said = target(**arguments) if callable(target) else target
        seen = arguments if state is None else \
            {name: arguments[name] for name in state if name in arguments}
        return runner.options.but(target=said or f"{named}/{arguments.get('model', method)}",
                                  state=dict(seen))

    def arguments_of(arguments: Mapping[str, Any], attempt: Attempt) -> Dict[str, Any]:
        changed = dict(arguments)
        for name in list(changed):  # An edit may have removed some.
            if (state is None or name in state) and name not in attempt.state:
                del changed[name]
        changed.update(attempt.state)
        changed.update(attempt.parameters)
        limit = shorter(_seconds(arguments.get("timeout")), attempt.timeout)
        if takes_timeout and attempt.timeout is not None and limit is not None:
            changed["timeout"] = limit
        return changed

    if inspect.iscoroutinefunction(inspect.unwrap(function)):
        @functools.wraps(function)
        async def call_async(**arguments: Any) -> Any:
            return (await runner.run_async(
                lambda attempt: function(**arguments_of(arguments, attempt)),
                options_for(arguments))).value
        return call_async

    @functools.wraps(function)
    def call(**arguments: Any) -> Any:
        return runner.run(lambda attempt: function(**arguments_of(arguments, attempt)),
                          options_for(arguments)).value
    return call


def _method_of(client: Any, path: str) -> Callable[..., Any]:
    found = client
    for name in path.split("."):
        found = getattr(found, name)
    if not callable(found):
        raise TypeError(f"{path} of {type(client).__name__} is not a method")
    return found


def _parameters(function: Callable[..., Any]) -> Sequence[str]:
    """Names of what it takes; any name, where it takes any."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return ()
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return ("max_retries", "timeout", *parameters)
    return tuple(parameters)


def _seconds(timeout: Any) -> Optional[float]:
    """A plain number; a library's own time-out object is replaced as a whole."""
    return float(timeout) if isinstance(timeout, (int, float)) else None

"""How an operation is called: what of an attempt its parameters take."""
from __future__ import annotations

import functools
import inspect
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Tuple

from recourse.model import Attempt
from recourse.options import Options


def is_async(function: Any) -> bool:
    """Whether calling it gives a coroutine."""
    while isinstance(function, functools.partial):
        function = function.func
    return inspect.iscoroutinefunction(function) or \
        inspect.iscoroutinefunction(getattr(function, "__call__", None))


def name_of(function: Any) -> str:
    """A name for the function, for targets and messages."""
    while isinstance(function, functools.partial):
        function = function.func
    module = getattr(function, "__module__", "") or ""
    name = getattr(function, "__qualname__", "") or type(function).__name__
    return f"{module}.{name}".lstrip(".").replace(".<locals>", "")[-256:]


def call_flexibly(function: Callable[..., Any], args: Sequence[Any],
                  kwargs: Mapping[str, Any]) -> Any:
    """Calls with these arguments, or with none where it takes none."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return function(*args, **kwargs)
    try:
        signature.bind(*args, **kwargs)
    except TypeError:
        if not any(p.kind is not p.VAR_KEYWORD and p.default is p.empty
                   for p in signature.parameters.values() if p.kind is not p.VAR_POSITIONAL):
            return function()
    return function(*args, **kwargs)


class CallPlan:
    """What a function's parameters take: `attempt` by name, the names that
    make up the state, and parameters of alternatives."""

    def __init__(self, function: Callable[..., Any], options: Options) -> None:
        self._function = function
        self.is_async = is_async(function)
        try:
            self._signature: Optional[inspect.Signature] = inspect.signature(function)
        except (TypeError, ValueError):
            self._signature = None
        names = list(self._signature.parameters) if self._signature else []
        self.takes_attempt = "attempt" in names
        self.required = sum(
            p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
            for p in (self._signature.parameters.values() if self._signature else ()))
        self._names = frozenset(names)
        self._state_names: Tuple[str, ...] = ()
        state = options.state
        if isinstance(state, (list, tuple)) and state and all(isinstance(n, str) for n in state):
            self._state_names = tuple(state)
            unknown = [name for name in state if name not in self._names]
            if unknown:
                raise ValueError(f"state names {unknown}, which are no parameters of "
                                 f"{name_of(function)}")

    @property
    def simple(self) -> bool:
        """Whether the first call is just the call."""
        return not self.takes_attempt

    def state(self, options: Options, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """The operation's state before its first attempt."""
        if not self._state_names or self._signature is None:
            return options.state
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError:  # The call will say so itself.
            return None
        bound.apply_defaults()
        return {name: bound.arguments[name] for name in self._state_names}

    def call(self, args: Sequence[Any], kwargs: Mapping[str, Any], attempt: Attempt) -> Any:
        """One attempt."""
        changes = self._changes(attempt)
        if not changes or self._signature is None:
            return self._function(*args, **kwargs)
        bound = self._signature.bind_partial(*args, **kwargs)
        known: Dict[str, Any] = {}
        for name, value in changes.items():
            known[name] = value
        for name in list(bound.arguments):
            if name in known and self._signature.parameters[name].kind not in (
                    inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
                bound.arguments[name] = known.pop(name)
        return self._function(*bound.args, **{**bound.kwargs, **known})

    def _changes(self, attempt: Attempt) -> Dict[str, Any]:
        changes: Dict[str, Any] = {}
        if attempt.number > 1 or attempt.alternative is not None or attempt.edits:
            if isinstance(attempt.state, Mapping):
                changes.update((name, attempt.state[name]) for name in self._state_names
                               if name in attempt.state)
            changes.update((name, value) for name, value in attempt.parameters.items()
                           if name in self._names)
        if self.takes_attempt:
            changes["attempt"] = attempt
        return changes

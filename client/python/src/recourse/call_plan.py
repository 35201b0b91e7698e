"""How an operation is called: what of an attempt its parameters take."""
from __future__ import annotations

import functools
import inspect
import types
import weakref
from dataclasses import dataclass
from typing import Any, Callable, Dict, FrozenSet, Mapping, MutableMapping, Optional, Sequence, Tuple

from recourse.model import Attempt
from recourse.options import Options

MAX_SHAPES = 1024  # Of functions, remembered by their code.


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
    return _name(module, getattr(function, "__qualname__", "") or type(function).__name__)


@functools.lru_cache(maxsize=MAX_SHAPES)
def _name(module: str, name: str) -> str:
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


@dataclass(frozen=True)
class Shape:
    """What a call needs to know of a function's parameters."""

    is_async: bool = False
    names: FrozenSet[str] = frozenset()
    required: int = 0  # Positional ones without a default.
    attempt_at: int = -1  # Where `attempt` stands; -1: there is none.


_shapes: MutableMapping[Any, Shape] = weakref.WeakKeyDictionary()


def shape_of(function: Any) -> Shape:
    """The function's shape.  Functions made anew per call share their code, and
    so what was found out about it; of others it is remembered while they live."""
    plain = function.__func__ if isinstance(function, types.MethodType) else function
    if type(plain) is types.FunctionType and not plain.__dict__:  # Which may say otherwise.
        shape = _shape_of_code(plain.__code__, len(plain.__defaults__ or ()),
                               plain is not function)
        if shape is not None:
            return shape
    try:
        shape = _shapes.get(function)
        if shape is None:
            shape = _shapes[function] = _shape_by_signature(function)
        return shape
    except TypeError:  # It cannot be remembered.
        return _shape_by_signature(function)


@functools.lru_cache(maxsize=MAX_SHAPES)
def _shape_of_code(code: types.CodeType, defaults: int, bound: bool) -> Optional[Shape]:
    positional = code.co_argcount
    if code.co_posonlyargcount or (bound and not positional):
        return None
    count = positional + code.co_kwonlyargcount + \
        bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    names = code.co_varnames[int(bound):count]
    positional -= bound
    named = code.co_varnames[int(bound):int(bound) + positional + code.co_kwonlyargcount]
    if "attempt" in names and "attempt" not in named:
        return None  # *attempt, or **attempt.
    at = names.index("attempt") if "attempt" in names[:positional] else \
        positional if "attempt" in names else -1
    return Shape(bool(code.co_flags & inspect.CO_COROUTINE), frozenset(names),
                 max(0, positional - defaults), at)


def _shape_by_signature(function: Any) -> Shape:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return Shape(is_async(function))
    return Shape(
        is_async(function), frozenset(parameters),
        sum(p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
            for p in parameters.values()),
        list(parameters).index("attempt") if "attempt" in parameters else -1)


class CallPlan:
    """What a function's parameters take: `attempt` by name, the names that
    make up the state, and parameters of alternatives."""

    __slots__ = ("_function", "_shape", "_signature", "_state_names")

    def __init__(self, function: Callable[..., Any], options: Options) -> None:
        self._function = function
        self._shape = shape_of(function)
        self._signature: Optional[inspect.Signature] = None  # Made when it is needed.
        self._state_names: Tuple[str, ...] = ()
        state = options.state
        if isinstance(state, (list, tuple)) and state and all(isinstance(n, str) for n in state):
            self._state_names = tuple(state)
            unknown = [name for name in state if name not in self._shape.names]
            if unknown:
                raise ValueError(f"state names {unknown}, which are no parameters of "
                                 f"{name_of(function)}")

    @property
    def is_async(self) -> bool:
        """Whether calling it gives a coroutine."""
        return self._shape.is_async

    @property
    def takes_attempt(self) -> bool:
        """Whether it has a parameter `attempt`."""
        return self._shape.attempt_at >= 0

    @property
    def reads_attempt(self) -> bool:
        """Whether `by_attempt` or `call` may hand it an attempt."""
        return self._shape.attempt_at >= 0 or self._shape.required == 1

    @property
    def has_state(self) -> bool:
        """Whether the arguments of a call are its state."""
        return bool(self._state_names)

    def state(self, options: Options, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """The operation's state before its first attempt."""
        if not self._state_names:
            return options.state
        try:
            bound = self._parameters().bind(*args, **kwargs)
        except TypeError:  # The call will say so itself.
            return None
        bound.apply_defaults()
        return {name: bound.arguments[name] for name in self._state_names}

    def first_attempt(self, options: Options, target: str, args: Sequence[Any],
                      kwargs: Mapping[str, Any]) -> Attempt:
        """The attempt that begins an operation."""
        return Attempt(1, target, state=self.state(options, args, kwargs),
                       timeout=options.time_budget)

    def by_attempt(self, attempt: Attempt) -> Any:
        """Calls an operation without arguments: with the attempt, where it takes one."""
        if self._shape.attempt_at >= 0:
            return self._function(attempt=attempt)
        return self._function(attempt) if self._shape.required == 1 else self._function()

    def call(self, args: Sequence[Any], kwargs: Mapping[str, Any], attempt: Attempt) -> Any:
        """One attempt."""
        changes = self._changes(attempt)
        if not changes:
            return self._function(*args, **kwargs)
        if len(changes) == 1 and 0 <= len(args) <= self._shape.attempt_at:
            return self._function(*args, **{**kwargs, **changes})  # The attempt alone.
        bound = self._parameters().bind_partial(*args, **kwargs)
        known = dict(changes)
        for name in list(bound.arguments):
            if name in known and self._parameters().parameters[name].kind not in (
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
                           if name in self._shape.names)
        if self.takes_attempt:
            changes["attempt"] = attempt
        return changes

    def _parameters(self) -> inspect.Signature:
        if self._signature is None:
            self._signature = inspect.signature(self._function)
        return self._signature

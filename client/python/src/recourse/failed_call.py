"""Which call failed: read from the traceback of its exception.

The first frame is the one that caught the error; the next, outside this
package, is the function it had called, with its arguments.
"""
from __future__ import annotations

import gc
import inspect
import os
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any, Callable, Dict, Mapping, Optional

_PACKAGE = os.path.dirname(__file__)
# Features to do without are named for what is done; arguments for what there is.
_PREFIXES = ("remove_all_", "remove_optional_", "remove_", "skip_all_", "skip_", "disable_",
             "no_")


@dataclass(frozen=True)
class FailedCall:
    """A function and the arguments it was called with, by name."""

    function: Callable[..., Any]
    arguments: Mapping[str, Any]

    def call(self, changes: Optional[Mapping[str, Any]] = None) -> Any:
        """Calls it again, with those of the changes that it takes."""
        signature = inspect.signature(self.function)
        arguments: Dict[str, Any] = dict(self.arguments)
        extra = any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())
        for name, value in (changes or {}).items():
            if name in signature.parameters or extra:
                arguments[name] = value
        positional, keywords = [], dict(arguments)
        for name, parameter in signature.parameters.items():
            if parameter.kind is parameter.VAR_POSITIONAL:
                positional += list(keywords.pop(name, ()))
            elif parameter.kind is parameter.VAR_KEYWORD:
                more = keywords.pop(name, {})
                keywords.update(more if isinstance(more, Mapping) else {})
            elif parameter.kind is parameter.POSITIONAL_ONLY and name in keywords:
                positional.append(keywords.pop(name))
            elif any(p.kind is p.VAR_POSITIONAL for p in signature.parameters.values()) \
                    and parameter.kind is parameter.POSITIONAL_OR_KEYWORD and name in keywords:
                positional.append(keywords.pop(name))
        return self.function(*positional, **keywords)

    def without(self, features: Any) -> Dict[str, Any]:
        """The arguments that do without these features, as far as the function
        has any: the feature's own flag, `enable_X`, or a list of them."""
        names = inspect.signature(self.function).parameters
        changes: Dict[str, Any] = {}
        if "disabled_features" in names:
            changes["disabled_features"] = list(features)
        for feature in features:
            if feature in names:
                changes[feature] = True
            prefix = next((p for p in _PREFIXES if feature.startswith(p)), "")
            rest = feature[len(prefix):]
            for name, value in ((f"enable_{rest}", False), (f"use_{rest}", False), (rest, None)):
                if name in names and name != feature:
                    old = self.arguments.get(name, names[name].default)
                    changes[name] = value if value is not None else \
                        type(old)() if isinstance(old, (list, tuple, dict, set, bool)) else old
            if feature.startswith("disable_") and f"enable_{rest}" not in names:
                for name in names:  # disable_profiling: enable_performance_profiling.
                    if name.startswith("enable_") and name.endswith(f"_{rest}"):
                        changes[name] = False
        return changes


def failed_call(error: BaseException) -> Optional[FailedCall]:
    """The call that raised the error, or None where it cannot be told."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(_PACKAGE):
            frames.append(trace.tb_frame)
        trace = trace.tb_next
    if len(frames) < 2:
        return None
    caller, frame = frames[0], frames[1]
    function = _function_of(frame, caller)
    if function is None:
        return None
    info = inspect.getargvalues(frame)
    arguments = {name: info.locals[name] for name in info.args if name in info.locals}
    if info.args and inspect.ismethod(function):
        arguments.pop(info.args[0], None)
    for name in (info.varargs, info.keywords):
        if name and info.locals.get(name):
            arguments[name] = info.locals[name]
    return FailedCall(function, arguments)


def _function_of(frame: FrameType, caller: FrameType) -> Optional[Callable[..., Any]]:
    """The function whose code ran in the frame: a method of its first argument,
    else what the caller could see under any name, else the only one there is."""
    code = frame.f_code
    if code.co_argcount:
        receiver = frame.f_locals.get(code.co_varnames[0])
        method = getattr(receiver, code.co_name, None)
        if inspect.ismethod(method) and _runs(method, code):
            return method
    for scope in (caller.f_locals, caller.f_globals, frame.f_globals):
        found = scope.get(code.co_name)
        for candidate in ([found] if _runs(found, code) else list(scope.values())):
            if callable(candidate) and _runs(candidate, code):
                return inspect.unwrap(candidate)
    functions = [f for f in gc.get_referrers(code) if inspect.isfunction(f)]
    return functions[0] if len(functions) == 1 else None


def _runs(candidate: Any, code: CodeType) -> bool:
    """Whether calling it, without what is wrapped around it, runs the code."""
    if not inspect.isfunction(candidate) and not inspect.ismethod(candidate):
        return False
    plain = inspect.unwrap(candidate)
    return getattr(getattr(plain, "__func__", plain), "__code__", None) is code

"""What the caller's `validate` says of a value."""
from __future__ import annotations

import inspect
from typing import Any, Callable, Optional

from recourse.errors import InvalidValue

Validate = Optional[Callable[[Any], Any]]


def validated(validate: Validate, value: Any) -> Any:
    """The value; InvalidValue, or what validate raises, where it will not do."""
    if validate is None:
        return value
    verdict = validate(value)
    if inspect.iscoroutine(verdict):
        verdict.close()
        raise TypeError("validate may be a coroutine function only where the operation is one")
    return judged(verdict, value)


async def validated_async(validate: Validate, value: Any) -> Any:
    """The same; validate may be a coroutine function."""
    if validate is None:
        return value
    verdict = validate(value)
    return judged(await verdict if inspect.isawaitable(verdict) else verdict, value)


def judged(verdict: Any, value: Any) -> Any:
    """The value, or InvalidValue, by what validate returned."""
    if verdict is not None and not verdict:
        raise InvalidValue(value)
    return value

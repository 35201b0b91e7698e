"""Applies a decision's edits to an operation's own state.

A path joins names with dots; a number indexes a list; a backslash makes the
next character part of the name.  Containers on the path are copied, so that
what the caller gave stays as it was; everything else is shared with it.
"""
from __future__ import annotations

import copy
import re
from typing import Any, List, Mapping, MutableMapping, MutableSequence, Sequence

from recourse.model import Edit

_MISSING = object()
_INDEX = re.compile("0|[1-9][0-9]{0,8}")


def split_path(path: str) -> List[str]:
    """The names of a path, with escapes resolved."""
    names, name, escaped = [], [], False
    for char in path:
        if escaped:
            name.append(char)
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == ".":
            names.append("".join(name))
            name = []
        else:
            name.append(char)
    names.append("".join(name))
    return names


def get_path(state: Any, path: str, default: Any = None) -> Any:
    """The value at a path, or `default`."""
    for name in split_path(path):
        state = _child(state, name)
        if state is _MISSING:
            return default
    return state


def apply_edits(state: Any, edits: Sequence[Edit]) -> Any:
    """The state with the edits applied in order."""
    for edit in edits:
        if state is None and edit.operation == "set":
            state = {}
        state = _apply(state, split_path(edit.path), edit)
    return state


def keep_kind(new: Any, old: Any = _MISSING) -> Any:
    """`new`, which came as JSON, with its integers integers again: JSON's
    numbers are doubles.  A number that was a float stays one."""
    if isinstance(new, float) and new.is_integer() and not isinstance(old, float):
        return int(new)
    if isinstance(new, Mapping):
        known = old if isinstance(old, Mapping) else {}
        return {key: keep_kind(value, known.get(key, _MISSING)) for key, value in new.items()}
    if isinstance(new, list):
        known_items = old if isinstance(old, Sequence) and not isinstance(old, str) else ()
        return [keep_kind(value, known_items[i] if i < len(known_items) else _MISSING)
                for i, value in enumerate(new)]
    return new


def _apply(node: Any, names: Sequence[str], edit: Edit) -> Any:
    name = names[0]
    child = _child(node, name)
    if len(names) == 1:
        if edit.operation == "remove":
            return node if child is _MISSING else _without(node, name)
        value = _changed(child, edit)
    elif child is not _MISSING:
        value = _apply(child, names[1:], edit)
    elif edit.operation == "set":
        value = _apply({}, names[1:], edit)
    else:
        return node
    return node if value is child else _with(node, name, value)


def _changed(old: Any, edit: Edit) -> Any:
    if edit.operation == "set":
        return keep_kind(edit.value, old)
    if edit.operation == "cap" and isinstance(old, (int, float)) and not isinstance(old, bool):
        return keep_kind(float(edit.value), old) if old > edit.value else old
    if edit.operation == "truncate" and isinstance(old, (str, Sequence)):
        length = int(edit.value)
        return old[:length] if len(old) > length else old
    return old


def _child(node: Any, name: str) -> Any:
    if isinstance(node, Mapping):
        return node.get(name, _MISSING)
    if isinstance(node, Sequence) and not isinstance(node, (str, bytes)):
        index = _index(node, name)
        return _MISSING if index is None else node[index]
    if node is None or isinstance(node, (str, bytes, int, float)):
        return _MISSING
    return getattr(node, name, _MISSING)


def _index(node: Sequence[Any], name: str) -> Any:
    return int(name) if _INDEX.fullmatch(name) and int(name) < len(node) else None


def _with(node: Any, name: str, value: Any) -> Any:
    if value is _MISSING:
        return node
    if isinstance(node, tuple):
        index = _index(node, name)
        return node if index is None else node[:index] + (value,) + node[index + 1:]
    if node is None or isinstance(node, (str, bytes, int, float)):
        return node  # Nothing is put below them.
    changed = copy.copy(node)
    if isinstance(changed, MutableMapping):
        changed[name] = value
    elif isinstance(changed, MutableSequence):
        index = _index(changed, name)
        if index is None:
            return node
        changed[index] = value
    else:
        setattr(changed, name, value)
    return changed


def _without(node: Any, name: str) -> Any:
    if isinstance(node, tuple):
        index = _index(node, name)
        return node if index is None else node[:index] + node[index + 1:]
    changed = copy.copy(node)
    if isinstance(changed, MutableMapping):
        del changed[name]
    elif isinstance(changed, MutableSequence):
        del changed[int(name)]
    else:
        delattr(changed, name)
    return changed

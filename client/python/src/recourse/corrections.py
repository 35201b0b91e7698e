"""Corrections of text as older programs describe them, made safe.

A replacement that would change its own output, and so damage text that is
right already, is guarded; of four well-known ones the intent is kept, not the
letter.
"""
from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from recourse.steps import ErrorCorrectionStep, Rewrite

KEYS = frozenset(("pattern", "replacement", "prepend", "append", "description", "validation",
                  "error_regex", "steps", "corrections", "add_imports",
                  "validate_after_correction", "subject_field", "operation"))
_MODULES = ("asyncio", "json", "logging", "math", "os", "re", "sys", "time", "uuid")
_TYPING = ("Any", "Callable", "Dict", "List", "Optional", "Set", "Tuple", "Union")
_HEAD = r"\A(?:#|[rRuU]?(?:\"\"\"|'''))|(?m:^from __future__ import)"

# Pattern as it is known -> what is meant by it.
_KNOWN: Dict[str, Rewrite] = {
    r"def (execute_\w+)\(": Rewrite(
        pattern=r"(?m)^([ \t]*)def (execute_\w+\()", replacement=r"\1async def \2",
        description="make execute methods async"),
    r"([^await\s])(\w+\.execute\w+\()": Rewrite(
        pattern=r"(?m)^([ \t]+(?:return |[\w.,: \[\]]+ = )?)((?:\w+\.)+execute(?:_|[A-Z])\w*\()",
        replacement=r"\1await \2", description="await calls of execute methods",
        only_if_text_matches=(r"(?m)^[ \t]*async def ",),
        unless_text_matches=(r"(?m)^[ \t]*def ",)),
    r"^  ([^\s])": Rewrite(
        pattern=r"(?m)^  ([^\s])", replacement=r"    \1", description="indent by four spaces",
        only_if_text_matches=(r"(?m)^    \S",),
        unless_text_matches=(r"(?m)^ {6}(?: {4})*\S",
                             r"(?m)^  [^\s][^\n]*:[ \t]*\n    \S")),
}


def to_step(metadata: Mapping[str, Any]) -> ErrorCorrectionStep:
    """The step for `pattern` with `replacement`, `prepend` or `append`; for
    `steps`, a list of such; for `corrections`, a dict of such; for
    `add_imports`."""
    return ErrorCorrectionStep(rewrites=tuple(_rewrites(metadata)))


def _rewrites(metadata: Mapping[str, Any]) -> List[Rewrite]:
    if "steps" in metadata:
        return [rewrite for step in metadata["steps"] for rewrite in _rewrites(step)]
    if "corrections" in metadata:
        return [rewrite for entry in metadata["corrections"].values()
                for rewrite in _rewrites(entry)]
    if metadata.get("add_imports"):
        return imports()
    if "pattern" not in metadata:
        raise ValueError("a correction needs 'pattern', 'steps', 'corrections' or 'add_imports'")
    return [_rewrite(metadata)]


def _rewrite(entry: Mapping[str, Any]) -> Rewrite:
    pattern, description = entry["pattern"], entry.get("description", "")
    operations = [name for name in ("replacement", "prepend", "append") if name in entry]
    if len(operations) != 1:
        raise ValueError(f"the correction of '{pattern}' needs exactly one of replacement, "
                         f"prepend, append; it has {operations or 'none'}")
    if pattern in _KNOWN and operations == ["replacement"]:
        return _KNOWN[pattern]
    name = operations[0]
    if pattern.startswith("^"):
        pattern = "(?m)" + pattern  # Lines are meant.
    if name != "replacement":
        added = entry[name].strip()
        return Rewrite(pattern, description=description, **{name: entry[name]},
                       unless_text_matches=(re.escape(added), *_imported(added)) if added else ())
    replacement = re.sub(r"\\(?:([nrt])|g<([1-9])>|\\)", _in_re2, entry["replacement"])
    return Rewrite(*_guarded(pattern, replacement), description=description,
                   unless_text_matches=_inserted(pattern, replacement))


def _in_re2(escape: "re.Match[str]") -> str:
    """An escape of Python's replacements as RE2 has it, which knows fewer."""
    control, group = escape.groups()
    if control:
        return {"n": "\n", "r": "\r", "t": "\t"}[control]
    return f"\\{group}" if group else escape.group()


def _imported(added: str) -> Sequence[str]:
    """What else shows that an import that is to be added is there."""
    modules = re.findall(r"(?m)^from (\w[\w.]*) import", added)
    return [rf"(?m)^from {re.escape(module)} import|^import {re.escape(module)}\b"
            for module in modules]


def _guarded(pattern: str, replacement: str) -> Tuple[str, str]:
    """The pattern, taking in what the replacement puts before it, where that is
    there already."""
    head = re.match(r"[\w ]+", pattern)
    position = replacement.find(head.group()) if head else 0
    prefix = replacement[:position] if position > 0 else ""
    if not prefix or "\\" in prefix:
        return pattern, replacement
    return f"(?:{re.escape(prefix)})?{pattern}", replacement


def _inserted(pattern: str, replacement: str) -> Sequence[str]:
    """Text that the replacement brings along: where it is, it was done."""
    pieces = re.split(r"\\\d|\n", replacement)
    brought = [p.strip() for p in pieces if len(p.strip()) >= 8 and p.strip() not in pattern]
    return [re.escape(piece) for piece in brought]


def imports() -> List[Rewrite]:
    """Imports of well-known modules and of typing's names, where they are used
    and not imported."""
    rewrites = [Rewrite(
        pattern=rf"\b{module}\.\w", prepend=f"import {module}\n",
        description=f"import {module}",
        unless_text_matches=(rf"(?m)^(?:import {module}\b|from {module} import)", _HEAD))
        for module in _MODULES]
    names = "|".join(_TYPING)
    rewrites.append(Rewrite(
        pattern=rf"[\[:>(,]\s*(?:{names})\b", prepend=f"from typing import {', '.join(_TYPING)}\n",
        description="import the names of typing",
        unless_text_matches=(r"(?m)^(?:from typing import|import typing\b)", _HEAD)))
    return rewrites

"""RecoveryContext: what a program says of a failure that it caught itself."""
from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, List, Mapping, Optional

from recourse.enums import Severity
from recourse.model import Decision


@dataclass
class RecoveryContext:
    """`exception` is the error; `state` the operation's input.

    `arguments` are those of the failed call; they are read from the exception
    where they are not given.
    """

    workflow_id: str = ""
    node_name: str = ""
    step_count: int = 0
    state: Any = None
    exception: Optional[BaseException] = None
    target: str = ""
    operation: str = ""
    arguments: Optional[Mapping[str, Any]] = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = Severity.MEDIUM
    # Written by who recovers:
    attempt: int = 0  # Failures so far.
    decisions: List[Decision] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    duration: float = 0.0  # Seconds.

    def note(self, decision: Decision) -> None:
        """Keeps a decision."""
        self.decisions.append(decision)

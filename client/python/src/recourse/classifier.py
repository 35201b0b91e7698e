"""ErrorClassifier: what an error is, and which errors came lately."""
from __future__ import annotations

import collections
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Deque, Dict, List, Mapping, Optional

from recourse import client as client_module
from recourse.client import Client
from recourse.describe import describe
from recourse.enums import ErrorType, FailureCategory, Severity
from recourse.local_rules import classify


@dataclass(frozen=True)
class ErrorInfo:
    """An error and what it is taken to be."""

    error: BaseException
    category: FailureCategory
    severity: Severity
    retryable: bool
    suggested_action: str
    error_type: ErrorType = ErrorType.UNKNOWN
    message: str = ""
    pattern_id: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    timestamp: float = 0.0


class ErrorClassifier:
    """Classifies errors; remembers the last `max_history` of them.

    With a server configured it is asked which pattern matches (nothing is
    recorded there); else, and when it is away, a short rule table decides, for
    which a rate limit is one more transient condition.

    Thread safety: safe for concurrent use.
    """

    def __init__(self, max_history: int = 100, client: Optional[Client] = None) -> None:
        self.max_history = max_history
        self._client = client
        self._lock = threading.Lock()
        self._history: Deque[ErrorInfo] = collections.deque()

    def classify(self, error: BaseException,
                 context: Optional[Mapping[str, Any]] = None) -> ErrorInfo:
        """What the error is; `context` is kept with it."""
        details = describe(error)
        known = (self._client or client_module.default_client()).classify(details)
        category = known.category if known is not None else FailureCategory.UNKNOWN
        if known is None:
            known = classify(error, details)
            category = known.category
            if category is FailureCategory.RATE_LIMIT:
                category = FailureCategory.TRANSIENT
        info = ErrorInfo(error, category, known.severity,
                         known.retryable, known.suggested_action, known.error_type,
                         details.message, known.pattern_id, dict(context or {}), time.time())
        with self._lock:
            self._history.append(info)
            while len(self._history) > max(0, self.max_history):
                self._history.popleft()
        return info

    @property
    def history(self) -> List[ErrorInfo]:
        """The last errors, oldest first."""
        with self._lock:
            return list(self._history)

    def get_error_patterns(self) -> Dict[str, int]:
        """How many of the remembered errors are of each category."""
        return dict(collections.Counter(info.category.value for info in self.history))

    def clear_history(self) -> None:
        """Forgets them."""
        with self._lock:
            self._history.clear()

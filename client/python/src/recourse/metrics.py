"""MetricsCollector: what a program notes of its own executions."""
from __future__ import annotations

import collections
import threading
from typing import Any, Deque, Dict, List, Mapping, Optional

MAX_RECORDS = 10_000  # The oldest make room.


class MetricsCollector:
    """Rates over the last records.  Thread safety: safe for concurrent use."""

    def __init__(self, max_records: int = MAX_RECORDS) -> None:
        self._lock = threading.Lock()
        self._records: Deque[Dict[str, Any]] = collections.deque(maxlen=max_records)

    def record(self, record: Mapping[str, Any]) -> None:
        """One execution: `status` "success" or another word, `attempts`, and
        whatever else is of interest."""
        with self._lock:
            self._records.append(dict(record))

    def record_recovery_success(self, strategy: Any = None, duration_ms: float = 0.0) -> None:
        """A recovery that helped."""
        self.record({"status": "success", "strategy": strategy, "duration_ms": duration_ms})

    def record_recovery_failure(self, strategy: Any = None, error: Optional[str] = None) -> None:
        """A recovery that did not."""
        self.record({"status": "failed", "strategy": strategy, "error": error})

    @property
    def records(self) -> List[Dict[str, Any]]:
        """The last records, oldest first."""
        with self._lock:
            return list(self._records)

    def success_rate(self) -> float:
        """Percent of executions that succeeded; 0 without any."""
        return _percent([r.get("status") == "success" for r in self.records])

    def avg_attempts(self) -> float:
        """Attempts per execution; 0 without any."""
        attempts = [r.get("attempts", 1) for r in self.records]
        return sum(attempts) / len(attempts) if attempts else 0.0

    def retry_rate(self) -> float:
        """Percent of executions that took more than one attempt."""
        return _percent([r.get("attempts", 1) > 1 for r in self.records])


def _percent(truths: List[bool]) -> float:
    return 100.0 * sum(truths) / len(truths) if truths else 0.0

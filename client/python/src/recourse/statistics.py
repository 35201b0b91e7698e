"""Statistics: what this process counts of its own recoveries, or what the server
counts of everybody's."""
from __future__ import annotations

import collections
import threading
from dataclasses import dataclass, field
from typing import Any, Deque, Dict, List, Optional

MAX_DURATIONS = 1000  # Kept per strategy; the oldest make room.


@dataclass
class StrategyDetails:
    """One strategy."""

    uses: int = 0
    successes: int = 0
    # Recoveries that ended with it and failed; of a server's: times that it had
    # nothing left to give.
    exhausted: int = 0
    # A server's: uses that are known to have failed.  None: all that did not succeed.
    failures: Optional[int] = None

    @property
    def success_rate(self) -> float:
        """0-1, of the uses whose end is known; 0 where none is."""
        known = self.uses if self.failures is None else self.successes + self.failures
        return self.successes / known if known else 0.0

    @property
    def exhaustion_rate(self) -> float:
        """0-1; 0 where it was not used."""
        asked = self.uses if self.failures is None else self.uses + self.exhausted
        return self.exhausted / asked if asked else 0.0


@dataclass
class RecoveryStatistics:
    """A copy, as things stood."""

    total_attempts: int = 0
    successes: int = 0
    strategy_details: Dict[Any, StrategyDetails] = field(default_factory=dict)
    strategy_durations: Dict[Any, List[float]] = field(default_factory=dict)  # ms.
    error_type_counts: Dict[Any, int] = field(default_factory=dict)
    source: str = "process"  # Or "server": who counted.

    @property
    def success_rate(self) -> float:
        """0-1; 1 where nothing was recovered: nothing failed."""
        return self.successes / self.total_attempts if self.total_attempts else 1.0

    @property
    def failure_rate(self) -> float:
        """0-1."""
        return 1.0 - self.success_rate

    @property
    def durations(self) -> List[float]:
        """All that are kept, in ms, ascending."""
        return sorted(ms for times in self.strategy_durations.values() for ms in times)

    @property
    def avg_recovery_time_ms(self) -> float:
        """Over those that are kept."""
        durations = self.durations
        return sum(durations) / len(durations) if durations else 0.0

    @property
    def p95_recovery_time_ms(self) -> float:
        """95 of 100 took no longer."""
        durations = self.durations
        return durations[int(0.95 * (len(durations) - 1))] if durations else 0.0

    @property
    def strategy_usage(self) -> Dict[Any, int]:
        """Recoveries per strategy that ended them."""
        return {strategy: d.uses for strategy, d in self.strategy_details.items()}

    @property
    def strategy_success_rates(self) -> Dict[Any, float]:
        """Their success, 0-1."""
        return {strategy: d.success_rate for strategy, d in self.strategy_details.items()}


@dataclass
class ServerStatistics(RecoveryStatistics):
    """What the server counted: of all callers, in the window asked for.

    total_attempts are its decisions, successes the recoveries that were reported
    so; single durations are not told.
    """

    recoveries: int = 0
    failures: int = 0  # Recoveries reported as failed or abandoned.
    coverage: float = 0.0  # Share of recoveries with a report.
    avg_ms: float = 0.0
    p95_ms: float = 0.0
    unmatched_errors: int = 0  # Decisions for which no pattern matched.

    @property
    def success_rate(self) -> float:
        """0-1, of the recoveries whose end is known; 1 where none is."""
        known = self.successes + self.failures
        return self.successes / known if known else 1.0

    @property
    def avg_recovery_time_ms(self) -> float:
        """From the first decision to the report."""
        return self.avg_ms

    @property
    def p95_recovery_time_ms(self) -> float:
        """95 of 100 took no longer, within 5 %."""
        return self.p95_ms


class Counter:
    """Thread safety: safe for concurrent use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._details: Dict[Any, StrategyDetails] = {}
        self._durations: Dict[Any, Deque[float]] = {}
        self._types: Dict[Any, int] = {}

    def count(self, error_type: Any, strategy: Any, success: bool, duration_ms: float) -> None:
        """One recovery ended."""
        with self._lock:
            details = self._details.setdefault(strategy, StrategyDetails())
            details.uses += 1
            details.successes += success
            details.exhausted += not success
            self._durations.setdefault(strategy, collections.deque(maxlen=MAX_DURATIONS)).append(
                duration_ms)
            self._types[error_type] = self._types.get(error_type, 0) + 1

    def statistics(self) -> RecoveryStatistics:
        """As things stand."""
        with self._lock:
            details = {s: StrategyDetails(d.uses, d.successes, d.exhausted)
                       for s, d in self._details.items()}
            return RecoveryStatistics(
                sum(d.uses for d in details.values()), sum(d.successes for d in details.values()),
                details, {s: list(times) for s, times in self._durations.items()},
                dict(self._types))

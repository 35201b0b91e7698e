"""What a client remembers so that it can do without Recourse for a while."""
from __future__ import annotations

import threading
from typing import Dict, Optional

from recourse.model import LocalPlan

MAX_TARGETS = 1000
MAX_BUDGET = 10.0  # Local retries kept; also what a target starts with.
FAILURES_TO_BYPASS = 3
BYPASS_SECONDS = 4.0
MAX_QUESTIONS_IN_FLIGHT = 64

_DEFAULT_PLAN = LocalPlan()


class _Entry:
    __slots__ = ("plan", "valid_until", "budget")

    def __init__(self) -> None:
        self.plan: Optional[LocalPlan] = None
        self.valid_until = 0.0
        self.budget = MAX_BUDGET


class LocalAdvice:
    """The last local plan and the retry budget of each target.

    Thread safety: safe for concurrent use.
    Source: the budget is that of gRPC proposal A6, refilled by first attempts.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: Dict[str, _Entry] = {}

    def learn(self, target: str, plan: LocalPlan, now: float) -> None:
        """Remembers the plan of a decision."""
        with self._lock:
            entry = self._entry(target)
            entry.plan = plan
            entry.valid_until = now + plan.valid_for

    def plan(self, target: str, now: float) -> Optional[LocalPlan]:
        """The plan that holds for the target, or None."""
        with self._lock:
            entry = self._entries.get(target)
            return entry.plan if entry and entry.plan and now < entry.valid_until else None

    def add_first_attempts(self, target: str, count: int) -> None:
        """Fills the budget by what `count` first attempts pay in."""
        with self._lock:
            entry = self._entry(target)
            ratio = (entry.plan or _DEFAULT_PLAN).retry_budget_ratio
            entry.budget = min(MAX_BUDGET, entry.budget + ratio * count)

    def take_retry(self, target: str) -> bool:
        """Pays for one local retry; False: the budget is spent."""
        with self._lock:
            entry = self._entry(target)
            if entry.budget < 1.0:
                return False
            entry.budget -= 1.0
            return True

    def _entry(self, target: str) -> _Entry:
        entry = self._entries.get(target)
        if entry is None:
            if len(self._entries) >= MAX_TARGETS:  # The oldest makes room.
                del self._entries[next(iter(self._entries))]
            entry = self._entries[target] = _Entry()
        return entry


class AskBreaker:
    """Whether Recourse may be asked: not for 4 s after 3 failed questions in a
    row, then by one probe; and never by more than 64 at once.

    Thread safety: safe for concurrent use.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_until = 0.0
        self._probing = False
        self._in_flight = 0

    def begin(self, now: float) -> bool:
        """Takes the right to one question, to be ended by `end`; or False."""
        with self._lock:
            if self._in_flight >= MAX_QUESTIONS_IN_FLIGHT:
                return False
            if self._failures >= FAILURES_TO_BYPASS:
                if now < self._closed_until or self._probing:
                    return False
                self._probing = True
            self._in_flight += 1
            return True

    def alive(self) -> None:
        """The server was heard of by another way: a probe may go at once."""
        with self._lock:
            self._closed_until = 0.0

    def end(self, answered: Optional[bool], now: float) -> bool:
        """The question's fate; None: it was cancelled, which says nothing.
        Returns whether asking is bypassed from now on."""
        with self._lock:
            self._in_flight -= 1
            self._probing = False
            if answered:
                self._failures = 0
            elif answered is not None:
                self._failures += 1
                if self._failures >= FAILURES_TO_BYPASS:
                    self._closed_until = now + BYPASS_SECONDS
                    return True
            return False

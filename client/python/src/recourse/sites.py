"""What a client counts and knows of each target, all of it in memory."""
from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

from recourse.enums import CircuitState

MAX_TARGETS = 1000  # Counted ones; further ones are not.
# The server refuses the sums of all targets where one is longer, or has no name.
MAX_TARGET_BYTES = 256
# The client's own breaker, for servers that do not keep circuits.
OWN_FAILURES = 5
OWN_OPEN_SECONDS = 60.0
OWN_SUCCESSES = 2
OWN_HOLDS_SECONDS = 300.0  # Then the server is asked for circuits again.
# How long a circuit without open_remaining is believed while nothing is heard.
BLIND_SECONDS = 60.0


@dataclass(frozen=True)
class Sums:
    """Calls of one target that ended, to be told once."""

    target: str
    calls: int
    failures: int
    slow_calls: int
    period: float  # Seconds in which they ended.


class Site:
    """One target of one client.  The path of a call that succeeds reads
    `special` and adds one to `calls`, nothing else.

    `calls` is added to without a lock: the interpreter does not switch threads
    between reading and writing it (from 3.10 on; a count lost on 3.9 does no
    harm).  Everything else belongs to Sites and its lock.
    """

    __slots__ = ("target", "special", "calls", "retired", "again", "told_calls",
                 "told_first", "failures", "slow_calls", "shared", "own", "open_until", "in_row",
                 "own_state", "own_until", "own_successes")

    def __init__(self, target: str) -> None:
        self.target = target
        self.special = False  # Something must be looked at before the next call.
        self.calls = 0  # Ended, in all.
        self.retired = False  # Its client is closed or another process's.
        self.again = 0  # Of these, runs beyond a recovery's first of this target.
        self.told_calls = 0
        self.told_first = 0
        self.failures = 0  # Not told yet.
        self.slow_calls = 0
        self.shared: Optional[CircuitState] = None  # As the server told last.
        self.own: Optional[CircuitState] = None  # Of this caller alone.
        self.open_until = 0.0
        self.in_row = 0  # Failures in a row, for the breaker of the client's own.
        self.own_state = CircuitState.CLOSED
        self.own_until = 0.0
        self.own_successes = 0


class Sites:
    """All of a client's sites.  Thread safety: safe for concurrent use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sites: Dict[str, Site] = {}
        self._own_until = 0.0  # Until then the breaker of the client's own holds.
        self._told_at = 0.0
        self._streaming = False  # The server tells of circuits at this moment.
        self._circuits: Dict[str, Tuple[Optional[CircuitState], Optional[CircuitState],
                                        float]] = {}

    def site(self, target: str) -> Site:
        """The target's site; beyond MAX_TARGETS, and for a target that the server
        refuses, one that nobody counts."""
        site = self._sites.get(target)
        if site is not None:
            return site
        with self._lock:
            site = self._sites.setdefault(target, Site(target)) \
                if self._counts(target) else Site(target)
            if target in self._circuits:
                site.shared, site.own, site.open_until = self._circuits[target]
                self._refresh(site)
            return site

    def _counts(self, target: str) -> bool:
        return (len(self._sites) < MAX_TARGETS
                and 0 < len(target.encode("utf-8", "replace")) <= MAX_TARGET_BYTES)

    # --- Counting ---

    def count_failure(self, site: Site, against_target: bool, now: float,
                      slow: bool = False) -> None:
        """A call ended in an error that speaks, or not, against the target."""
        with self._lock:
            site.calls += 1
            site.failures += against_target
            site.slow_calls += slow
            if now < self._own_until:
                self._own_result(site, not against_target, now)

    def count_slow(self, site: Site) -> None:
        """A call succeeded, but slowly; it is counted as a call elsewhere."""
        with self._lock:
            site.slow_calls += 1

    def count_success(self, site: Site, now: float) -> None:
        """A call succeeded while the site was special."""
        with self._lock:
            site.calls += 1
            if now < self._own_until:
                self._own_result(site, True, now)
            self._refresh(site)

    def take(self, now: float, only: Optional[str] = None) -> List[Sums]:
        """What was counted and not told yet; it counts as told now."""
        with self._lock:
            period = now - self._told_at if self._told_at else 1.0
            sites = list(self._sites.values()) if only is None else \
                [site for site in [self._sites.get(only)] if site is not None]
            if only is None:
                self._told_at = now
            sums = []
            for site in sites:
                calls = site.calls
                told = calls - site.told_calls
                if told or site.failures or site.slow_calls:
                    sums.append(Sums(site.target, told, min(site.failures, told),
                                     min(site.slow_calls, told), period))
                site.told_calls = calls
                site.failures = site.slow_calls = 0
            return sums

    def count_again(self, site: Site) -> None:
        """A call that ended, and is or will be counted, ran again what had failed."""
        with self._lock:
            site.again += 1

    def new_first_calls(self, site: Site) -> int:
        """First calls since this was last asked: what fills the retry budget.
        Retries earn no retries."""
        with self._lock:
            first, told = site.calls - site.again, site.told_first
            site.told_first = max(told, first)
            return site.told_first - told

    # --- Circuits ---

    def gates(self, site: Site, now: float) -> bool:
        """Whether a call of the target must not begin by itself."""
        with self._lock:
            return self._gates(site, now)

    def told(self, target: str, own: bool, state: CircuitState, open_remaining: Optional[float],
             now: float) -> None:
        """The server says how a circuit stands; `own`: this caller's alone."""
        with self._lock:
            shared_state, own_state, until = self._circuits.get(target, (None, None, 0.0))
            if own:
                own_state = state
            else:
                shared_state = state
            if state.gates:
                until = now + (BLIND_SECONDS if open_remaining is None else open_remaining)
            entry = (shared_state, own_state, until)
            if any(s is not None and s is not CircuitState.CLOSED for s in entry[:2]):
                self._circuits[target] = entry
            else:
                self._circuits.pop(target, None)
            site = self._sites.get(target)
            if site is not None:
                site.shared, site.own, site.open_until = entry
                self._refresh(site)

    def stream_begins(self) -> None:
        """The circuits are told anew: those that are not told are closed."""
        with self._lock:
            self._streaming = True
            for target in list(self._circuits):
                site = self._sites.get(target)
                if site is not None:
                    site.shared = site.own = None
                    self._refresh(site)
            self._circuits.clear()

    def stream_ends(self) -> None:
        """Nothing is heard of circuits for now."""
        with self._lock:
            self._streaming = False

    def hold_alone(self, now: float) -> None:
        """The server keeps no circuits: the client's own breaker holds."""
        with self._lock:
            self._own_until = now + OWN_HOLDS_SECONDS

    def open_remaining(self, site: Site, now: float) -> float:
        """Seconds until the circuit may close, as far as is known."""
        with self._lock:
            until = site.own_until if site.own_state.gates else site.open_until
            return max(0.0, until - now)

    def retire(self) -> None:
        """Makes whoever holds a site look for another one."""
        with self._lock:
            for site in self._sites.values():
                site.retired = site.special = True
            self._sites = {}
            self._circuits = {}

    def abandon(self) -> None:
        """`retire` in a forked child, where the lock may be held for ever."""
        for site in list(self._sites.values()):
            site.retired = site.special = True

    def _gates(self, site: Site, now: float) -> bool:
        if now < self._own_until and site.own_state is CircuitState.OPEN:
            if now < site.own_until:
                return True
            site.own_state = CircuitState.HALF_OPEN  # This call is a trial.
            site.own_successes = 0
        told_open = any(state is not None and state.gates for state in (site.shared, site.own))
        return told_open and (self._streaming or now < site.open_until)

    def _own_result(self, site: Site, good: bool, now: float) -> None:
        if good:
            site.in_row = 0
            if site.own_state is CircuitState.HALF_OPEN:
                site.own_successes += 1
                if site.own_successes >= OWN_SUCCESSES:
                    site.own_state = CircuitState.CLOSED
        else:
            site.in_row += 1
            if site.own_state is CircuitState.HALF_OPEN or site.in_row >= OWN_FAILURES:
                site.own_state = CircuitState.OPEN
                site.own_until = now + OWN_OPEN_SECONDS
        self._refresh(site)

    def _refresh(self, site: Site) -> None:
        told = any(state is not None and state.gates for state in (site.shared, site.own))
        site.special = (site.retired or told or site.in_row > 0
                        or site.own_state is not CircuitState.CLOSED)

"""Patterns on their way to the server: one after the other, and again when it
was away.  A caller waits for an answer a little, never for a server to come back.
"""
from __future__ import annotations

import logging
import threading
from typing import Any, Callable, Dict, Optional, Set

from recourse.errors import AskError

MAX_WAITING_CHANGES = 1000  # Further ones are kept by their caller alone.
FIRST_PAUSE_SECONDS = 1.0  # Before what met no server is sent again; doubles.
MAX_PAUSE_SECONDS = 4.0
_LOG = logging.getLogger("recourse")


class Change:
    """A pattern that is added (`message`) or, without one, removed."""

    def __init__(self, pattern_id: str, message: Any,
                 on_refused: Optional[Callable[[], Any]] = None) -> None:
        self.pattern_id = pattern_id
        self.message = message
        self.replaces = False  # The server has one of this id.
        self.answered = threading.Event()  # Once by whatever answer.
        self.refusal: Optional[AskError] = None
        self.left = False  # Nobody waits for it any more.
        self.on_refused = on_refused  # Called when it is refused, and nobody waits.


class PatternChanges:
    """Thread safety: safe for concurrent use.  `send(change)` starts the call."""

    def __init__(self, send: Callable[[Change], Any], now: Callable[[], float]) -> None:
        self._send = send
        self._now = now
        self._lock = threading.Lock()
        self._waiting: Dict[str, Change] = {}  # By pattern, the last one of each.
        self._sending: Optional[Change] = None
        self._told: Set[str] = set()  # Patterns that the server may have from here.
        self._pause = 0.0  # Not 0: the server is away.
        self._quiet_until = 0.0

    def put(self, change: Change, patience: float) -> None:
        """Sends it now, or when the server is back; waits for its answer up to
        `patience` seconds, unless the server is away.  AskError: it is refused."""
        with self._lock:
            if change.message is None and change.pattern_id not in self._told:
                # The server's own of this id, if it has one, is not ours to hide.
                self._waiting.pop(change.pattern_id, None)
                return
            if len(self._waiting) >= MAX_WAITING_CHANGES and \
                    change.pattern_id not in self._waiting:
                _LOG.warning("pattern %s is not told to the server: %d wait already",
                             change.pattern_id, MAX_WAITING_CHANGES)
                return
            self._waiting.pop(change.pattern_id, None)
            self._waiting[change.pattern_id] = change
        self._next()
        if self._pause == 0.0:
            change.answered.wait(patience)
        with self._lock:
            change.left = True
            refusal = change.refusal
        if refusal is not None:
            raise refusal

    def tick(self) -> None:
        """To be called about once a second."""
        if self._waiting:
            self._next()

    def alive(self) -> None:
        """The server was heard of."""
        if self._waiting and self._pause:
            with self._lock:
                self._pause = self._quiet_until = 0.0
            self._next()

    def _next(self) -> None:
        with self._lock:
            if self._sending is not None or not self._waiting or self._now() < self._quiet_until:
                return
            change = self._sending = next(iter(self._waiting.values()))
            if change.message is not None:
                self._told.add(change.pattern_id)
        self._start(change)

    def _start(self, change: Change) -> None:
        try:
            self._send(change).on_done(lambda call: self._answered(change, call.answer()))
        except Exception as error:  # pylint: disable=broad-except
            self._answered(change, AskError("UNAVAILABLE", str(error)))  # The client is closed.

    def _answered(self, change: Change, answer: Any) -> None:
        error = answer if isinstance(answer, AskError) else None
        if error is not None and error.code == "ALREADY_EXISTS" and not change.replaces:
            change.replaces = True
            self._start(change)
            return
        if error is not None and change.message is None and error.code == "NOT_FOUND":
            error = None
        with self._lock:
            self._sending = None
            self._settle(change, error)
            forgotten = change.refusal is not None and change.left
        change.answered.set()
        if forgotten:
            _LOG.error("pattern %s is refused and forgotten: %s", change.pattern_id, error)
            if change.on_refused is not None:
                change.on_refused()
        self._next()

    def _settle(self, change: Change, error: Optional[AskError]) -> None:
        current = self._waiting.get(change.pattern_id) is change
        if current:
            del self._waiting[change.pattern_id]
        if error is not None and error.unavailable:
            if current:  # Behind the others: it may be the only one that is not taken.
                self._waiting[change.pattern_id] = change
            if not self._pause:
                _LOG.warning("pattern %s is told to the server when it is back: %s",
                             change.pattern_id, error)
            self._pause = min(2 * self._pause or FIRST_PAUSE_SECONDS, MAX_PAUSE_SECONDS)
            self._quiet_until = self._now() + self._pause
            return
        self._pause = self._quiet_until = 0.0
        if error is None:
            if change.message is None:
                self._told.discard(change.pattern_id)
        elif error.code == "INVALID_ARGUMENT" and change.message is not None:
            change.refusal = error
            if not change.replaces:
                self._told.discard(change.pattern_id)
        else:
            _LOG.warning("pattern %s is not taken by the server: %s", change.pattern_id, error)

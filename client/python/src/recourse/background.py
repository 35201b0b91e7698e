"""What a client does beside the calls: reports, sums, circuits.

Two daemon threads: one sends reports as they come and, once a second and only
while something was counted, the sums; one listens to circuits.  Neither holds
a caller up: what cannot be sent is dropped.
"""
from __future__ import annotations

import collections
import random
import threading
import time
from typing import Any, Callable, Deque, Optional, Tuple

from recourse.enums import Outcome
from recourse.errors import AskError
from recourse.sites import Sites

MAX_WAITING_REPORTS = 1000
MAX_REPORTS_IN_FLIGHT = 32
SUMS_SECONDS = 1.0
FLUSH_SECONDS = 0.5
PAUSE_SECONDS = 1.0  # A call in flight has 350 ms.
UNIMPLEMENTED_SECONDS = 300.0  # Then it is asked for again.
_MAX_STREAM_PAUSE = 2.0

Report = Tuple[str, Outcome, float]


class Background:
    """Thread safety: safe for concurrent use.  `link` gives the connection;
    `alive` is called when the server is heard of, `tick` about once a second."""

    def __init__(self, link: Callable[[], Any], sites: Sites, now: Callable[[], float],
                 alive: Callable[[], None], tick: Callable[[], None] = lambda: None) -> None:
        self._link = link
        self._alive = alive
        self._tick = tick
        self._sites = sites
        self._now = now
        self._wake = threading.Condition()
        self._reports: Deque[Report] = collections.deque()
        self._in_flight = 0
        self._closing = False
        self._stop = threading.Event()  # Ends the threads of now, for a fork.
        self._sender: Optional[threading.Thread] = None
        self._listener: Optional[threading.Thread] = None
        self._stream: Any = None
        # The server drops a number that it has seen: a program that starts anew
        # under the same instance goes on above its last one.
        self._sequence = time.time_ns() // 1_000
        self._quiet_until = 0.0  # No sums until then: the server takes none.
        self._interval = SUMS_SECONDS
        self.dropped_reports = 0
        self.synced = threading.Event()  # The circuits are known, or not kept.

    def start(self, listen: bool) -> None:
        """Starts what is not running; `listen`: to circuits, too."""
        if self._sender is not None and (self._listener is not None or not listen):
            return
        with self._wake:
            if self._closing:
                return
            if self._sender is None:
                self._sender = self._thread(self._send, "recourse-reports")
            if listen and self._listener is None:
                self._listener = self._thread(self._listen, "recourse-circuits")

    def _thread(self, target: Callable[[threading.Event], None], name: str) -> threading.Thread:
        thread = threading.Thread(target=target, args=(self._stop,), name=name, daemon=True)
        thread.start()
        return thread

    def pause(self) -> bool:
        """Ends the threads and the stream, since gRPC survives a fork only
        without; what waits to be sent stays.  False: they did not end in time."""
        with self._wake:
            self._stop.set()
            stream = self._stream
            self._wake.notify_all()
        if stream is not None:
            stream.cancel()
        until = time.monotonic() + PAUSE_SECONDS
        threads = [t for t in (self._sender, self._listener) if t is not None]
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def resume(self) -> None:
        """Goes on after `pause`."""
        with self._wake:
            sent, listened = self._sender is not None, self._listener is not None
            self._stop, self._sender, self._listener = threading.Event(), None, None
        if sent or listened:
            self.start(listened)

    def report(self, report: Report) -> None:
        """Sends it soon; drops it when too many wait."""
        with self._wake:
            if self._closing or len(self._reports) >= MAX_WAITING_REPORTS:
                self.dropped_reports += 1
                return
            self._reports.append(report)
            self._wake.notify_all()
        self.start(listen=False)

    def close(self) -> None:
        """Sends what waits, for at most half a second; ends the threads."""
        until = time.monotonic() + FLUSH_SECONDS
        with self._wake:
            self._closing = True
            stream = self._stream
            self._wake.notify_all()
        if stream is not None:
            stream.cancel()
        for thread in (self._sender, self._listener):
            if thread is not None and thread is not threading.current_thread():
                thread.join(max(0.0, until - time.monotonic()) + 0.1)

    # --- Reports and sums ---

    def _send(self, stop: threading.Event) -> None:
        next_sums = time.monotonic() + self._interval
        while not stop.is_set():
            with self._wake:
                while not self._closing and not stop.is_set() \
                        and (not self._reports or self._full()):
                    left = next_sums - time.monotonic()
                    if left <= 0:
                        break
                    self._wake.wait(left)
                if stop.is_set():
                    return
                closing = self._closing
                batch = [self._reports.popleft() for _ in range(
                    min(len(self._reports), MAX_REPORTS_IN_FLIGHT - self._in_flight))]
                self._in_flight += len(batch)
            for report in batch:
                self._send_report(report)
            if closing or time.monotonic() >= next_sums:
                self._send_sums()
                self._tick()
                next_sums = time.monotonic() + self._interval
            if closing and self._flushed():
                return

    def _full(self) -> bool:
        return self._in_flight >= MAX_REPORTS_IN_FLIGHT

    def _flushed(self) -> bool:
        """Waits a little for what is in flight; whether all is done."""
        until = time.monotonic() + FLUSH_SECONDS
        with self._wake:
            while self._in_flight and time.monotonic() < until:
                self._wake.wait(until - time.monotonic())
            return not self._reports or time.monotonic() >= until

    def _send_report(self, report: Report) -> None:
        try:
            self._link().report(*report).on_done(self._report_done)
        except Exception:  # pylint: disable=broad-except
            self._report_done(None)  # The channel is closed: it is dropped.

    def _report_done(self, _: Any) -> None:
        with self._wake:
            self._in_flight -= 1
            self._wake.notify_all()

    def _send_sums(self) -> None:
        if self._now() < self._quiet_until:
            return
        sums = [item for item in self._sites.take(self._now()) if item.target]
        if not sums:
            return
        self._sequence += 1
        try:
            answer = self._link().report_calls(sums, self._sequence).wait()
        except Exception:  # pylint: disable=broad-except
            return
        if isinstance(answer, AskError):
            if answer.code == "UNIMPLEMENTED":
                self._not_kept()
            return
        self._alive()
        self._interval = max(SUMS_SECONDS, answer[0])
        for _, target, own, state, left in answer[1]:
            self._sites.told(target, own, state, left, self._now())

    def _not_kept(self) -> None:
        self._quiet_until = self._now() + UNIMPLEMENTED_SECONDS
        self._sites.hold_alone(self._now())

    # --- Circuits ---

    def _listen(self, stop: threading.Event) -> None:
        pause = SUMS_SECONDS
        while not self._closing and not stop.is_set():
            heard, code = self._listen_once(stop)
            self._sites.stream_ends()
            if code == "UNIMPLEMENTED":
                self._sites.hold_alone(self._now())
                self.synced.set()
                pause = UNIMPLEMENTED_SECONDS
            else:
                pause = SUMS_SECONDS if heard else min(2 * pause, _MAX_STREAM_PAUSE)
            with self._wake:
                self._wake.wait_for(lambda: self._closing or stop.is_set(),
                                    pause * (0.8 + 0.2 * random.random()))

    def _listen_once(self, stop: threading.Event) -> Tuple[bool, str]:
        heard = False
        try:
            stream = self._link().circuits()
        except Exception:  # pylint: disable=broad-except
            return False, ""
        with self._wake:
            self._stream = stream
            if self._closing or stop.is_set():
                stream.cancel()
        for kind, target, own, state, left in stream:
            if not heard:
                self._sites.stream_begins()
                self._alive()
                heard = True
            if kind == "synced":
                self.synced.set()
            else:
                self._sites.told(target, own, state, left, self._now())
        with self._wake:
            self._stream = None  # It holds the channel.
        return heard, stream.code

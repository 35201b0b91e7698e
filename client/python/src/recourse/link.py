"""The connection to a Recourse server: one channel, for sync and asyncio alike.

Futures of the sync API serve both, so that no event loop owns a connection.
"""
from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any, Callable, Iterator, List, Mapping, Optional, Sequence, Tuple

from recourse.effects import Awaited, Question
from recourse.enums import CircuitState, Outcome, StatisticsWindow
from recourse.errors import AskError
from recourse.model import Decision
from recourse.pattern_changes import Change
from recourse.sites import Sums

REPORT_TIMEOUT = 0.25  # Seconds; reports are not repeated.
_GRACE = 0.1  # gRPC ends calls at their deadline; should it not, we do.
_POLL_GRACE = 5.0
_CHANGE_TIMEOUT = 5.0  # Of a change of patterns; nobody waits so long.
_CANCEL_SLICE = 0.1  # How soon a cancel event is seen in a blocking call.

# What a stream of circuits brings: ("synced", ...), or a circuit.
Told = Tuple[str, str, bool, CircuitState, Optional[float]]

_OPTIONS = (
    ("grpc.initial_reconnect_backoff_ms", 500),
    ("grpc.min_reconnect_backoff_ms", 2000),  # Also the time-out of connecting.
    ("grpc.max_reconnect_backoff_ms", 1000),  # Back within 5 s, jitter included.
    ("grpc.keepalive_time_ms", 20000),  # The server tolerates one in 10 s.
    ("grpc.keepalive_timeout_ms", 5000),
    ("grpc.lb_policy_name", "round_robin"),
)


_TRUE = frozenset(("1", "yes", "true"))


def prepare_grpc() -> bool:
    """To be called before the first import of grpc: whether a forked child can use
    it, which must be said before.  False: a program imported it first."""
    if "grpc" not in sys.modules:
        os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "1")
    return os.environ.get("GRPC_ENABLE_FORK_SUPPORT", "").lower() in _TRUE


def await_grpc_threads(timeout: float) -> None:
    """Waits until gRPC's threads have ended, `timeout` seconds at most.  They are
    daemons: one that is frozen by the interpreter's end with a lock of its channel
    in hand keeps the last garbage collection waiting for ever."""
    deadline = time.monotonic() + timeout
    for thread in threading.enumerate():
        module = getattr(getattr(thread, "_target", None), "__module__", None) or ""
        if module.startswith("grpc."):
            thread.join(max(0.0, deadline - time.monotonic()))


class Call:
    """A call in flight: `wait` for its answer, or be told by `on_done`."""

    def __init__(self, future: Any, convert: Callable[[Any], Any], timeout: float) -> None:
        self._future = future
        self._convert = convert
        self._timeout = timeout

    def wait(self, cancel: Optional[threading.Event] = None) -> Any:
        """The answer, or an AskError; None when `cancel` was set."""
        done = threading.Event()
        self._future.add_done_callback(lambda _: done.set())
        left = self._timeout
        while not done.wait(left if cancel is None else min(left, _CANCEL_SLICE)):
            left -= _CANCEL_SLICE if cancel is not None else left
            if cancel is not None and cancel.is_set():
                self.cancel()
                return None
            if left <= 0:
                self.cancel()
                return AskError("DEADLINE_EXCEEDED", "no answer in time")
        return self.answer()

    def answer(self) -> Any:
        """The answer of a call that is done."""
        import grpc  # pylint: disable=import-outside-toplevel
        from recourse.status_details import ask_error  # pylint: disable=import-outside-toplevel
        try:
            message = self._future.result(timeout=0)
        except (grpc.RpcError, grpc.FutureCancelledError, grpc.FutureTimeoutError) as error:
            return ask_error(error)
        return self._convert(message)

    def on_done(self, callback: Callable[["Call"], None]) -> None:
        """Calls back on a thread of gRPC's; at once when it is done."""
        self._future.add_done_callback(lambda _: callback(self))

    def cancel(self) -> None:
        """Ends it."""
        self._future.cancel()


class Link:
    """One channel and its stubs.  Made when first needed: it imports grpc."""

    any_made = False

    def __init__(self, address: str, caller: Tuple[str, str], namespace: str,
                 credentials: Any = None, labels: Optional[Mapping[str, str]] = None) -> None:
        Link.any_made = True
        self._fork_support = prepare_grpc()
        import grpc  # pylint: disable=import-outside-toplevel
        from recourse.v1 import (circuit_breakers_pb2_grpc,  # pylint: disable=import-outside-toplevel
                                 incidents_pb2_grpc, orchestrator_pb2_grpc, recovery_pb2)
        from recourse import wire  # pylint: disable=import-outside-toplevel
        self._wire = wire
        self._rpc_error = grpc.RpcError
        self._ready = grpc.ChannelConnectivity.READY
        self._lock = threading.Lock()
        self._waiting = False
        self._in_flight = 0
        self._caller = recovery_pb2.Caller(service=caller[0], instance=caller[1])
        self._namespace = namespace
        self._labels = dict(labels or {})
        self.channel = grpc.insecure_channel(address, _OPTIONS) if credentials is None else \
            grpc.secure_channel(address, credentials, _OPTIONS)
        self.orchestrator = orchestrator_pb2_grpc.ErrorRecoveryOrchestratorStub(self.channel)
        self.incidents = incidents_pb2_grpc.IncidentsStub(self.channel)
        self.breakers = circuit_breakers_pb2_grpc.CircuitBreakersStub(self.channel)

    @property
    def survives_fork(self) -> bool:
        """Whether a child that is forked now can use gRPC: not with calls in
        flight."""
        return self._fork_support and self._in_flight == 0

    def _call(self, future: Any, convert: Callable[[Any], Any], timeout: float) -> Call:
        with self._lock:
            self._in_flight += 1
        future.add_done_callback(self._landed)
        return Call(future, convert, timeout)

    def _landed(self, _: Any) -> None:
        with self._lock:
            self._in_flight -= 1

    def ask(self, question: Question, timeout: float) -> Call:
        """HandleError; its answer is a Decision."""
        context = self._wire.to_context(question, self._caller, self._namespace, self._labels)
        future = self.orchestrator.HandleError.future(context, timeout=timeout)
        return self._call(future, self._decision, timeout + _GRACE)

    def _decision(self, result: Any) -> Decision:
        return self._wire.from_result(result)

    def foresee(self, question: Question, timeout: float) -> Call:
        """MatchErrorPattern; its answer is the Decision that `ask` would get."""
        from recourse.v1 import orchestrator_pb2  # pylint: disable=import-outside-toplevel
        request = orchestrator_pb2.MatchErrorPatternRequest(context=self._wire.to_context(
            question, self._caller, self._namespace, self._labels))
        future = self.orchestrator.MatchErrorPattern.future(request, timeout=timeout)
        return self._call(future, lambda response: self._decision(response.decision),
                          timeout + _GRACE)

    def statistics(self, window: StatisticsWindow, timeout: float) -> Call:
        """GetStatistics; its answer is a RecoveryStatistics."""
        from recourse.v1 import orchestrator_pb2  # pylint: disable=import-outside-toplevel
        request = orchestrator_pb2.GetStatisticsRequest(
            window=f"STATISTICS_WINDOW_{window.name}")
        future = self.orchestrator.GetStatistics.future(request, timeout=timeout)
        return self._call(future, lambda response: self._wire.from_statistics(response.statistics),
                          timeout + _GRACE)

    def pattern_message(self, pattern: Any, plan: Any) -> Any:
        """A pattern with these steps, ready to be sent."""
        return self._wire.to_pattern(pattern, plan)

    def change_pattern(self, change: Change) -> Call:
        """AddErrorPattern, UpdateErrorPattern or RemoveErrorPattern; its answer
        does not matter."""
        from recourse.v1 import orchestrator_pb2  # pylint: disable=import-outside-toplevel
        stub, message = self.orchestrator, change.message
        if message is None:
            future = stub.RemoveErrorPattern.future(orchestrator_pb2.RemoveErrorPatternRequest(
                pattern_id=change.pattern_id), timeout=_CHANGE_TIMEOUT)
        elif change.replaces:
            future = stub.UpdateErrorPattern.future(orchestrator_pb2.UpdateErrorPatternRequest(
                pattern=message), timeout=_CHANGE_TIMEOUT)
        else:
            future = stub.AddErrorPattern.future(orchestrator_pb2.AddErrorPatternRequest(
                pattern=message), timeout=_CHANGE_TIMEOUT)
        return self._call(future, lambda response: response, _CHANGE_TIMEOUT + _GRACE)

    def poll(self, incident_id: str, token: str, seconds: float) -> Call:
        """AwaitIncident; its answer is an Awaited."""
        from recourse.v1 import incidents_pb2  # pylint: disable=import-outside-toplevel
        request = incidents_pb2.AwaitIncidentRequest(
            incident_id=incident_id, recovery_token=token,
            timeout=self._wire.to_duration(seconds))
        future = self.incidents.AwaitIncident.future(request, timeout=seconds + _POLL_GRACE)
        return self._call(future, self._awaited, seconds + _POLL_GRACE + _GRACE)

    def _awaited(self, response: Any) -> Awaited:
        return self._wire.from_awaited(response)

    def report(self, token: str, outcome: Outcome, duration: float) -> Call:
        """ReportOutcome; its answer does not matter."""
        future = self.orchestrator.ReportOutcome.future(
            self._wire.to_outcome(token, outcome, duration), timeout=REPORT_TIMEOUT)
        return self._call(future, lambda response: response, REPORT_TIMEOUT + _GRACE)

    def report_calls(self, sums: Sequence[Sums], sequence: int) -> Call:
        """ReportCalls; its answer is (seconds until the next, circuits told)."""
        future = self.breakers.ReportCalls.future(
            self._wire.to_report_calls(sums, self._caller, self._namespace, sequence),
            timeout=REPORT_TIMEOUT)
        return self._call(future, self._next_report, REPORT_TIMEOUT + _GRACE)

    def _next_report(self, response: Any) -> Tuple[float, Sequence[Told]]:
        return (self._wire.from_duration(response.next_report_after),
                [self._told(circuit) for circuit in response.circuits])

    def circuits(self) -> "CircuitStream":
        """WatchCircuits, from now on."""
        from recourse.v1 import circuit_breakers_pb2  # pylint: disable=import-outside-toplevel
        request = circuit_breakers_pb2.WatchCircuitsRequest(
            namespace=self._namespace, caller=self._caller)
        return CircuitStream(self.breakers.WatchCircuits(request), self._told, self._rpc_error)

    def _told(self, circuit: Any) -> Told:
        return ("circuit", circuit.target, circuit.HasField("caller"),
                self._wire.circuit_state(circuit),
                self._wire.from_duration(circuit.open_remaining)
                if circuit.HasField("open_remaining") else None)

    def when_back(self, callback: Callable[[], None]) -> None:
        """Calls back once, when a connection that is away now is there again."""
        with self._lock:
            if self._waiting:
                return
            self._waiting = True
        seen: List[Any] = []

        def changed(state: Any) -> None:
            seen.append(state)
            if state is not self._ready:
                return
            self.channel.unsubscribe(changed)
            with self._lock:
                self._waiting = False
            if len(seen) > 1:  # Else it was there all the time, and is just silent.
                callback()
        self.channel.subscribe(changed, try_to_connect=True)

    def close(self) -> None:
        """Ends everything in flight."""
        self.channel.close()


class CircuitStream:
    """An open WatchCircuits: iterate it, on a thread of its own."""

    def __init__(self, stream: Any, convert: Callable[[Any], Told], rpc_error: Any) -> None:
        self._stream = stream
        self._convert = convert
        self._rpc_error = rpc_error
        self.code = ""  # The gRPC code that ended it.

    def __iter__(self) -> Iterator[Told]:
        try:
            for message in self._stream:
                if message.synced:
                    yield ("synced", "", False, CircuitState.CLOSED, None)
                if message.HasField("circuit"):
                    yield self._convert(message.circuit)
        except self._rpc_error as error:
            self.code = error.code().name

    def cancel(self) -> None:
        """Ends the iteration."""
        self._stream.cancel()

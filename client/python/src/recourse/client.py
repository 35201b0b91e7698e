"""A client of one Recourse server, or of none."""
from __future__ import annotations

import atexit
import logging
import os
import socket
import threading
import uuid
import weakref
from contextlib import contextmanager
from typing import Any, Callable, Iterator, List, Mapping, Optional, Union

from recourse.background import Background
from recourse.call_plan import CallPlan, call_flexibly, name_of
from recourse.clock import Clock
from recourse.drivers import CANCELLED, drive, drive_async, in_event_loop
from recourse.effects import Ask, Foresee, Poll, Question, request_id
from recourse.engine import Recovery
from recourse.enums import Mode, Outcome, StatisticsWindow
from recourse.errors import AskError, Cancelled
from recourse.link import Call, Link, await_grpc_threads
from recourse.local_advice import AskBreaker, LocalAdvice
from recourse.model import Attempt, Classification, Decision, ErrorDetails, Recovered
from recourse.observe import Observed, ObservedRecovery
from recourse.options import DEFAULTS, Options
from recourse.pattern_changes import Change, PatternChanges
from recourse.sites import Site, Sites
from recourse.statistics import ServerStatistics
from recourse.validation import validated, validated_async

ASK_SECONDS = 0.25
LOOP_SECONDS = 0.05  # How long a change of patterns may hold up an event loop.
_END_SECONDS = 0.5  # Of a program with channels of its own in use; else no time at all.
_FIRST = Attempt()  # For operations that do not look at it.
_LOG = logging.getLogger("recourse")
_clients: "weakref.WeakSet[Client]" = weakref.WeakSet()
_of_parent: List[Any] = []  # Connections of the parent: kept, never closed here.


class Client:
    """Runs operations under Recourse's guidance.

    One connection, made when first needed, shared by threads and event loops;
    two background threads.  `address`: "127.0.0.1:50051"; None: no server, all
    is decided here.  `caller` is the calling service, `instance` this process
    of it.  A forked child makes a connection of its own.  Where gRPC would not
    survive the fork (another thread was just asking; the program imported grpc
    first and did not set GRPC_ENABLE_FORK_SUPPORT=1) the child decides locally.

    Thread safety: safe for concurrent use.
    """

    def __init__(self, address: Optional[str] = None, *, caller: str = "", instance: str = "",
                 namespace: str = "", mode: Union[Mode, str] = Mode.OBEY,
                 ask_timeout: float = ASK_SECONDS, credentials: Any = None,
                 labels: Optional[Mapping[str, str]] = None,
                 on_decision: Optional[Callable[..., Any]] = None,
                 on_ask_failed: Optional[Callable[..., Any]] = None,
                 on_disagreement: Optional[Callable[..., Any]] = None,
                 clock: Optional[Clock] = None) -> None:
        if ask_timeout <= 0:
            raise ValueError(f"ask_timeout must be more than 0 s, is {ask_timeout}")
        self.address = address
        self.mode = Mode(mode)
        self.ask_timeout = ask_timeout
        self.clock = clock or Clock()
        self.connected = address is not None
        self._caller = caller
        self._instance = instance
        self._namespace = namespace
        self._credentials = credentials
        self._labels = labels
        self._hooks = {"on_decision": on_decision, "on_ask_failed": on_ask_failed,
                       "on_disagreement": on_disagreement}
        self._closed = False
        self._survives_fork = True  # Its connection, the last fork.
        self._begin()
        _clients.add(self)

    def _begin(self) -> None:
        """What a process has of its own."""
        self._lock = threading.Lock()
        self._made: Any = None
        self._observing = 0
        self.sites = Sites()
        self.advice = LocalAdvice()
        self.ask_breaker = AskBreaker()
        self._changes = PatternChanges(lambda change: self.link().change_pattern(change),
                                       self.now)
        self._background = Background(self.link, self.sites, self.now, self._alive,
                                      self._changes.tick)
        self._idle = threading.Condition()

    # --- Running operations ---

    def run(self, operation: Callable[..., Any], options: Optional[Options] = None,
            **changes: Any) -> Any:
        """Runs `operation` until it succeeds or Recourse, the time budget or
        the caller ends it; returns its value.

        The operation is called with the Attempt where it takes one argument.
        What it raised last comes back, with the first error as its cause and
        the decision attached (`recourse.decision_of`).  Skipped: a person said
        to go on without.  Options may be given as keywords.
        """
        return self.run_detailed(operation, options, **changes).value

    def run_detailed(self, operation: Callable[..., Any], options: Optional[Options] = None,
                     **changes: Any) -> Recovered:
        """The same; tells also how the value came to be."""
        options = _options(options, changes)
        plan = CallPlan(operation, options)
        site = self.site(self.target_of(operation, options))
        return self.begin(site, options, plan, (), {}, plan.by_attempt)

    async def run_async(self, operation: Callable[..., Any], options: Optional[Options] = None,
                        **changes: Any) -> Any:
        """`run` for coroutine functions."""
        return (await self.run_detailed_async(operation, options, **changes)).value

    async def run_detailed_async(self, operation: Callable[..., Any],
                                 options: Optional[Options] = None,
                                 **changes: Any) -> Recovered:
        """`run_detailed` for coroutine functions."""
        options = _options(options, changes)
        plan = CallPlan(operation, options)
        site = self.site(self.target_of(operation, options))
        return await self.begin_async(site, options, plan, (), {},
                                      plan.by_attempt)

    def observe(self, **options: Any) -> Observed:
        """For a retry loop of the caller's own: see Observed."""
        given = Options(**options)
        return Observed(self, given, self.site(self.target_of(None, given)))

    def begin(self, site: Site, options: Options, plan: CallPlan, args: Any, kwargs: Any,
              operation: Callable[..., Any]) -> Recovered:
        """Runs the first attempt without more ado, and recovers where it fails."""
        if site.special:
            return self.recover(site, options, plan, args, kwargs, operation)
        began = self.now()
        try:
            value = validated(options.validate, operation(
                plan.first_attempt(options, site.target, args, kwargs)
                if plan.reads_attempt else _FIRST))
        except Exception as error:  # pylint: disable=broad-except
            failure = error
        else:
            self.succeeded(site, options, began)
            return Recovered(value)
        try:
            return self.recover(site, options, plan, args, kwargs, operation, failure, began,
                                self.is_slow(options, began))
        finally:
            del failure  # Its traceback would hold this frame.

    async def begin_async(self, site: Site, options: Options, plan: CallPlan, args: Any,
                          kwargs: Any, operation: Callable[..., Any]) -> Recovered:
        """The same for coroutine functions."""
        if site.special:
            return await self.recover_async(site, options, plan, args, kwargs, operation)
        began = self.now()
        try:
            value = operation(plan.first_attempt(options, site.target, args, kwargs)
                              if plan.reads_attempt else _FIRST)
            value = await validated_async(
                options.validate, await value if hasattr(value, "__await__") else value)
        except Exception as error:  # pylint: disable=broad-except
            failure = error
        else:
            self.succeeded(site, options, began)
            return Recovered(value)
        try:
            return await self.recover_async(site, options, plan, args, kwargs, operation, failure,
                                            began, self.is_slow(options, began))
        finally:
            del failure

    def succeeded(self, site: Site, options: Options, began: float) -> None:
        """Counts a first attempt that succeeded, of a site that is not special."""
        site.calls += 1
        if self.is_slow(options, began):
            self.sites.count_slow(site)

    def is_slow(self, options: Options, began: float) -> bool:
        """Whether a call that ends now is a slow one."""
        return options.slow_call is not None and self.now() - began >= options.slow_call

    def recover(self, site: Site, options: Options, plan: CallPlan, args: Any, kwargs: Any,
                operation: Callable[..., Any], failure: Optional[BaseException] = None,
                began: Optional[float] = None, slow: bool = False) -> Recovered:
        """A recovery whose first attempt may have failed already: what the
        decorators use."""
        _pass_cancelled(options, failure)
        recovery = self._recovery(options, site, plan, args, kwargs, began)
        recovered, error = drive(self, recovery, recovery.steps(failure, slow), operation)
        return self._end(options, args, kwargs, recovered, error)

    async def recover_async(self, site: Site, options: Options, plan: CallPlan, args: Any,
                            kwargs: Any, operation: Callable[..., Any],
                            failure: Optional[BaseException] = None,
                            began: Optional[float] = None, slow: bool = False) -> Recovered:
        """The same for coroutine functions."""
        _pass_cancelled(options, failure)
        recovery = self._recovery(options, site, plan, args, kwargs, began)
        recovered, error = await drive_async(
            self, recovery, recovery.steps(failure, slow), operation)
        ended = self._end(options, args, kwargs, recovered, error)
        if hasattr(ended.value, "__await__") and error is not None:  # The fallback's.
            return Recovered(await ended.value, ended.attempts, True)
        return ended

    def _recovery(self, options: Options, site: Site, plan: CallPlan, args: Any, kwargs: Any,
                  began: Optional[float]) -> Any:
        if self.connected:
            self._background.start(listen=True)
        kind = ObservedRecovery if (options.mode or self.mode) is Mode.OBSERVE else Recovery
        return kind(self, options, site, self.now() if began is None else began,
                    plan.state(options, args, kwargs))

    @staticmethod
    def _end(options: Options, args: Any, kwargs: Any, recovered: Any,
             error: Optional[BaseException]) -> Recovered:
        if error is None:
            return recovered
        try:
            if options.fallback is None or not options.covers(error):
                raise error
            value = options.fallback
            return Recovered(call_flexibly(value, args, kwargs) if callable(value) else value,
                             degraded=True)
        finally:
            del error  # Its traceback holds this frame.

    # --- What recoveries use ---

    def now(self) -> float:
        """The client's time."""
        return self.clock.now()

    def random(self) -> float:
        """The client's chance."""
        return self.clock.random()

    def site(self, target: str) -> Site:
        """What is counted and known of a target."""
        if self.connected and not self._closed:
            self._background.start(listen=False)
        return self.sites.site(target)

    @staticmethod
    def target_of(function: Any, options: Options) -> str:
        """The target, where it does not depend on arguments."""
        if isinstance(options.target, str) and options.target:
            return options.target
        return name_of(function) if function is not None else ""

    def link(self) -> Link:
        """The connection; made now, if it is not."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the client is closed")
            if self._made is None:
                self._made = self._connect()
            return self._made

    def _connect(self) -> Any:
        instance = self._instance or \
            f"{socket.gethostname()[:64]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        return Link(self.address or "", (self._caller, instance), self._namespace,
                    self._credentials, self._labels)

    def start_call(self, effect: Union[Ask, Foresee, Poll]) -> Call:
        """Puts a question, or polls for a person."""
        if isinstance(effect, Foresee):
            return self.link().foresee(effect.question, effect.timeout)
        if isinstance(effect, Ask):
            return self.link().ask(effect.question, effect.timeout)
        return self.link().poll(effect.incident_id, effect.token, effect.seconds)

    def ask_in_background(self, question: Question, told: Callable[[Any], None]) -> bool:
        """Puts a question for which nobody waits; False: not now."""
        if not self.connected or self._closed or not self.ask_breaker.begin(self.now()):
            return False
        with self._idle:
            self._observing += 1

        def done(call: Any) -> None:
            answer = call.answer()
            self.ask_breaker.end(not getattr(answer, "unavailable", False), self.now())
            try:
                told(answer)
            finally:
                with self._idle:
                    self._observing -= 1
                    self._idle.notify_all()
        self.link().ask(question, self.ask_timeout).on_done(done)
        return True

    def foresee(self, details: ErrorDetails, options: Optional[Options] = None
                ) -> Optional[Decision]:
        """What the server would decide of an error; nothing is recorded there.
        None: there is no server, or it does not answer."""
        if not self.connected or self._closed or not self.ask_breaker.begin(self.now()):
            return None
        options = options or Options()
        question = Question(options, details, self.target_of(None, options), None, "",
                            request_id(), None)
        answer: Any = None
        try:
            answer = self.link().foresee(question, self.ask_timeout).wait()
        finally:
            self.ask_breaker.end(not getattr(answer, "unavailable", False), self.now())
        return answer if isinstance(answer, Decision) else None

    def classify(self, details: ErrorDetails) -> Optional[Classification]:
        """What the server takes an error to be; None as above."""
        decision = self.foresee(details)
        return decision.classification if decision is not None else None

    def get_statistics(self, window: Union[StatisticsWindow, str] = StatisticsWindow.ALL,
                       timeout: float = 1.0) -> Optional[ServerStatistics]:
        """What the server counted, of all callers; `window`: "all", "1m", "5m",
        "1h".  None: there is no server, or it does not answer in `timeout`
        seconds."""
        window = StatisticsWindow(window)
        if not self.connected or self._closed:
            return None
        answer = self.link().statistics(window, timeout).wait()
        return answer if isinstance(answer, ServerStatistics) else None

    def add_pattern(self, pattern: Any, plan: Any,
                    on_refused: Optional[Callable[[], Any]] = None) -> None:
        """Adds an ErrorPattern with these steps to the server's, or replaces
        the one of this id there.

        Where the server is away it is sent when it is back.  Waits for the
        answer up to `ask_timeout`, inside an event loop up to LOOP_SECONDS.
        AskError: it is refused; `on_refused` is called instead when that is
        told later.
        """
        message = self.link().pattern_message(pattern, plan)
        self._change(Change(pattern.pattern_id, message, on_refused))

    def remove_pattern(self, pattern_id: str) -> None:
        """Removes a pattern that was added by this client; waits as above."""
        self._change(Change(pattern_id, None))

    def _change(self, change: Change) -> None:
        self._background.start(listen=False)
        self._changes.put(change, min(self.ask_timeout, LOOP_SECONDS) if in_event_loop()
                          else self.ask_timeout)

    def _alive(self) -> None:
        self.ask_breaker.alive()
        self._changes.alive()

    def report(self, token: str, outcome: Outcome, duration: float) -> None:
        """Reports how a recovery ended, in the background."""
        self._background.report((token, outcome, duration))

    def bypassed(self) -> None:
        """Asking was just given up for a while: until the connection is back,
        if that is sooner."""
        with self._lock:
            link = self._made
        if link is not None and not self._closed:
            link.when_back(self._alive)

    def tell(self, hook: str, options: Options, told: Any) -> None:
        """Calls the hooks of this name; what they raise is logged."""
        for function in (getattr(options, hook), self._hooks[hook]):
            if function is not None:
                try:
                    function(told)
                except Exception:  # pylint: disable=broad-except
                    _LOG.exception("the hook %s failed", hook)

    # --- Beginning and end ---

    def connect(self, timeout: float = 5.0) -> bool:
        """Connects now and waits until circuits are known; False: they are not
        known in time.  Not needed: everything starts when first used."""
        if not self.connected:
            return False
        self._background.start(listen=True)
        return self._background.synced.wait(timeout)

    def close(self) -> None:
        """Sends what waits, for at most a second, and ends threads and
        connection.  What is run through it afterwards is decided locally."""
        with self._idle:
            self._idle.wait_for(lambda: self._observing == 0, 0.5)
        self._background.close()
        with self._lock:
            self._closed = True
            link, self._made = self._made, None
        self.connected = False
        self.sites.retire()
        if link is not None:
            link.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _before_fork(self) -> None:
        """Looks now: in the child gRPC has ended its calls before we are asked."""
        paused = self._background.pause()
        self._survives_fork = self._made is None or (paused and self._made.survives_fork)

    def _after_fork_in_parent(self) -> None:
        self._background.resume()

    def _after_fork_in_child(self) -> None:
        """Nothing of the parent's threads and connection is used."""
        link, sites = self._made, self.sites
        if link is not None:
            _of_parent.append(link)
        if not self._survives_fork:
            self.connected = False
            _LOG.warning("forked while gRPC was in use: this process decides locally")
        self._begin()
        sites.abandon()


def _pass_cancelled(options: Options, failure: Optional[BaseException]) -> None:
    """A cancelled attempt is neither counted, nor asked about, nor run again."""
    if isinstance(failure, CANCELLED):
        raise failure
    if failure is not None and options.cancel is not None and options.cancel.is_set():
        raise Cancelled("cancelled during an attempt") from failure


def _options(options: Optional[Options], changes: Mapping[str, Any]) -> Options:
    if options is None:
        options = DEFAULTS
    return options.but(**changes) if changes else options


def _close_all() -> None:
    for client in list(_clients):
        client.close()
    if Link.any_made:
        await_grpc_threads(_END_SECONDS)


def _each(method: str) -> Callable[[], None]:
    def call() -> None:
        for client in list(_clients):
            getattr(client, method)()
    return call


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_each("_before_fork"),
                        after_in_parent=_each("_after_fork_in_parent"),
                        after_in_child=_each("_after_fork_in_child"))

_default = Client()
_default_lock = threading.Lock()


def configure(address: Optional[str], **settings: Any) -> Client:
    """Makes the client that decorators use; settings as Client's.  None:
    without a server again.  The one before is closed."""
    global _default  # pylint: disable=global-statement
    client = Client(address, **settings)
    with _default_lock:
        before, _default = _default, client
    before.close()
    return client


@contextmanager
def using(client: Client) -> Iterator[Client]:
    """Decorators use this client inside the block; for tests."""
    global _default  # pylint: disable=global-statement
    with _default_lock:
        before, _default = _default, client
    before.sites.retire()
    try:
        yield client
    finally:
        with _default_lock:
            _default = before
        client.close()


def default_client() -> Client:
    """The client that decorators use."""
    return _default

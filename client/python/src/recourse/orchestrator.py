"""ErrorRecoveryOrchestrator: for programs that catch their errors themselves and
hand them over."""
from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import time
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, TypeVar, Union

from recourse import client as client_module
from recourse.call_plan import is_async
from recourse.client import Client
from recourse.context import RecoveryContext
from recourse.describe import describe, type_name
from recourse.edits import get_path
from recourse.enums import Disposition, ErrorType, Idempotency, RecoveryStrategy, StatisticsWindow
from recourse.errors import CircuitOpenError, RecourseError
from recourse.failed_call import FailedCall, failed_call
from recourse.local_rules import classify
from recourse.model import Attempt, Correct, Decision, ErrorDetails, TakeAlternative
from recourse.options import Options
from recourse.patterns import ErrorPattern
from recourse.statistics import Counter, RecoveryStatistics
from recourse.steps import RetryStep, Step
from recourse.strategies import RecoveryResult
from recourse.validation import judged
from recourse.ways import Awaiting, Blocking, Way, finish

F = TypeVar("F", bound=Callable[..., Any])
_LOG = logging.getLogger("recourse.orchestrator")
# Where a state's text stands, when nobody says.
_SUBJECTS = ("code", "text", "content", "source", "document", "prompt")


class NoOperation(RecourseError):
    """The decision runs the operation again, and nobody said which."""


class ErrorRecoveryOrchestrator:
    """Holds patterns, recovers from errors by them, and counts.

    With a server configured its patterns are added there, too, and the server
    decides; without one they decide here.  `max_retries` and `base_delay` are
    the defaults of retries.  `metrics_collector` and `signal_coordinator` are
    told how recoveries end, where they have methods for it
    (record_recovery_success and _failure; emit or signal).

    Thread safety: patterns and handlers are to be added before errors come.
    """

    def __init__(self, metrics_collector: Any = None, signal_coordinator: Any = None,
                 max_retries: int = 3, base_delay: float = 1.0, enable_statistics: bool = True,
                 enable_notifications: bool = True, client: Optional[Client] = None) -> None:
        self.max_retries = max_retries
        self.base_delay = base_delay
        self._metrics = metrics_collector
        self._signals = signal_coordinator
        self._counter = Counter() if enable_statistics else None
        self._notify = enable_notifications
        self._client = client
        self._patterns: Dict[str, ErrorPattern] = {}
        self._strategies: Dict[RecoveryStrategy, Any] = {}
        self._operations: Dict[str, Callable[..., Any]] = {}
        self._handlers: Dict[str, List[Callable[..., Any]]] = {}

    # --- Patterns and strategies ---

    def add_error_pattern(self, pattern: ErrorPattern) -> None:
        """Adds a pattern, or replaces the one of this id.

        ValueError: it is not usable, and why.  AskError: the server refuses it
        (INVALID_ARGUMENT), and nothing is kept.  Where the server is away the
        pattern holds here, and is sent when it is back.
        """
        plan = pattern.plan(self.max_retries, self.base_delay)
        before = self._patterns.get(pattern.pattern_id)
        self._patterns[pattern.pattern_id] = pattern
        client = self._client or client_module.default_client()
        if client.connected and plan:
            try:
                self._tell_server(client, pattern, lambda: self._take_back(pattern, before))
            except BaseException:
                self._take_back(pattern, before)
                raise

    async def add_error_pattern_async(self, pattern: ErrorPattern) -> None:
        """The same without holding up the event loop."""
        await asyncio.to_thread(self.add_error_pattern, pattern)

    def _take_back(self, pattern: ErrorPattern, before: Optional[ErrorPattern]) -> None:
        if self._patterns.get(pattern.pattern_id) is pattern:
            del self._patterns[pattern.pattern_id]
            if before is not None:
                self._patterns[before.pattern_id] = before

    def remove_error_pattern(self, pattern_id: str) -> bool:
        """Forgets it, here and at the server; False: there is none."""
        pattern = self._patterns.pop(pattern_id, None)
        client = self._client or client_module.default_client()
        if pattern is not None and client.connected:
            client.remove_pattern(pattern_id)
            for other in self._same_corrections(pattern)[:1]:
                self._tell_server(client, other)
        return pattern is not None

    def _same_corrections(self, pattern: ErrorPattern) -> Sequence[ErrorPattern]:
        return [p for p in self.patterns if p.recovery_strategy is RecoveryStrategy.ERROR_CORRECTION
                and p.recovery_strategy is pattern.recovery_strategy
                and p.regex_pattern == pattern.regex_pattern]

    def _tell_server(self, client: Client, pattern: ErrorPattern,
                     on_refused: Optional[Callable[[], Any]] = None) -> None:
        """Sends it.  A server goes by one pattern: of several corrections of the
        same errors the first one holds all there."""
        same = self._same_corrections(pattern) or [pattern]
        for told in {id(p): p for p in (same[0], pattern)}.values():
            plans = same if told is same[0] else [told]
            client.add_pattern(told, [step for p in plans for step in p.plan(
                self.max_retries, self.base_delay)], on_refused)

    @property
    def patterns(self) -> Sequence[ErrorPattern]:
        """In the order in which they are asked."""
        return sorted(self._patterns.values(), key=lambda p: (-p.priority, p.pattern_id))

    def match_error_pattern(self, error: Union[str, BaseException]) -> Optional[ErrorPattern]:
        """The pattern that wins for an error or its text, or None."""
        text = _text(error)
        matched = next((p for p in self.patterns if p.regex.search(text)), None)
        _LOG.debug("%s: %s", matched.pattern_id if matched else "no pattern", text)
        return matched

    def register_strategy(self, strategy_type: RecoveryStrategy, strategy_instance: Any) -> None:
        """What carries out patterns of this strategy: an object with `execute`
        (see BaseRecoveryStrategy), or one with `steps`."""
        if not hasattr(strategy_instance, "execute") and not hasattr(strategy_instance, "steps"):
            raise TypeError("a strategy needs an execute method or steps")
        self._strategies[strategy_type] = strategy_instance

    def register_operation(self, node_name: str, operation: Callable[..., Any]) -> None:
        """What is run again for errors of this node."""
        self._operations[node_name] = operation

    # --- Recovering ---

    async def handle_error(self, context: RecoveryContext,
                           operation: Optional[Callable[..., Any]] = None,
                           **kwargs: Any) -> RecoveryResult:
        """Recovers from context.exception.

        What is run again is `operation`, else the pattern's metadata
        "operation", else the one registered for the node, else the call that
        failed, read from the exception's traceback.  Corrections give the
        corrected text.  Never raises because a recovery fails.
        """
        return await self._handle(Awaiting(), context, operation, kwargs)

    def handle_error_sync(self, context: RecoveryContext,
                          operation: Optional[Callable[..., Any]] = None,
                          **kwargs: Any) -> RecoveryResult:
        """The same for programs without asyncio, and for plain functions of
        programs with it.  Coroutine functions that are called on the way (the
        operation, handlers) run in an event loop of their own."""
        return finish(self._handle(Blocking(), context, operation, kwargs))

    def recoverable(self, error_type: ErrorType, strategy: RecoveryStrategy) -> Callable[[F], F]:
        """Functions whose errors come here: by the pattern that matches, else by
        this strategy."""
        def decorate(function: F) -> F:
            def context(failure: Exception, args: Any, kwargs: Any) -> RecoveryContext:
                bound = inspect.signature(function).bind(*args, **kwargs)
                bound.apply_defaults()
                return RecoveryContext(
                    node_name=function.__qualname__, exception=failure,
                    arguments=bound.arguments,
                    metadata={"error_type": error_type, "strategy": strategy})

            @functools.wraps(function)
            async def coroutine(*args: Any, **kwargs: Any) -> Any:
                try:
                    return await function(*args, **kwargs)
                except Exception as error:  # pylint: disable=broad-except
                    failure = error
                try:
                    return _value(await self.handle_error(
                        context(failure, args, kwargs), function), failure)
                finally:
                    del failure  # Its traceback holds this frame.

            @functools.wraps(function)
            def plain(*args: Any, **kwargs: Any) -> Any:
                try:
                    return function(*args, **kwargs)
                except Exception as error:  # pylint: disable=broad-except
                    failure = error
                try:
                    return _value(self.handle_error_sync(
                        context(failure, args, kwargs), function), failure)
                finally:
                    del failure
            return coroutine if is_async(function) else plain  # type: ignore[return-value]
        return decorate

    # --- What happens, and what happened ---

    def on_recovery_attempt(self, handler: F) -> F:
        """Calls handler(context, strategy) before each attempt to recover."""
        return self._on("attempt", handler)

    def on_recovery_success(self, handler: F) -> F:
        """Calls handler(result) after a recovery that helped."""
        return self._on("success", handler)

    def on_recovery_failure(self, handler: F) -> F:
        """Calls handler(result) after one that did not."""
        return self._on("failure", handler)

    def get_statistics(self, window: Union[StatisticsWindow, str] = StatisticsWindow.ALL
                       ) -> RecoveryStatistics:
        """What the server counted of all callers in the window ("all", "1m", "5m",
        "1h"), where there is one and it answers within a second; else what this
        orchestrator counted since it was made, zeros without enable_statistics.
        `source` says which."""
        client = self._client or client_module.default_client()
        told = client.get_statistics(window)
        if told is not None:
            return told
        return self._counter.statistics() if self._counter else RecoveryStatistics()

    # --- Inside ---

    def _call(self, context: RecoveryContext, pattern: Optional[ErrorPattern],
              operation: Optional[Callable[..., Any]]) -> Optional[FailedCall]:
        found = failed_call(context.exception) if context.exception is not None else None
        function = operation or (pattern.metadata.get("operation") if pattern else None) or \
            self._operations.get(context.node_name)
        if function is None:
            return found
        if context.arguments is not None:
            return FailedCall(function, dict(context.arguments))
        plain = inspect.unwrap(function)
        if found is not None and getattr(found.function, "__func__", found.function) is \
                getattr(plain, "__func__", plain):
            return FailedCall(function, found.arguments)
        names = inspect.signature(function).parameters
        if "state" in names:
            return FailedCall(function, {"state": context.state})
        state = context.state if isinstance(context.state, Mapping) else {}
        return FailedCall(function, {name: state[name] for name in names if name in state})

    async def _handle(self, way: Way, context: RecoveryContext,
                      operation: Optional[Callable[..., Any]],
                      kwargs: Mapping[str, Any]) -> RecoveryResult:
        error = context.exception
        if error is None:
            raise ValueError("context.exception must be the error to recover from")
        began = time.perf_counter()
        pattern = self.match_error_pattern(error)
        call = self._call(context, pattern, operation)
        strategy = self._strategies.get(pattern.recovery_strategy) if pattern else None
        if strategy is not None and hasattr(strategy, "execute") \
                and not hasattr(strategy, "steps"):
            result = await self._by_own_strategy(way, context, pattern, strategy, call, kwargs)
        else:
            result = await self._by_engine(way, context, pattern, call, operation is not None)
        result.duration_ms = result.duration_ms or (time.perf_counter() - began) * 1000
        await self._ended(way, pattern, error, result)
        return result

    async def _by_own_strategy(self, way: Way, context: RecoveryContext, pattern: Any, strategy: Any,
                               call: Optional[FailedCall],
                               kwargs: Mapping[str, Any]) -> RecoveryResult:
        async def run_again(*_: Any, **__: Any) -> Any:
            value = _run(call, {})
            return await value if inspect.isawaitable(value) else value
        await self._tell(way, "attempt", context, pattern.recovery_strategy)
        try:
            return await way.settle(
                strategy.execute(context, **{"operation": run_again, **kwargs}))
        except Exception as error:  # pylint: disable=broad-except
            return RecoveryResult(False, pattern.recovery_strategy, error_message=str(error),
                                  exception=error)

    async def _by_engine(self, way: Way, context: RecoveryContext,
                         pattern: Optional[ErrorPattern], call: Optional[FailedCall],
                         validates: bool) -> RecoveryResult:
        client = self._client or client_module.default_client()
        told: List[Decision] = []
        pending: List[Any] = []
        refusals: List[BaseException] = []  # Errors of values, by which nothing is matched.

        def decided(decision: Decision) -> None:
            told.append(decision)
            context.note(decision)
            pending.append(decision.strategy_used)
        options = self._options(context, pattern, call).but(
            on_decision=decided, steps_for=lambda error, details: self._plan(
                error, pattern if error in refusals else self.match_error_pattern(error), context))

        async def operation(attempt: Attempt) -> Any:
            while pending:
                await self._tell(way, "attempt", context, pending.pop(0))
            action = told[-1].action if told else None
            if isinstance(action, Correct):
                return await self._corrected(way, attempt, options, pattern, call, validates)
            value = await way.settle(_run(call, _changes(call, attempt)))
            if attempt.alternative is not None:
                await self._look_at(way, pattern, value, refusals)
            return value
        assert context.exception is not None
        try:
            recovered = await way.recover(client, options, operation, context.exception)
            result = RecoveryResult(True, result=await self._best(
                way, pattern, call, told, recovered.value))
        except Exception as error:  # pylint: disable=broad-except
            result = RecoveryResult(False, error_message=_why(told, error), exception=error)
        while pending:
            await self._tell(way, "attempt", context, pending.pop(0))
        self._conclude(result, told, context)
        return result

    def _conclude(self, result: RecoveryResult, told: Sequence[Decision],
                  context: RecoveryContext) -> None:
        """What the decisions say of the result; a local escalation is told to the log."""
        result.decision = told[-1] if told else None
        # The strategy that was at work, not the NONE that gave up.
        used = [d.strategy_used for d in told if d.strategy_used is not RecoveryStrategy.NONE]
        result.strategy_used = used[-1] if used else RecoveryStrategy.NONE
        if self._notify and result.decision is not None and result.decision.local \
                and result.decision.disposition is Disposition.ESCALATED:
            _LOG.error("escalated: %s: %s (%s)", context.node_name, context.exception,
                       result.decision.action)

    def _options(self, context: RecoveryContext, pattern: Optional[ErrorPattern],
                 call: Optional[FailedCall]) -> Options:
        state = context.state
        subject = str((pattern.metadata.get("subject_field") if pattern else None) or next(
            (n for n in _SUBJECTS if isinstance(get_path(state, n), str)), ""))
        if not subject and call is not None:
            texts = [n for n, value in call.arguments.items() if isinstance(value, str)]
            subject = next((n for n in _SUBJECTS if n in texts), texts[0] if texts else "")
            state = {**(state if isinstance(state, Mapping) else {}), **call.arguments}
        return Options(
            target=context.target or self._current_name(pattern, call) or context.node_name
            or "operation", workflow_id=context.workflow_id, node_name=context.node_name,
            step_count=context.step_count, state=state, subject_field=subject,
            idempotency=Idempotency.UNSPECIFIED, never=(CircuitOpenError, NoOperation),
            error_type_hint=context.metadata.get("error_type"),
            steps_when_silent=self._guess)

    @staticmethod
    def _current_name(pattern: Optional[ErrorPattern], call: Optional[FailedCall]) -> str:
        """The alternative that was just tried, so that it is not tried again."""
        if pattern is None or call is None:
            return ""
        names = [entry if isinstance(entry, str) else str(entry[0])
                 for key in ("alternatives", "model_alternatives")
                 for entry in pattern.metadata.get(key, ()) if isinstance(entry, (str, tuple))]
        return next((value for value in call.arguments.values()
                     if isinstance(value, str) and value in names), "")

    def _plan(self, error: BaseException, pattern: Optional[ErrorPattern],
              context: RecoveryContext) -> Sequence[Step]:
        """What the program itself has said of such an error; () is nothing."""
        strategy = pattern.recovery_strategy if pattern else context.metadata.get("strategy")
        planned = getattr(self._strategies.get(strategy), "steps", None) if strategy else None
        if planned is not None and (pattern is None or not pattern.metadata):
            return planned
        if pattern is not None and pattern.recovery_strategy is RecoveryStrategy.ERROR_CORRECTION:
            # One error, several corrections: they are tried in turn.
            return [step for other in self.patterns
                    if other.recovery_strategy is pattern.recovery_strategy
                    and other.regex.search(_text(error))
                    for step in other.plan(self.max_retries, self.base_delay)]
        if pattern is not None:
            return pattern.plan(self.max_retries, self.base_delay) or (RetryStep(max_retries=0),)
        return self._retries() if strategy is RecoveryStrategy.RETRY else ()

    def _guess(self, error: BaseException, details: ErrorDetails) -> Sequence[Step]:
        """What is done where nobody has said anything."""
        return self._retries() if classify(error, details).retryable else (RetryStep(0),)

    def _retries(self) -> Sequence[Step]:
        return (RetryStep(max_retries=self.max_retries, base_delay=self.base_delay),)

    @staticmethod
    async def _look_at(way: Way, pattern: Optional[ErrorPattern], value: Any,
                       refusals: List[BaseException]) -> None:
        """Raises what the pattern's validate has against an alternative's value."""
        if pattern is None or pattern.validate is None:
            return
        try:
            judged(await way.settle(pattern.validate(value)), value)
        except Exception as error:
            refusals.append(error)
            raise

    async def _best(self, way: Way, pattern: Optional[ErrorPattern], call: Optional[FailedCall],
                    told: Sequence[Decision], value: Any) -> Any:
        """The value, or, where no first success is to stop them, that of the
        best alternative; of equals the first."""
        action = told[-1].action if told else None
        if pattern is None or not isinstance(action, TakeAlternative) \
                or pattern.metadata.get("stop_on_first_success", True):
            return value
        found = [(action.alternative.quality, value)]
        for step in pattern.plan(self.max_retries, self.base_delay):
            for other in getattr(step, "alternatives", ()):
                if other.name not in action.remaining:
                    continue
                try:
                    another = await way.settle(_run(call, _changes(call, Attempt(
                        len(told) + len(found), other.target or other.name, other,
                        other.parameters))))
                    await self._look_at(way, pattern, another, [])
                    found.append((other.quality, another))
                except Exception as error:  # pylint: disable=broad-except
                    _LOG.debug("alternative %s: %s", other.name, error)
        return max(found, key=lambda one: one[0])[1]

    @staticmethod
    async def _corrected(way: Way, attempt: Attempt, options: Options,
                         pattern: Optional[ErrorPattern], call: Optional[FailedCall],
                         validates: bool) -> Any:
        """The corrected text, after it was looked at again."""
        text = get_path(attempt.state, options.subject_field)
        validate = pattern.metadata.get("validation") if pattern else None
        if callable(validate):
            if await way.settle(validate(text)) is False:
                raise ValueError("the corrected text does not pass its validation")
        elif validates and call is not None:
            await way.settle(_run(call, _changes(call, attempt)))
        return text

    async def _ended(self, way: Way, pattern: Optional[ErrorPattern], error: BaseException,
                     result: RecoveryResult) -> None:
        kind = pattern.error_type if pattern else classify(error).error_type
        if self._counter:
            self._counter.count(kind, result.strategy_used, result.success, result.duration_ms)
        word = "success" if result.success else "failure"
        record = getattr(self._metrics, f"record_recovery_{word}", None)
        if callable(record):
            if result.success:
                record(strategy=result.strategy_used, duration_ms=result.duration_ms)
            else:
                record(strategy=result.strategy_used, error=result.error_message)
        signal = getattr(self._signals, "emit", None) or getattr(self._signals, "signal", None)
        if callable(signal):
            await way.settle(signal(f"recovery_{word}", result))
        await self._tell(way, word, result)

    def _on(self, event: str, handler: F) -> F:
        self._handlers.setdefault(event, []).append(handler)
        return handler

    async def _tell(self, way: Way, event: str, *told: Any) -> None:
        for handler in self._handlers.get(event, ()):
            try:
                await way.settle(handler(*told))
            except Exception:  # pylint: disable=broad-except
                _LOG.exception("a handler of %s failed", event)


def _text(error: Union[str, BaseException]) -> str:
    """What patterns are matched against."""
    return error if isinstance(error, str) else f"{type_name(error)}: {error}"


def _value(result: RecoveryResult, failure: BaseException) -> Any:
    if result.success:
        return result.result
    raise result.exception or failure


def _run(call: Optional[FailedCall], changes: Mapping[str, Any]) -> Any:
    if call is None:
        raise NoOperation("nothing is known that could be run again: pass operation=, put it "
                          "into the pattern's metadata, or register_operation for the node")
    return call.call(changes)


def _changes(call: Optional[FailedCall], attempt: Attempt) -> Dict[str, Any]:
    """What is different in this attempt, as arguments."""
    changes: Dict[str, Any] = {}
    if call is not None and isinstance(attempt.state, Mapping):
        changes.update((name, value) for name, value in attempt.state.items()
                       if name in call.arguments)
        changes.update(call.without(attempt.disabled_features))
    changes.update(attempt.parameters)
    changes["attempt"] = attempt
    if call is not None:
        names = inspect.signature(call.function).parameters
        changes = {name: value for name, value in changes.items() if name in names}
    return changes


def _why(told: Sequence[Decision], error: BaseException) -> str:
    if isinstance(error, NoOperation):
        return str(error)
    given = told[-1].error_message if told else ""
    return given or f"{type_name(error)}: {error}"

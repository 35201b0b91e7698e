"""Mode observe: asks about each failure in the background and obeys nothing.

A recovery here runs the caller's own steps; `Observed` alone serves a loop that
the caller has written itself.
"""
from __future__ import annotations

import dataclasses
import threading
from typing import Any, List, Optional

from recourse.describe import describe, looks_temporary
from recourse.effects import Question, Run, Value, Wait, request_id
from recourse.enums import Outcome
from recourse.local_steps import LocalSteps
from recourse.model import Alternative, Attempt, Decision, Disagreement, Recovered, Retry
from recourse.options import Options
from recourse.sites import Site

_AGREE_SECONDS = 1.0  # Waits that differ by less, or by less than half, agree.


class _Failure:
    def __init__(self, error: BaseException, question: Question) -> None:
        self.error = error
        self.question = question
        self.asked = False
        self.decision: Optional[Decision] = None
        self.done = "ENDED"
        self.delay: Optional[float] = None


class Observed:
    """One operation that fails and goes on by its caller's own rules.

    `failed` after each failure, `retrying` when it is run again, `succeeded`
    or `gave_up` once at the end; or use it as a context manager, which ends it
    by how the block ends.  Not thread-safe.  Nothing here waits.
    """

    def __init__(self, client: Any, options: Options, site: Site) -> None:
        self._client = client
        self._options = options
        self._site = site
        self._lock = threading.Lock()
        self._failures: List[_Failure] = []
        self._token = ""
        self._outcome: Optional[Outcome] = None
        self._since = client.now()
        self._asking = False

    def __enter__(self) -> "Observed":
        return self

    def __exit__(self, kind: Any, error: Any, _: Any) -> None:
        if error is None:
            self.succeeded()
            return
        known = bool(self._failures) and self._failures[-1].error is error
        if isinstance(error, Exception) and not known:
            self.failed(error)
        self._end(Outcome.FAILURE if isinstance(error, Exception) else Outcome.CANCELLED)

    def failed(self, error: BaseException, time_remaining: Optional[float] = None) -> None:
        """An attempt failed."""
        details = describe(error, self._options.send_stack)
        if self._options.map_error is not None:
            details = self._options.map_error(error, details) or details
        client = self._client
        client.sites.count_failure(self._site, looks_temporary(error, details), client.now())
        sums = client.sites.take(client.now(), self._site.target)
        question = Question(self._options, details, self._site.target, None, "",
                            request_id(), time_remaining, False, next(iter(sums), None),
                            tuple(self._options.steps))
        if not self._failures:
            self._since = client.now()
        with self._lock:
            self._failures.append(_Failure(error, question))
        self._pump()

    def retrying(self, delay: float = 0.0) -> None:
        """The operation is run again after so many seconds."""
        if self._failures:
            self._failures[-1].done = "RAN_AGAIN"
            self._failures[-1].delay = delay

    def succeeded(self) -> None:
        """The operation has its value."""
        self._client.sites.count_success(self._site, self._client.now())
        self._end(Outcome.SUCCESS)

    def gave_up(self) -> None:
        """The operation ended with its error."""
        self._end(Outcome.FAILURE)

    def cancelled(self) -> None:
        """It was cancelled."""
        self._end(Outcome.CANCELLED)

    def _end(self, outcome: Outcome) -> None:
        if self._outcome is None:
            self._outcome = outcome
            self._pump()

    def _pump(self) -> None:
        """Asks about the next failure, one after the other, so that each
        question carries the token of the answer before."""
        while True:
            with self._lock:
                if self._asking:
                    return
                failure = next((f for f in self._failures if not f.asked), None)
                if failure is not None:
                    failure.asked = self._asking = True
            if failure is None:
                self._finish()
                return
            question = dataclasses.replace(failure.question, token=self._token)
            if self._client.ask_in_background(question, lambda a, f=failure: self._told(f, a)):
                return
            self._asking = False

    def _told(self, failure: _Failure, answer: Any) -> None:
        if isinstance(answer, Decision):
            failure.decision = answer
            self._token = answer.recovery_token or self._token
            self._client.tell("on_decision", self._options, answer)
        elif answer is not None:
            self._client.tell("on_ask_failed", self._options, answer)
        self._asking = False
        self._pump()

    def _finish(self) -> None:
        with self._lock:
            if self._outcome is None or not self._failures:
                return
            failures, self._failures = self._failures, []
        if self._token:
            self._client.report(self._token, self._outcome,
                                max(0.0, self._client.now() - self._since))
        for failure in failures:
            disagreement = _disagreement(failure)
            if disagreement is not None:
                self._client.tell("on_disagreement", self._options, disagreement)


def _disagreement(failure: _Failure) -> Optional[Disagreement]:
    decision = failure.decision
    if decision is None:
        return None
    decided = decision.strategy_used.name if decision.success else "ENDED"
    delay = decision.delay if decision.runs_again else None
    if failure.done == "ENDED":
        same = decided == "ENDED"
    else:
        gap = abs((delay or 0.0) - (failure.delay or 0.0))
        same = isinstance(decision.action, Retry) and (
            gap <= _AGREE_SECONDS or gap <= max(delay or 0.0, failure.delay or 0.0) / 2)
    return None if same else Disagreement(failure.error, decision, decided, failure.done, delay,
                                          failure.delay)


class ObservedRecovery:
    """Runs the caller's own steps, and tells what happens: the same face as
    engine.Recovery."""

    def __init__(self, client: Any, options: Options, site: Site, began: float,
                 state: Any = None) -> None:
        self.options = options
        self._client = client
        self._site = site
        self._state = state
        self._deadline = None if options.time_budget is None else began + options.time_budget
        self._observed = Observed(client, options, site)
        self._local = LocalSteps(
            options.steps, client.random, list(options.remediations),
            [a for a in options.alternatives or () if isinstance(a, Alternative)],
            options.expected_call_time)

    def steps(self, failure: Optional[BaseException] = None, slow: bool = False) -> Any:
        """As engine.Recovery.steps."""
        runs, error = (0, None) if failure is None else (1, failure)
        timeout: Optional[float] = None
        while True:
            if error is not None:
                self._observed.failed(error, self._left())
                retry = self._next_retry(error)
                if retry is None:
                    self._observed.gave_up()
                    return None, error
                self._observed.retrying(retry.delay)
                if retry.delay > 0:
                    yield Wait(retry.delay)
                timeout = retry.timeout
            runs += 1
            left = self._left()
            answer = yield Run(Attempt(
                runs, self._site.target, state=self._state,
                timeout=left if timeout is None else
                timeout if left is None else min(left, timeout)))
            if isinstance(answer, Value):
                self._observed.succeeded()
                return Recovered(answer.value, runs), None
            error = answer

    def cancelled(self) -> None:
        """As engine.Recovery.cancelled."""
        self._observed.cancelled()

    def _next_retry(self, error: BaseException) -> Optional[Retry]:
        """The caller's own next retry; None: there is none."""
        if not self.options.recovers(error):
            return None
        action = self._local.next(describe(error), self._site.target).action
        left = self._left()
        if not isinstance(action, Retry) or (left is not None and action.delay >= left):
            return None
        return action

    def _left(self) -> Optional[float]:
        return None if self._deadline is None else self._deadline - self._client.now()

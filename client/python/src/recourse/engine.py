"""One recovery, from the first attempt to its end, as docs/client-behaviour.md
says.  Sync and asyncio share it: it yields effects and is sent their answers.
"""
from __future__ import annotations

import dataclasses
from typing import Any, Generator, List, Optional, Protocol, Sequence, Set, Tuple, Union

from recourse.backoff import plan_delay
from recourse.describe import describe, looks_temporary
from recourse.edits import apply_edits, keep_kind
from recourse.effects import (Answer, Ask, Awaited, Effect, Foresee, Poll, Question, Remediate, Run, Value,
                              Wait, request_id)
from recourse.enums import Disposition, FailureCategory, Idempotency, Outcome, ResolutionAction
from recourse.errors import AskError, CircuitOpenError, RemediationError, Skipped
from recourse.local_advice import AskBreaker, LocalAdvice
from recourse.local_steps import LocalSteps
from recourse.model import (Alternative, Attempt, Correct, Decision, Degrade, ErrorDetails,
                            Escalated, LocalPlan, Recovered, Resolution, Retry, TakeAlternative)
from recourse.options import Options
from recourse.sites import Site, Sites
from recourse.steps import Step

MAX_QUESTIONS = 200  # Of one recovery: a broken server cannot hold a caller.
POLL_SECONDS = 30.0
FIRST_POLL_PAUSE = 1.0
MAX_POLL_PAUSE = 30.0
EMPTY_POLL_PAUSE = 0.1  # After an answer that says nothing yet.
_SMALL_DEFAULT = LocalPlan()
# Where a decision leads: run the operation, look at the circuit by asking
# again, or ask about another error.
_RUN, _RECHECK, _ASK = "run", "recheck", "ask"
_AGAINST_TARGET = (FailureCategory.CONNECTION, FailureCategory.TIMEOUT, FailureCategory.TRANSIENT)


class Shared(Protocol):
    """What a recovery uses of its client."""

    sites: Sites
    advice: LocalAdvice
    ask_breaker: AskBreaker
    connected: bool
    ask_timeout: float

    def now(self) -> float: ...
    def random(self) -> float: ...
    def report(self, token: str, outcome: Outcome, duration: float) -> None: ...
    def tell(self, hook: str, options: Options, told: Any) -> None: ...
    def bypassed(self) -> None: ...


class Ended(Exception):
    """The recovery is over: `error` is what the caller gets."""

    def __init__(self, error: BaseException, outcome: Outcome) -> None:
        super().__init__()
        self.error = error
        self.outcome = outcome


Steps = Generator[Effect, Answer, Any]  # Returns what its own doc says.


class Recovery:
    """`steps()` is the recovery; `began` is when the operation did."""

    def __init__(self, shared: Shared, options: Options, site: Site, began: float,
                 state: Any = None) -> None:
        self._shared = shared
        self.options = self._options = options
        self._site = site
        self._deadline = None if options.time_budget is None else began + options.time_budget
        self._state = state
        self._alternative: Optional[Alternative] = None
        self._edits: Any = ()
        self._disabled: Any = ()
        self._keep = 1.0
        self._timeout: Optional[float] = None  # Of the next attempt, as decided.
        self._runs = 0
        self._called: Set[str] = set()  # Targets.
        self._first: Optional[BaseException] = None
        self._last: Optional[BaseException] = None
        self._uncounted = False  # The last failure is not counted yet.
        self._slow = False
        self._details: Optional[ErrorDetails] = None
        self._failed_since = began
        self._token = ""
        self._decision: Optional[Decision] = None
        self._trial = False
        self._questions = 0
        self._local_retries = 0
        self._local_delay = 0.0
        self._steps = tuple(options.steps)
        self._local: Optional[LocalSteps] = None
        self._local_plan: Tuple[Step, ...] = ()  # What it carries out.

    # --- The whole ---

    def steps(self, failure: Optional[BaseException] = None, slow: bool = False) -> Steps:
        """Runs to the end.  `failure`: the first attempt ran and failed so.
        Returns (Recovered, None) or (Ended, the error that the caller gets)."""
        try:
            recovered = yield from self._loop(failure, slow)
        except Ended as ended:
            self._report(ended.outcome)
            return ended, self._own(ended.error)
        self._report(Outcome.SUCCESS)
        return recovered, None

    def cancelled(self) -> None:
        """The caller cancelled: to be called once, before `steps` is closed."""
        self._report(Outcome.CANCELLED)

    def _loop(self, failure: Optional[BaseException], slow: bool) -> Steps:
        if failure is not None:
            self._runs, self._slow = 1, slow
            self._called.add(self._site.target)
            self._note(failure)
            if not self._options.recovers(failure):
                self._count(None)
                raise self._ended(Outcome.FAILURE)
        run, circuit_open = failure is None, False
        while True:
            if run:
                circuit_open = not self._trial and self._shared.sites.gates(self._site, self._now())
                if not circuit_open:
                    answer = yield from self._attempt()
                    if isinstance(answer, Recovered):
                        return answer
            verdict = yield from self._decide(circuit_open)
            if isinstance(verdict, Recovered):
                return verdict
            run, circuit_open = verdict == _RUN, verdict == _RECHECK

    def _attempt(self) -> Steps:
        left = self._left()
        timeout = left if self._timeout is None else \
            self._timeout if left is None else min(left, self._timeout)
        self._runs += 1
        alternative, began = self._alternative, self._now()
        answer = yield Run(Attempt(
            self._runs, self._site.target, alternative,
            dict(alternative.parameters) if alternative else {}, self._state, self._edits,
            tuple(self._disabled), timeout, self._keep))
        self._edits, self._timeout, self._trial = (), None, False
        if self._site.target in self._called:
            self._shared.sites.count_again(self._site)
        self._called.add(self._site.target)
        slow = self._options.slow_call is not None \
            and self._now() - began >= self._options.slow_call
        if isinstance(answer, Value):
            if slow:
                self._shared.sites.count_slow(self._site)
            self._shared.sites.count_success(self._site, self._now())
            return Recovered(answer.value, self._runs, decision=self._decision)
        assert isinstance(answer, BaseException)
        self._note(answer)
        self._slow = slow
        if not self._options.recovers(answer):
            self._count(None)
            raise self._ended(Outcome.FAILURE)
        return None

    def _note(self, error: BaseException, counts: bool = True) -> None:
        if self._first is None:
            self._first = error
            self._failed_since = self._now()
        self._last = error
        details = describe(error, self._options.send_stack)
        if self._options.map_error is not None:
            details = self._options.map_error(error, details) or details
        self._details = details
        self._uncounted = counts
        if self._options.steps_for is not None:
            self._plan(self._options.steps_for(error, details))

    def _plan(self, steps: Sequence[Step]) -> None:
        """The caller's own plan from now on."""
        self._steps = tuple(steps)

    # --- Asking ---

    def _decide(self, circuit_open: bool) -> Steps:
        """_RUN, _RECHECK, _ASK, or the value that ends it."""
        self._questions += 1
        left = self._left()
        if self._questions > MAX_QUESTIONS or (left is not None and left <= 0):
            self._count(None)
            raise self._ended(Outcome.ABANDONED)
        decision = yield from self._ask(circuit_open, left)
        if decision is None:
            return (yield from self._go_on_locally(circuit_open))
        self._decision = decision
        self._token = decision.recovery_token or self._token
        if decision.local_plan is not None:
            self._shared.advice.learn(self._site.target, decision.local_plan, self._now())
        self._shared.tell("on_decision", self._options, decision)
        return (yield from self._obey(decision))

    def _ask(self, circuit_open: bool, left: Optional[float]) -> Steps:
        shared = self._shared
        if not shared.connected or not shared.ask_breaker.begin(self._now()):
            self._count(None)
            return None
        timeout = shared.ask_timeout if left is None else min(shared.ask_timeout, left)
        # The failed call goes with the question when it is clear which it is.
        if self._temporary():
            self._count(None)
        question = Question(
            self._options, self._details, self._site.target, self._state, self._token,
            request_id(), left, circuit_open)
        answer = yield from self._plan_by_category(question, timeout)
        if answer is None:
            question = dataclasses.replace(
                question, steps=self._steps,
                sums=next(iter(shared.sites.take(self._now(), self._site.target)), None))
            answer = yield from self._put(Ask(question, timeout))
        if isinstance(answer, AskError) and answer.refused_token and question.token:
            self._token = ""
            if not shared.ask_breaker.begin(self._now()):
                self._count(None)
                return None
            answer = yield from self._put(
                Ask(dataclasses.replace(question, token="", sums=None), timeout))
        if isinstance(answer, AskError):
            shared.tell("on_ask_failed", self._options, answer)
            self._count(None)
            return None
        self._count(answer)
        return answer

    def _plan_by_category(self, question: Question, timeout: float) -> Steps:
        """Takes the caller's own plan for what the server takes the error to
        be.  Returns an AskError when there is no use in asking on, else None."""
        plans = self._options.steps_by_category
        if not plans or self._details is None:
            return None
        answer = yield from self._put(Foresee(question, timeout))
        if isinstance(answer, Decision):
            self._plan(plans.get(answer.classification.category, ()))
        elif answer.unavailable:
            return answer
        if not self._shared.ask_breaker.begin(self._now()):
            return AskError("RESOURCE_EXHAUSTED", "too many questions are in flight")
        return None

    def _put(self, ask: Union[Ask, Foresee]) -> Steps:
        answered: Optional[bool] = None
        try:
            answer = yield ask
            answered = not (isinstance(answer, AskError) and answer.unavailable)
            return answer
        finally:
            if self._shared.ask_breaker.end(answered, self._now()):
                self._shared.bypassed()

    def _count(self, decision: Optional[Decision]) -> None:
        """Counts the failed attempt, once."""
        if not self._uncounted or self._details is None:
            return
        self._uncounted = False
        against = self._temporary() if decision is None else \
            decision.classification.category in _AGAINST_TARGET
        self._shared.sites.count_failure(self._site, against, self._now(), self._slow)

    # --- Obeying ---

    def _obey(self, decision: Decision) -> Steps:
        disposition = decision.disposition
        if disposition is Disposition.ACT and decision.action is not None:
            return (yield from self._act(decision))
        if disposition is Disposition.RECOVERED:
            return self._stand_in(decision)
        if disposition is Disposition.WAIT_FOR_HUMAN and isinstance(decision.action, Escalated):
            if not self._options.await_human:
                raise self._ended(Outcome.FAILURE)
            return (yield from self._await_human(decision.action))
        if disposition in (Disposition.ESCALATED, Disposition.GIVE_UP):
            raise self._ended(Outcome.FAILURE)
        raise self._ended(Outcome.ABANDONED)

    def _act(self, decision: Decision) -> Steps:
        self._hold_to_idempotency(decision)
        action = decision.action
        if isinstance(action, Retry):
            if action.remediation and not (yield from self._remediate(action.remediation)):
                return _ASK
            self._timeout = action.timeout
        elif isinstance(action, TakeAlternative):
            self._take(action.alternative)
        elif isinstance(action, (Degrade, Correct)):
            if isinstance(action, Degrade):
                self._disabled = action.disable_features
                self._keep *= action.keep_ratio or 1.0
            self._edits = action.edits
            self._state = apply_edits(self._state, action.edits)
        else:
            raise self._ended(Outcome.ABANDONED)
        yield from self._wait(decision.delay)
        self._trial = decision.trial
        return _RECHECK if decision.recheck else _RUN

    def _hold_to_idempotency(self, decision: Decision) -> None:
        """What the caller declared stands above any answer."""
        if (self._options.idempotency is Idempotency.NOT_IDEMPOTENT and self._runs
                and not decision.classification.not_executed):
            raise self._ended(Outcome.ABANDONED)

    def _remediate(self, name: str) -> Steps:
        if name in self._options.remediations:
            error = yield Remediate(name)
            if error is None:
                return True
        else:
            error = RemediationError(f"remediation '{name}' is not declared")
        assert isinstance(error, BaseException)
        self._note(error, counts=False)
        return False

    def _take(self, alternative: Alternative) -> None:
        """Takes it; what the answer leaves out is as the caller declared it."""
        declared = next((a for a in self._options.alternatives or ()
                         if isinstance(a, Alternative) and a.name == alternative.name), None)
        if declared is not None:
            said = alternative.target if alternative.target != alternative.name else ""
            alternative = dataclasses.replace(
                alternative, target=said or declared.target,
                parameters={**declared.parameters, **alternative.parameters})
        self._alternative = alternative
        self._site = self._shared.sites.site(alternative.target or alternative.name)

    def _stand_in(self, decision: Decision) -> Recovered:
        value = decision.result
        if self._options.from_value is not None:
            try:
                value = self._options.from_value(value)
            except Exception:  # pylint: disable=broad-except
                raise self._ended(Outcome.ABANDONED) from None
        return Recovered(value, self._runs, decision.degraded, decision.result_age, decision)

    def _wait(self, seconds: float) -> Steps:
        left = self._left()
        if left is not None and seconds >= left:
            raise self._ended(Outcome.ABANDONED)
        if seconds > 0:
            yield Wait(seconds)

    # --- People ---

    def _await_human(self, incident: Escalated) -> Steps:
        until = self._now() + self._options.max_human_wait
        if self._deadline is not None:
            until = min(until, self._deadline)
        pause = FIRST_POLL_PAUSE
        while True:
            left = until - self._now()
            if left <= 0:
                raise self._ended(Outcome.ABANDONED)
            answer = yield Poll(incident.incident_id, self._token, min(POLL_SECONDS, left))
            if isinstance(answer, Awaited):
                self._token = answer.token or self._token
                if answer.resolution is not None:
                    return self._resolve(answer.resolution)
                pause, wait = FIRST_POLL_PAUSE, EMPTY_POLL_PAUSE
            elif isinstance(answer, AskError) and (answer.unavailable or answer.code == "ABORTED"):
                pause, wait = min(2 * pause, MAX_POLL_PAUSE), pause
            else:
                raise self._ended(Outcome.ABANDONED)
            if wait >= until - self._now():
                raise self._ended(Outcome.ABANDONED)
            yield Wait(wait)

    def _resolve(self, resolution: Resolution) -> str:
        if resolution.action is ResolutionAction.SKIP:
            raise Ended(Skipped(resolution.note), Outcome.FAILURE)
        if resolution.action is ResolutionAction.RESUME:
            self._state = keep_kind(resolution.state, self._state)
        elif resolution.action is not ResolutionAction.RETRY:
            raise self._ended(Outcome.FAILURE)
        return _RUN

    # --- Without Recourse ---

    def _go_on_locally(self, circuit_open: bool) -> Steps:
        options, shared, target = self._options, self._shared, self._site.target
        end = Outcome.ABANDONED if shared.connected else Outcome.FAILURE
        if options.idempotency is Idempotency.NOT_IDEMPOTENT and self._runs:
            raise self._ended(end)
        steps = self._steps or self._guess()
        if steps and self._details is not None:
            return (yield from self._own_steps(steps, self._details))
        plan = shared.advice.plan(target, self._now())
        if plan is None and not circuit_open and not self._temporary():
            raise self._ended(end)
        plan = plan or _SMALL_DEFAULT
        if self._local_retries >= plan.max_retries or not self._pay():
            raise self._ended(end)
        self._local_delay = plan_delay(plan, self._local_retries, self._local_delay,
                                       shared.random())
        self._local_retries += 1
        asked = self._details.retry_after if self._details else None
        yield from self._wait(max(self._local_delay, asked or 0.0))
        return _RUN

    def _guess(self) -> Tuple[Step, ...]:
        """What the caller would do, if nobody says better."""
        guess = self._options.steps_when_silent
        if guess is None or self._last is None or self._details is None:
            return ()
        return tuple(guess(self._last, self._details))

    def _own_steps(self, steps: Tuple[Step, ...], details: ErrorDetails) -> Steps:
        """The caller's own plan stands above our small default."""
        options = self._options
        if self._local is None or self._local_plan != steps:
            self._local_plan = steps
            self._local = LocalSteps(
                steps, self._shared.random, list(options.remediations),
                [a for a in options.alternatives or () if isinstance(a, Alternative)],
                options.expected_call_time)
        decision = self._local.next(details, self._site.target, self._state,
                                    options.subject_field,
                                    lambda: not self._shared.connected or self._pay())
        self._decision = decision
        self._shared.tell("on_decision", options, decision)
        return (yield from self._obey(decision))

    def _pay(self) -> bool:
        shared = self._shared
        shared.advice.add_first_attempts(self._site.target, shared.sites.new_first_calls(self._site))
        return shared.advice.take_retry(self._site.target)

    # --- Ends ---

    def _ended(self, outcome: Outcome) -> Ended:
        error = self._last
        if error is None:  # It never ran.
            error = CircuitOpenError(
                self._site.target, self._shared.sites.open_remaining(self._site, self._now()))
        return Ended(error, outcome)

    def _own(self, error: BaseException) -> BaseException:
        """The error as the caller gets it: with the first one as its cause, and
        the last decision attached."""
        before = self._last if isinstance(error, Skipped) else self._first
        if before is not None and before is not error and error.__cause__ is None \
                and not _leads_to(before, error):
            error.__cause__ = before
        try:
            error.recourse_decision = self._decision  # type: ignore[attr-defined]
        except AttributeError:  # Some have no room for it.
            pass
        return error

    def _report(self, outcome: Outcome) -> None:
        if self._token:
            self._shared.report(self._token, outcome, max(0.0, self._now() - self._failed_since))
            self._token = ""

    def _temporary(self) -> bool:
        """Whether the last failure looks temporary."""
        return self._last is not None and self._details is not None \
            and looks_temporary(self._last, self._details)

    def _now(self) -> float:
        return self._shared.now()

    def _left(self) -> Optional[float]:
        return None if self._deadline is None else self._deadline - self._now()


def _leads_to(error: BaseException, other: BaseException) -> bool:
    """Whether `other` is in the chain below `error`: it must not be a circle."""
    seen: List[int] = []
    current: Optional[BaseException] = error
    while current is not None and id(current) not in seen:
        if current is other:
            return True
        seen.append(id(current))
        current = current.__cause__ or current.__context__
    return False

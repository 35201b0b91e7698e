"""For tests of programs that recover: nothing sleeps, nothing is sent.

    with recourse.testing.test_mode([retry(delay=2.0), give_up()]) as recorded:
        with self.assertRaises(TimeoutError):
            fetch()                      # decorated with @recourse.recover
    assert recorded.waits == [2.0]
"""
from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import Any, Callable, Iterator, List, Optional, Sequence, Tuple, Union

from recourse import client as client_module
from recourse.client import Client
from recourse.clock import Clock
from recourse.effects import Ask, Awaited, Foresee, Poll, Question
from recourse.enums import Disposition, Outcome, RecoveryStrategy, ResolutionAction
from recourse.errors import AskError, Cancelled
from recourse.link import Call
from recourse.model import (Alternative, Classification, Decision, Degrade, Edit, Escalated,
                            Resolution, Retry, TakeAlternative)


class FakeClock(Clock):
    """Time that passes only when something waits; chance that is always 0.5.

    `on_wait(k)` is called in the k-th wait, from 1.
    """

    def __init__(self, start: float = 1000.0,
                 on_wait: Optional[Callable[[int], Any]] = None) -> None:
        self.time = start
        self.waits: List[float] = []
        self.chance = 0.5
        self._on_wait = on_wait

    def now(self) -> float:
        return self.time

    def random(self) -> float:
        return self.chance

    def advance(self, seconds: float) -> None:
        """Lets time pass."""
        self.time += seconds

    def sleep(self, seconds: float, cancel: Optional[threading.Event] = None) -> None:
        self._note(seconds)
        if cancel is not None and cancel.is_set():
            raise Cancelled("cancelled while waiting")

    async def sleep_async(self, seconds: float) -> None:
        self._note(seconds)
        import asyncio  # pylint: disable=import-outside-toplevel
        await asyncio.sleep(0)  # Where a cancelled task ends.

    def _note(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds
        if self._on_wait is not None:
            self._on_wait(len(self.waits))


class _Answered(Call):
    """A call that has its answer."""

    def __init__(self, answer: Any) -> None:
        super().__init__(None, lambda message: message, 0.0)
        self._answer = answer

    def wait(self, cancel: Optional[threading.Event] = None) -> Any:
        return self._answer

    def answer(self) -> Any:
        return self._answer

    def on_done(self, callback: Callable[[Call], None]) -> None:
        callback(self)

    def cancel(self) -> None:
        """There is nothing to end."""


class Recorder(Client):
    """A client whose answers are scripted.  `answers`: decisions, or names of
    gRPC codes; None: there is no server, all is decided locally.  When they
    are used up the answer is GIVE_UP."""

    def __init__(self, answers: Optional[Sequence[Union[Decision, str]]] = None,
                 clock: Optional[FakeClock] = None,
                 resolutions: Sequence[Resolution] = (), **settings: Any) -> None:
        self.fake_clock = clock or FakeClock()
        self.questions: List[Question] = []
        self.decisions: List[Decision] = []
        self.reports: List[Tuple[str, Outcome]] = []
        self._answers = list(answers or ())
        self._resolutions = list(resolutions)
        super().__init__(None, clock=self.fake_clock, **settings)
        self.connected = answers is not None

    @property
    def waits(self) -> List[float]:
        """Seconds that would have been slept, in order."""
        return self.fake_clock.waits

    def start_call(self, effect: Union[Ask, Foresee, Poll]) -> Call:
        if isinstance(effect, Foresee):
            return _Answered(AskError("UNIMPLEMENTED", "answers are scripted"))
        if isinstance(effect, Ask):
            return _Answered(self._next(effect.question))
        resolution = self._resolutions.pop(0) if self._resolutions else \
            Resolution(ResolutionAction.ABORT)
        return _Answered(Awaited(resolution, effect.token))

    def foresee(self, details: Any, options: Any = None) -> None:
        """Nothing is foreseen: answers are scripted."""

    def get_statistics(self, window: Any = "all", timeout: float = 1.0) -> None:
        """There is no server that counts."""

    def add_pattern(self, pattern: Any, plan: Any,
                    on_refused: Optional[Callable[[], Any]] = None) -> None:
        """Nothing is sent."""

    def remove_pattern(self, pattern_id: str) -> None:
        """Nothing is sent."""

    def ask_in_background(self, question: Question, told: Callable[[Any], None]) -> bool:
        told(self._next(question))
        return True

    def _next(self, question: Question) -> Any:
        self.questions.append(question)
        answer = self._answers.pop(0) if self._answers else give_up()
        return AskError(answer, "as scripted") if isinstance(answer, str) else answer

    def _recovery(self, *args: Any) -> Any:
        connected, self.connected = self.connected, False  # Starts no threads.
        try:
            return super()._recovery(*args)
        finally:
            self.connected = connected

    def site(self, target: str) -> Any:
        return self.sites.site(target)

    def bypassed(self) -> None:
        """There is no connection to wait for."""

    def tell(self, hook: str, options: Any, told: Any) -> None:
        if hook == "on_decision":
            self.decisions.append(told)
        super().tell(hook, options, told)

    def report(self, token: str, outcome: Outcome, duration: float) -> None:
        self.reports.append((token, outcome))


@contextmanager
def test_mode(answers: Optional[Sequence[Union[Decision, str]]] = None,
              **settings: Any) -> Iterator[Recorder]:
    """Decorated functions use a Recorder inside the block."""
    recorder = Recorder(answers, **settings)
    with client_module.using(recorder):
        yield recorder


test_mode.__test__ = False  # type: ignore[attr-defined]  # It is no test of pytest's.


def retry(delay: float = 1.0, timeout: Optional[float] = None, remediation: str = "",
          token: str = "test-token", **fields: Any) -> Decision:
    """An answer: run it again."""
    return Decision(Disposition.ACT, RecoveryStrategy.RETRY, recovery_token=token,
                    action=Retry(delay, timeout=timeout, remediation=remediation), **fields)


def alternative(name: str, target: str = "", token: str = "test-token", **parameters: str) -> Decision:
    """An answer: run it by another way."""
    return Decision(Disposition.ACT, RecoveryStrategy.ALTERNATIVE_PATH, recovery_token=token,
                    action=TakeAlternative(Alternative(name, target, parameters)))


def degrade(*features: str, edits: Sequence[Edit] = (), token: str = "test-token",
            keep_ratio: float = 0.0) -> Decision:
    """An answer: run it asking for less."""
    return Decision(Disposition.ACT, RecoveryStrategy.GRACEFUL_DEGRADATION, recovery_token=token,
                    action=Degrade("level", 1, 1, features, tuple(edits), keep_ratio))


def recovered(value: Any, token: str = "test-token") -> Decision:
    """An answer: this value stands in."""
    return Decision(Disposition.RECOVERED, RecoveryStrategy.GRACEFUL_DEGRADATION, result=value,
                    degraded=True, recovery_token=token)


def wait_for_human(incident_id: str = "incident", token: str = "test-token") -> Decision:
    """An answer: await a person."""
    return Decision(Disposition.WAIT_FOR_HUMAN, RecoveryStrategy.ESCALATION, recovery_token=token,
                    action=Escalated(incident_id, pause_workflow=True))


def give_up(message: str = "gave up: as scripted", token: str = "test-token",
            classification: Classification = Classification()) -> Decision:
    """An answer: nothing more can be done."""
    return Decision(Disposition.GIVE_UP, recovery_token=token, error_message=message,
                    classification=classification)

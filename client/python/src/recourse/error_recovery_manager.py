"""ErrorRecoveryManager: one retry configuration per category of failure."""
from __future__ import annotations

import time
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, Mapping, Optional, TypeVar, Union, cast

from recourse import client as client_module
from recourse.call_plan import is_async
from recourse.client import Client
from recourse.context import RecoveryContext
from recourse.describe import describe
from recourse.enums import Backoff, FailureCategory
from recourse.local_rules import classify
from recourse.model import Decision, Retry
from recourse.options import Options
from recourse.retry_strategy import RetryConfig
from recourse.steps import RetryStep

T = TypeVar("T")
Handler = Callable[[BaseException, RecoveryContext], Any]

_C = FailureCategory
_DEFAULTS = {
    _C.TRANSIENT: RetryConfig(3), _C.CONNECTION: RetryConfig(3), _C.TIMEOUT: RetryConfig(3),
    _C.RATE_LIMIT: RetryConfig(5, jitter_range=(1.0, 1.2)),
    _C.CONCURRENCY: RetryConfig(5, base_delay=0.05, max_delay=1.0),
    _C.AUTHENTICATION: RetryConfig(1, base_delay=0.0, strategy=Backoff.FIXED),
    _C.INTEGRITY: RetryConfig(1, base_delay=0.0, strategy=Backoff.FIXED),
    _C.RESOURCE: RetryConfig(1, base_delay=0.0, strategy=Backoff.FIXED),
    _C.PERMANENT: RetryConfig(0, strategy=Backoff.NONE),
    _C.UNKNOWN: RetryConfig(0, strategy=Backoff.NONE),
}
# Categories that are retried only after something was done about them, and the
# names of what is done, as the server's default plans have them.
_REMEDIATIONS = {_C.AUTHENTICATION: "refresh_credentials", _C.INTEGRITY: "refetch",
                 _C.RESOURCE: "free_resources"}


class ErrorRecoveryManager:
    """`config` replaces the defaults of some categories.  `handlers` say what
    is done before a retry: for AUTHENTICATION, INTEGRITY and RESOURCE there is
    no retry without one.

    With a server configured it says what category an error is of.  For the
    categories of `config` that holds; for others the server decides.  The
    defaults, and a short rule table, stand in while it is away.
    """

    def __init__(self, config: Optional[Mapping[Union[FailureCategory, str], RetryConfig]] = None,
                 handlers: Optional[Mapping[FailureCategory, Handler]] = None,
                 client: Optional[Client] = None) -> None:
        self._own = frozenset(FailureCategory(key) for key in config or {})
        self._configs: Dict[FailureCategory, RetryConfig] = {
            **_DEFAULTS, **{FailureCategory(key): value for key, value in (config or {}).items()}}
        self._handlers = dict(handlers or {})
        self._client = client

    def get_failure_category(self, error: BaseException) -> FailureCategory:
        """What the error means for trying again; the server is asked where one
        is configured."""
        details = describe(error)
        known = (self._client or client_module.default_client()).classify(details)
        return (known or classify(error, details)).category

    def get_retry_config(self, error: BaseException) -> RetryConfig:
        """How it is retried."""
        return self._configs[self.get_failure_category(error)]

    def calculate_delay(self, attempt: int, config: RetryConfig) -> float:
        """Seconds before retry `attempt` = 0, 1, ..."""
        return config.delay(attempt)

    def should_retry(self, error: BaseException, attempt: int) -> bool:
        """Whether there is a retry `attempt` = 0, 1, ... for the error."""
        details = describe(error)
        client = self._client or client_module.default_client()
        decision = client.foresee(details, self._options(RecoveryContext()))
        if decision is None:
            step = self._step(classify(error, details).category)
        elif decision.classification.category in self._own:
            step = self._step(decision.classification.category)
        else:
            action = decision.action
            return isinstance(action, Retry) and attempt < action.max_attempts
        return attempt < step.max_retries

    @contextmanager
    def recovery_context(self, operation: str, **fields: Any) -> Iterator[RecoveryContext]:
        """A context for an operation; it notes when it began, ended and how."""
        context = RecoveryContext(operation=operation, **fields)
        try:
            yield context
        except BaseException as error:
            context.exception = error
            raise
        finally:
            context.duration = time.monotonic() - context.began

    def retry_with_recovery(self, func: Callable[[], T],
                            context: Optional[RecoveryContext] = None) -> T:
        """Runs the function with retries by category; of a coroutine function
        the result is a coroutine."""
        noted = context or RecoveryContext()
        client = self._client or client_module.default_client()
        run: Callable[..., Any] = client.run_async if is_async(func) else client.run
        return cast(T, run(func, self._options(noted)))

    def _options(self, context: RecoveryContext) -> Options:
        return Options(
            target=context.target or context.operation, node_name=context.node_name,
            workflow_id=context.workflow_id,
            steps_by_category={category: (self._step(category),) for category in self._own},
            steps_when_silent=lambda error, details: (
                self._step(classify(error, details).category),),
            remediations={_REMEDIATIONS[category]: self._remediation(category, context)
                          for category in _REMEDIATIONS if self._can_be_helped(category)},
            on_decision=lambda decision: self._decided(decision, context),
            map_error=lambda error, details: self._seen(error, context))

    def _step(self, category: FailureCategory) -> RetryStep:
        config = self._configs[category]
        if not self._can_be_helped(category) or config.strategy is Backoff.NONE:
            return RetryStep(max_retries=0)
        return config.step(_REMEDIATIONS.get(category, ""))

    def _seen(self, error: BaseException, context: RecoveryContext) -> None:
        context.exception = error
        context.attempt += 1

    def _decided(self, decision: Decision, context: RecoveryContext) -> None:
        context.note(decision)
        error = context.exception
        if error is not None:
            category = classify(error).category if decision.local \
                else decision.classification.category
            if category not in _REMEDIATIONS:
                self._apply_recovery_strategy(error, context, category)

    def _remediation(self, category: FailureCategory,
                     context: RecoveryContext) -> Callable[[], Any]:
        def remediate() -> Any:
            assert context.exception is not None
            return self._handlers[category](context.exception, context)
        return remediate

    def _can_be_helped(self, category: FailureCategory) -> bool:
        return category not in _REMEDIATIONS or category in self._handlers

    def _apply_recovery_strategy(self, error: BaseException, context: RecoveryContext,
                                 category: FailureCategory) -> None:
        """Tells the handler of the error's category, where there is one."""
        handler = self._handlers.get(category)
        if handler is not None:
            handler(error, context)

"""RecoveryManager: retries, classification, degradation, health and
checkpoints of one program, together."""
from __future__ import annotations

import logging
import os
import threading
import time
from typing import Any, Callable, Dict, Optional, Sequence, Union

from recourse.checkpoints import DEFAULT_FILE, Checkpoints
from recourse.classifier import ErrorClassifier
from recourse.degradation import GracefulDegradation
from recourse.health import HealthCheck, HealthStatus
from recourse.retry_strategy import RetryStrategy

_LOG = logging.getLogger("recourse.recovery_manager")


class RecoveryManager:
    """`checkpoint_file` is written when the first checkpoint is saved.

    Thread safety: safe for concurrent use.
    """

    def __init__(self, retry_strategy: Optional[RetryStrategy] = None,
                 fallback_models: Optional[Sequence[str]] = None, *,
                 health_check: Optional[HealthCheck] = None,
                 checkpoint_file: Union[str, "os.PathLike[str]"] = DEFAULT_FILE) -> None:
        self.retry_strategy = retry_strategy or RetryStrategy()
        self.classifier = ErrorClassifier()
        self.degradation = GracefulDegradation(fallback_models)
        self.health_check = health_check or HealthCheck()
        self.checkpoints = Checkpoints(checkpoint_file)
        self._idle = threading.Condition()
        self._running = 0
        self._closing = False

    def execute_with_recovery(self, function: Callable[..., Any], *args: Any,
                              fallback: Any = None, checkpoint_key: Optional[str] = None,
                              **kwargs: Any) -> Any:
        """Calls function(*args, **kwargs) with retries; then the fallback, as
        RetryStrategy.execute.  Under `checkpoint_key` stands how it goes:
        status "running", "completed" or "failed", with the error."""
        with self._idle:
            if self._closing:
                raise RuntimeError("the recovery manager is shut down")
            self._running += 1
        try:
            self._mark(checkpoint_key, "running")
            try:
                value = self.retry_strategy.execute(function, *args, fallback=fallback, **kwargs)
            except Exception as error:
                info = self.classifier.classify(error, {"checkpoint": checkpoint_key})
                _LOG.warning("gave up: %s: %s (%s)", info.category, info.message,
                             info.suggested_action)
                self._mark(checkpoint_key, "failed", error=f"{type(error).__name__}: {error}")
                raise
            self._mark(checkpoint_key, "completed")
            return value
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def save_checkpoint(self, key: str, state: Any) -> None:
        """Keeps a state, which must be JSON, over the end of the process."""
        self.checkpoints[key] = state

    def restore_checkpoint(self, key: str) -> Any:
        """The state, or None."""
        return self.checkpoints.get(key)

    def clear_checkpoints(self) -> None:
        """Forgets all states."""
        self.checkpoints.clear()

    def get_system_health(self, models: Optional[Sequence[str]] = None) -> Dict[str, HealthStatus]:
        """How host, Ollama and these models do."""
        return self.health_check.check_all(models)

    def shutdown_gracefully(self, timeout: float = 30.0) -> bool:
        """Takes no new work and waits for what runs; False: it still runs."""
        with self._idle:
            self._closing = True
            done = self._idle.wait_for(lambda: self._running == 0, timeout)
        self.degradation.clear_cache()
        return done

    def _mark(self, key: Optional[str], status: str, **more: Any) -> None:
        if key is not None:
            self.checkpoints[key] = {"status": status, "time": time.time(), **more}

"""HealthChecker and AlertManager over an orchestrator's statistics."""
from __future__ import annotations

import asyncio
import inspect
import logging
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional, Tuple

_LOG = logging.getLogger("recourse.monitoring")
# Name -> how it is read from RecoveryStatistics.
METRICS: Dict[str, Callable[[Any], float]] = {
    "recovery_success_rate": lambda s: s.success_rate,
    "recovery_failure_rate": lambda s: s.failure_rate,
    "avg_recovery_time": lambda s: s.avg_recovery_time_ms,
    "recovery_time_p95": lambda s: s.p95_recovery_time_ms,
    "total_attempts": lambda s: float(s.total_attempts),
}


@dataclass
class HealthReport:
    """What checks said."""

    results: Dict[str, bool] = field(default_factory=dict)
    failed_checks: List[str] = field(default_factory=list)
    critical_failures: List[str] = field(default_factory=list)

    @property
    def all_passing(self) -> bool:
        """Whether none failed."""
        return not self.failed_checks


class HealthChecker:
    """Named checks; one that raises has failed."""

    def __init__(self, error_recovery: Any = None) -> None:
        self.error_recovery = error_recovery
        self._checks: Dict[str, Tuple[Callable[[], Any], bool]] = {}

    def add_check(self, name: str, check: Callable[[], Any], critical: bool = False) -> None:
        """Adds a check: a function, plain or async, that says whether all is
        well."""
        self._checks[name] = (check, critical)

    async def check_all(self) -> HealthReport:
        """Runs all of them."""
        report = HealthReport()
        for name, (check, critical) in self._checks.items():
            try:
                value = check()
                passed = bool(await value if inspect.isawaitable(value) else value)
            except Exception:  # pylint: disable=broad-except
                _LOG.exception("the check %s failed", name)
                passed = False
            report.results[name] = passed
            if not passed:
                report.failed_checks.append(name)
                if critical:
                    report.critical_failures.append(name)
        return report


@dataclass(frozen=True)
class Alert:
    """A threshold that does not hold."""

    metric: str
    value: float
    severity: str
    message: str


@dataclass(frozen=True)
class _Threshold:
    minimum: Optional[float]
    maximum: Optional[float]
    severity: str


class AlertManager:
    """Watches thresholds.  An alert is told once, and again after it had ended:
    to `on_alert`, else to the log.  Channels are the server's business;
    `notification_channel` comes with the alert's message."""

    def __init__(self, error_recovery: Any, notification_channel: str = "log",
                 on_alert: Optional[Callable[[Alert], Any]] = None) -> None:
        self._recovery = error_recovery
        self._channel = notification_channel
        self._on_alert = on_alert
        self._thresholds: Dict[str, _Threshold] = {}
        self._firing: Dict[str, Alert] = {}
        self._task: Optional["asyncio.Task[None]"] = None

    def add_threshold(self, metric: str, min_value: Optional[float] = None,
                      max_value: Optional[float] = None, severity: str = "medium") -> None:
        """The metric, one of METRICS, is to stay within these."""
        if metric not in METRICS:
            raise ValueError(f"metric '{metric}' is not known; known are {', '.join(METRICS)}")
        if min_value is None and max_value is None:
            raise ValueError(f"the threshold of '{metric}' needs min_value or max_value")
        self._thresholds[metric] = _Threshold(min_value, max_value, severity)

    async def check(self) -> List[Alert]:
        """Looks once; the alerts that are new."""
        # It may ask a server: not on the loop's thread.
        statistics = await asyncio.get_running_loop().run_in_executor(
            None, self._recovery.get_statistics)
        new = []
        for metric, limit in self._thresholds.items():
            value = METRICS[metric](statistics)
            low = limit.minimum is not None and value < limit.minimum
            high = limit.maximum is not None and value > limit.maximum
            if not low and not high:
                self._firing.pop(metric, None)
            elif metric not in self._firing:
                bound = f"below {limit.minimum:g}" if low else f"above {limit.maximum:g}"
                alert = Alert(metric, value, limit.severity,
                              f"[{self._channel}] {metric} is {value:g}, {bound}")
                self._firing[metric] = alert
                new.append(alert)
                await self._tell(alert)
        return new

    async def start_monitoring(self, interval_seconds: float = 60.0) -> None:
        """Looks every so many seconds, in a task of the running loop."""
        await self.stop_monitoring()
        self._task = asyncio.get_running_loop().create_task(self._watch(interval_seconds))

    async def stop_monitoring(self) -> None:
        """Ends the task."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _watch(self, interval: float) -> None:
        while True:
            await self.check()
            await asyncio.sleep(interval)

    async def _tell(self, alert: Alert) -> None:
        if self._on_alert is None:
            _LOG.error("%s: %s", alert.severity, alert.message)
            return
        told = self._on_alert(alert)
        if inspect.isawaitable(told):
            await told

"""HealthCheck: the caller's own host, and Ollama with its models."""
from __future__ import annotations

import json
import os
import shutil
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence, Tuple

THRESHOLD_PERCENT = 90.0
_CPU_SAMPLE_SECONDS = 0.1
_GIB = float(1 << 30)


@dataclass
class HealthStatus:
    """How one component does."""

    component: str
    healthy: bool
    message: str
    details: Dict[str, Any] = field(default_factory=dict)
    timestamp: float = field(default_factory=time.time)


class HealthCheck:
    """Looks when it is asked; keeps nothing.  `timeout` in seconds per request."""

    def __init__(self, ollama_base_url: str = "http://localhost:11434", timeout: float = 5.0,
                 disk_path: str = "/") -> None:
        self.ollama_base_url = ollama_base_url.rstrip("/")
        self.timeout = timeout
        self.disk_path = disk_path

    def check_ollama(self) -> HealthStatus:
        """Whether the Ollama server answers."""
        models, trouble = self._models()
        if trouble:
            return HealthStatus("ollama", False, trouble, {"url": self.ollama_base_url})
        return HealthStatus("ollama", True, f"running, {len(models)} models",
                            {"url": self.ollama_base_url, "models": models})

    def check_model_available(self, model: str) -> HealthStatus:
        """Whether the Ollama server has the model; without a tag: its latest."""
        component = f"model:{model}"
        models, trouble = self._models()
        if trouble:
            return HealthStatus(component, False, trouble, {"model": model})
        found = model in models or (":" not in model and f"{model}:latest" in models)
        return HealthStatus(component, found, "available" if found else "model not found",
                            {"model": model, "available_models": models})

    def check_system_resources(self) -> HealthStatus:
        """Memory, disk and CPU of this host.  More than 90 % of memory or disk
        in use is not healthy; the CPU is told only."""
        memory_percent, memory_gb = _memory()
        disk = shutil.disk_usage(self.disk_path)
        disk_percent = 100.0 * (disk.total - disk.free) / disk.total if disk.total else 0.0
        cpu_percent = _cpu_percent()
        warnings = [f"{name} {percent:.0f} % used"
                    for name, percent in (("memory", memory_percent), ("disk", disk_percent),
                                          ("CPU", cpu_percent)) if percent > THRESHOLD_PERCENT]
        healthy = max(memory_percent, disk_percent) <= THRESHOLD_PERCENT
        return HealthStatus(
            "system_resources", healthy, ", ".join(warnings) or "enough of everything",
            {"memory_percent": memory_percent, "memory_available_gb": memory_gb,
             "disk_percent": disk_percent, "disk_available_gb": disk.free / _GIB,
             "cpu_percent": cpu_percent})

    def check_all(self, models: Optional[Sequence[str]] = None) -> Dict[str, HealthStatus]:
        """All of it, by component."""
        statuses = [self.check_ollama()]
        statuses += [self.check_model_available(model) for model in models or ()]
        statuses.append(self.check_system_resources())
        return {status.component: status for status in statuses}

    def _models(self) -> Tuple[List[str], str]:
        """The server's models, or what is wrong with it."""
        try:
            with urllib.request.urlopen(f"{self.ollama_base_url}/api/tags",
                                        timeout=self.timeout) as response:
                listed = json.load(response).get("models", [])
            return [str(model.get("name", "")) for model in listed], ""
        except urllib.error.HTTPError as error:
            return [], f"answers HTTP {error.code}"
        except (OSError, ValueError, AttributeError) as error:
            return [], f"not reachable: {getattr(error, 'reason', error)}"


def _memory() -> Tuple[float, float]:
    """(percent in use, GiB available)."""
    try:
        with open("/proc/meminfo", encoding="ascii") as meminfo:
            kib = {line.split(":")[0]: int(line.split()[1]) for line in meminfo}
        total, available = kib["MemTotal"] * 1024, kib["MemAvailable"] * 1024
    except (OSError, KeyError, ValueError):  # Not Linux: free pages only.
        page = os.sysconf("SC_PAGE_SIZE")
        total = os.sysconf("SC_PHYS_PAGES") * page
        available = os.sysconf("SC_AVPHYS_PAGES") * page \
            if "SC_AVPHYS_PAGES" in os.sysconf_names else total
    return 100.0 * (total - available) / total, available / _GIB


def _cpu_times() -> Optional[Tuple[int, int]]:
    """(busy, all) since the start of the host."""
    try:
        with open("/proc/stat", encoding="ascii") as stat:
            times = [int(number) for number in stat.readline().split()[1:9]]
    except (OSError, ValueError):
        return None
    return sum(times) - times[3] - times[4], sum(times)


def _cpu_percent() -> float:
    before = _cpu_times()
    if before is None:
        return min(100.0, 100.0 * os.getloadavg()[0] / (os.cpu_count() or 1))
    time.sleep(_CPU_SAMPLE_SECONDS)
    after = _cpu_times() or before
    spent = after[1] - before[1]
    return 100.0 * (after[0] - before[0]) / spent if spent else 0.0

"""GracefulDegradation: smaller models, remembered answers, simpler workflows."""
from __future__ import annotations

import collections
import threading
import time
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

MAX_CACHED = 1000  # Answers; the oldest makes room.
# What only tunes a result: a degraded workflow runs with its defaults.
_TUNING = frozenset(("top_k", "top_p", "min_p", "typical_p", "repeat_penalty",
                     "presence_penalty", "frequency_penalty", "num_beams", "best_of"))


class GracefulDegradation:
    """What to do with less.  Thread safety: safe for concurrent use."""

    def __init__(self, fallback_models: Optional[Sequence[str]] = None,
                 max_cached: int = MAX_CACHED,
                 now: Callable[[], float] = time.time) -> None:
        self.fallback_models: List[str] = list(fallback_models or ())
        self.max_cached = max_cached
        self._now = now
        self._lock = threading.Lock()
        self._cache: "collections.OrderedDict[str, Tuple[float, Any]]" = collections.OrderedDict()

    def get_fallback_model(self, current_model: str) -> Optional[str]:
        """The model after this one; the first, where it is not in the chain;
        None after the last."""
        models = self.fallback_models
        if current_model not in models:
            return models[0] if models else None
        position = models.index(current_model) + 1
        return models[position] if position < len(models) else None

    def cache_response(self, key: str, response: Any) -> None:
        """Remembers an answer."""
        with self._lock:
            self._cache.pop(key, None)
            self._cache[key] = (self._now(), response)
            while len(self._cache) > self.max_cached:
                self._cache.popitem(last=False)

    def get_cached_response(self, key: str, max_age: float = 3600.0) -> Any:
        """The answer, if it is not older than max_age seconds; else None."""
        with self._lock:
            entry = self._cache.get(key)
            return None if entry is None or self._now() - entry[0] > max_age else entry[1]

    def clear_cache(self) -> None:
        """Forgets all answers."""
        with self._lock:
            self._cache.clear()

    @staticmethod
    def simplify_workflow(workflow: Mapping[str, Any]) -> Dict[str, Any]:
        """The workflow with at most 3 iterations and 3 tools, a temperature of
        at most 0.3, and without fine tuning."""
        simple = {key: value for key, value in workflow.items() if key not in _TUNING}
        if isinstance(simple.get("max_iterations"), int):
            simple["max_iterations"] = min(simple["max_iterations"], 3)
        if isinstance(simple.get("tools"), (list, tuple)):
            simple["tools"] = simple["tools"][:3]
        if isinstance(simple.get("temperature"), (int, float)):
            simple["temperature"] = min(simple["temperature"], 0.3)
        return simple

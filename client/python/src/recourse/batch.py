"""Batches that succeed in part."""
from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Awaitable, Callable, Dict, Iterable, List

MAX_CONCURRENCY = 1000


@dataclass
class BatchResult:
    """`result["successes"]` reads like `result.successes`."""

    successes: List[Dict[str, Any]] = field(default_factory=list)  # {"item", "result"}
    failures: List[Dict[str, Any]] = field(default_factory=list)  # {"item", "error", "exception"}

    @property
    def success_rate(self) -> float:
        """0-1; 1 for an empty batch, in which nothing failed."""
        total = len(self.successes) + len(self.failures)
        return len(self.successes) / total if total else 1.0

    def __getitem__(self, name: str) -> Any:
        if name not in ("successes", "failures", "success_rate"):
            raise KeyError(name)
        return getattr(self, name)

    def raise_if_none(self) -> "BatchResult":
        """Itself; raises the first error when nothing succeeded."""
        if self.failures and not self.successes:
            raise self.failures[0]["exception"]
        return self

    def add(self, item: Any, function: Callable[[], Any]) -> None:
        """Notes what becomes of one item."""
        try:
            self.successes.append({"item": item, "result": function()})
        except Exception as error:  # pylint: disable=broad-except
            self.failures.append({"item": item, "error": str(error), "exception": error})


def run_batch(function: Callable[[Any], Any], items: Iterable[Any]) -> BatchResult:
    """Calls the function, decorated or not, with each item, in order."""
    result = BatchResult()
    for item in items:
        result.add(item, lambda: function(item))  # pylint: disable=cell-var-from-loop
    return result


async def run_batch_async(function: Callable[[Any], Awaitable[Any]], items: Iterable[Any],
                          concurrency: int = 1) -> BatchResult:
    """The same for coroutine functions, `concurrency` items at a time; results
    stand in the order of the items."""
    if not 1 <= concurrency <= MAX_CONCURRENCY:
        raise ValueError(f"concurrency must be 1 to {MAX_CONCURRENCY}, is {concurrency}")
    gate = asyncio.Semaphore(concurrency)

    async def one(item: Any) -> Any:
        async with gate:
            return await function(item)
    everything = list(items)
    answers = await asyncio.gather(*(one(item) for item in everything), return_exceptions=True)
    result = BatchResult()
    for item, answer in zip(everything, answers):
        result.add(item, lambda: _value(answer))  # pylint: disable=cell-var-from-loop
    return result


def _value(answer: Any) -> Any:
    if isinstance(answer, BaseException):
        raise answer
    return answer

"""Runnables made like LangChain's, and nodes of graphs like LangGraph's.

    model = recovering(ChatOpenAI(max_retries=0), target="openai/gpt-4o")
    chain = prompt | model | parser      # A function, to the chain.

    @node(target="openai/gpt-4o", time_budget=60)
    def summarise(state): ...

Nothing of those libraries is imported: a runnable is what has `invoke`.
"""
from __future__ import annotations

import asyncio
import functools
import inspect
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, TypeVar

from recourse.call_plan import is_async, name_of
from recourse.client import Client
from recourse.integrations._shared import Runner
from recourse.model import Attempt
from recourse.options import Options

F = TypeVar("F", bound=Callable[..., Any])
MAX_CONCURRENCY = 32  # Of a batch whose config does not say.
# How a graph's control flow is raised: no failures.
_CONTROL = frozenset(("GraphBubbleUp", "GraphInterrupt", "NodeInterrupt", "ParentCommand"))


class _Passing(BaseException):
    """Carries what must not be recovered from past the recovery."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class RecoveringRunnable:
    """A runnable whose calls recover; each item of a batch by itself.

    The input is the state, where it is a mapping: edits change it.  Parameters
    of an alternative are given to `invoke` as keywords.  Streams are passed on
    as they are.  Set the inner model's own max_retries to 0.
    """

    def __init__(self, runnable: Any, client: Optional[Client] = None, **options: Any) -> None:
        if not callable(getattr(runnable, "invoke", None)):
            raise TypeError(f"{type(runnable).__name__} has no invoke")
        self.runnable = runnable
        name = getattr(runnable, "name", None) or type(runnable).__name__
        self._runner = Runner(client, {"target": str(name), **options})

    def invoke(self, input: Any, config: Any = None, **kwargs: Any) -> Any:  # pylint: disable=redefined-builtin
        """One call."""
        return self._runner.run(
            lambda attempt: self.runnable.invoke(
                _edited(input, attempt), config, **{**kwargs, **attempt.parameters}),
            _with_config(self._runner.options, input, config)).value

    async def ainvoke(self, input: Any, config: Any = None, **kwargs: Any) -> Any:  # pylint: disable=redefined-builtin
        """One call in asyncio."""
        return (await self._runner.run_async(
            lambda attempt: self.runnable.ainvoke(
                _edited(input, attempt), config, **{**kwargs, **attempt.parameters}),
            _with_config(self._runner.options, input, config))).value

    __call__ = invoke

    def batch(self, inputs: Sequence[Any], config: Any = None, *,
              return_exceptions: bool = False, **kwargs: Any) -> List[Any]:
        """One call per input, at most config["max_concurrency"] at once; results
        in the inputs' order.  An item's error is raised when all have ended, or
        stands in its place with `return_exceptions`."""
        if not inputs:
            return []
        configs = _configs(config, len(inputs))

        def one(item: Any, own: Any) -> Any:
            try:
                return self.invoke(item, own, **kwargs)
            except Exception as error:  # pylint: disable=broad-except
                return _Failed(error)
        with ThreadPoolExecutor(_concurrency(configs[0], len(inputs))) as pool:
            return _results(list(pool.map(one, inputs, configs)), return_exceptions)

    async def abatch(self, inputs: Sequence[Any], config: Any = None, *,
                     return_exceptions: bool = False, **kwargs: Any) -> List[Any]:
        """`batch` in asyncio."""
        if not inputs:
            return []
        configs = _configs(config, len(inputs))
        gate = asyncio.Semaphore(_concurrency(configs[0], len(inputs)))

        async def one(item: Any, own: Any) -> Any:
            async with gate:
                try:
                    return await self.ainvoke(item, own, **kwargs)
                except Exception as error:  # pylint: disable=broad-except
                    return _Failed(error)
        return _results(list(await asyncio.gather(*map(one, inputs, configs))), return_exceptions)

    def stream(self, input: Any, config: Any = None, **kwargs: Any) -> Iterator[Any]:  # pylint: disable=redefined-builtin
        """The inner runnable's stream, without recovery."""
        return self.runnable.stream(input, config, **kwargs)


def recovering(runnable: Any, client: Optional[Client] = None,
               **options: Any) -> RecoveringRunnable:
    """The runnable with recovery around it; options are recourse.Options'."""
    return RecoveringRunnable(runnable, client, **options)


def node(function: Optional[F] = None, *, client: Optional[Client] = None,
         **options: Any) -> Any:
    """Makes a graph's node recover: `@node` or `@node(target=..., ...)`.

    The graph's state is the operation's: edits change what the next attempt is
    given.  The node's name, thread and step are told where the config has them.
    Interrupts of the graph pass through.
    """
    if function is None:
        return lambda decorated: node(decorated, client=client, **options)
    inner: Callable[..., Any] = function
    name = getattr(inner, "__name__", type(function).__name__)
    runner = Runner(client, {"target": name_of(function), "node_name": name, **options})
    takes_config = "config" in inspect.signature(function).parameters

    def told(state: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Options:
        config = kwargs.get("config", args[0] if args and takes_config else None)
        return _with_config(runner.options, state, config)

    @functools.wraps(function)
    async def coroutine(state: Any, *args: Any, **kwargs: Any) -> Any:
        async def once(attempt: Attempt) -> Any:
            try:
                return await inner(_edited(state, attempt), *args, **kwargs)
            except Exception as error:
                if _is_control(error):
                    raise _Passing(error) from error
                raise
        try:
            return (await runner.run_async(once, told(state, args, kwargs))).value
        except _Passing as passing:
            raise passing.error from None

    @functools.wraps(function)
    def plain(state: Any, *args: Any, **kwargs: Any) -> Any:
        def once(attempt: Attempt) -> Any:
            try:
                return inner(_edited(state, attempt), *args, **kwargs)
            except Exception as error:
                if _is_control(error):
                    raise _Passing(error) from error
                raise
        try:
            return runner.run(once, told(state, args, kwargs)).value
        except _Passing as passing:
            raise passing.error from None
    return coroutine if is_async(function) else plain


class _Failed:
    def __init__(self, error: Exception) -> None:
        self.error = error


def _is_control(error: Exception) -> bool:
    return any(kind.__name__ in _CONTROL for kind in type(error).__mro__)


def _results(results: List[Any], return_exceptions: bool) -> List[Any]:
    failed = next((r.error for r in results if isinstance(r, _Failed)), None)
    if failed is not None and not return_exceptions:
        raise failed
    return [r.error if isinstance(r, _Failed) else r for r in results]


def _edited(given: Any, attempt: Attempt) -> Any:
    return attempt.state if isinstance(given, Mapping) else given


def _with_config(options: Options, given: Any, config: Any) -> Options:
    """What a config tells about where in a workflow this is."""
    changes: Dict[str, Any] = {"state": given} if isinstance(given, Mapping) else {}
    if isinstance(config, Mapping):
        metadata = config.get("metadata") or {}
        thread = (config.get("configurable") or {}).get("thread_id")
        step = metadata.get("langgraph_step")
        if thread is not None and not options.workflow_id:
            changes["workflow_id"] = str(thread)
        if isinstance(step, int) and not options.step_count:
            changes["step_count"] = step
    return options.but(**changes) if changes else options


def _configs(config: Any, count: int) -> List[Any]:
    if not isinstance(config, (list, tuple)):
        return [config] * count
    if len(config) != count:
        raise ValueError(f"config holds {len(config)} entries for {count} inputs")
    return list(config)


def _concurrency(config: Any, count: int) -> int:
    said = config.get("max_concurrency") if isinstance(config, Mapping) else None
    return max(1, min(int(said or MAX_CONCURRENCY), count))

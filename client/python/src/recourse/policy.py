"""Tools with error policies, and the executor that keeps to them."""
from __future__ import annotations

import inspect
import logging
from dataclasses import dataclass
from enum import Enum
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from recourse import client as client_module
from recourse.batch import BatchResult, run_batch_async
from recourse.client import Client
from recourse.enums import Jitter
from recourse.model import Alternative, Attempt
from recourse.options import Options
from recourse.steps import AlternativePathStep, RetryStep, Step

_LOG = logging.getLogger("recourse.policy")


class ErrorStrategy(Enum):
    """What becomes of a tool's error."""

    RETRY = "retry"  # Retries, then raises.
    FALLBACK = "fallback"  # Retries, then the fallback tools, then raises.
    CONTINUE = "continue"  # Retries, then None.
    PARTIAL_SUCCESS = "partial_success"  # Item by item: a BatchResult.
    RAISE = "raise"  # Raises at once.


@dataclass(frozen=True)
class ErrorRecoveryPolicy:
    """Waits retry_backoff x 1, 2, 4, ... s up to max_delay.  PARTIAL_SUCCESS
    calls the tool once per item of the parameter `items_param`, which it gets
    as `item_param`."""

    strategy: ErrorStrategy = ErrorStrategy.RETRY
    max_retries: int = 3
    retry_backoff: float = 2.0
    fallback_tools: Sequence[str] = ()
    max_delay: float = 60.0
    items_param: str = "items"
    item_param: str = "item"

    def steps(self) -> List[Step]:
        """What it says, as a plan."""
        steps: List[Step] = []
        if self.max_retries and self.strategy is not ErrorStrategy.RAISE:
            steps.append(RetryStep(
                max_retries=self.max_retries, base_delay=self.retry_backoff, jitter=Jitter.NONE,
                max_delay=max(self.max_delay, self.retry_backoff)))
        if self.strategy is ErrorStrategy.FALLBACK and self.fallback_tools:
            steps.append(AlternativePathStep(
                [Alternative(name) for name in self.fallback_tools]))
        return steps


class ToolRegistry:
    """Tools by name, with their policies."""

    def __init__(self) -> None:
        self._tools: Dict[str, Callable[..., Any]] = {}
        self._policies: Dict[str, ErrorRecoveryPolicy] = {}

    def register(self, tool: Callable[..., Any], name: str = "",
                 error_policy: Optional[ErrorRecoveryPolicy] = None) -> Callable[..., Any]:
        """Adds a tool: a function, plain or async, or an object with `execute`.
        A name that is taken is replaced."""
        name = name or getattr(tool, "name", "") or getattr(tool, "__name__", "")
        if not name:
            raise ValueError("a tool without a name: give register(tool, name=...)")
        self._tools[name] = tool if callable(tool) else getattr(tool, "execute")
        if error_policy is not None:
            self._policies[name] = error_policy
        return tool

    def tool(self, name: str) -> Callable[..., Any]:
        """The tool; KeyError names those that there are."""
        if name not in self._tools:
            raise KeyError(f"no tool '{name}' is registered, only {sorted(self._tools)}")
        return self._tools[name]

    def policy(self, name: str) -> ErrorRecoveryPolicy:
        """Its policy, or the default one."""
        return self._policies.get(name, ErrorRecoveryPolicy())


registry = ToolRegistry()


class ErrorRecoveryExecutor:
    """Runs registered tools by their policies."""

    def __init__(self, tools: Optional[ToolRegistry] = None,
                 client: Optional[Client] = None) -> None:
        self._tools = tools or registry
        self._client = client

    async def execute_with_recovery(self, tool_name: str,
                                    params: Optional[Mapping[str, Any]] = None,
                                    policy: Optional[ErrorRecoveryPolicy] = None) -> Any:
        """The tool's value, or what the policy says instead; the last error
        when nothing helped.  KeyError: the tool, or a fallback, is unknown."""
        policy = policy or self._tools.policy(tool_name)
        for name in (tool_name, *policy.fallback_tools):
            self._tools.tool(name)
        given = dict(params or {})
        if policy.strategy is ErrorStrategy.PARTIAL_SUCCESS:
            return await self._by_item(tool_name, given, policy)
        try:
            return await self._run(tool_name, given, policy)
        except Exception as error:  # pylint: disable=broad-except
            if policy.strategy is not ErrorStrategy.CONTINUE:
                raise
            _LOG.warning("%s failed, going on without: %s", tool_name, error)
            return None

    async def _run(self, tool_name: str, params: Mapping[str, Any],
                   policy: ErrorRecoveryPolicy) -> Any:
        async def operation(attempt: Attempt) -> Any:
            name = attempt.alternative.name if attempt.alternative else tool_name
            value = self._tools.tool(name)(**params)
            return await value if inspect.isawaitable(value) else value
        if policy.strategy is ErrorStrategy.RAISE:
            return await operation(Attempt(target=tool_name))
        client = self._client or client_module.default_client()
        return await client.run_async(operation, Options(
            target=tool_name, steps=policy.steps(), alternatives=list(policy.fallback_tools)))

    async def _by_item(self, tool_name: str, params: Dict[str, Any],
                       policy: ErrorRecoveryPolicy) -> BatchResult:
        if policy.items_param not in params:
            raise ValueError(f"PARTIAL_SUCCESS needs the parameter '{policy.items_param}'")
        items = params.pop(policy.items_param)
        return await run_batch_async(
            lambda item: self._run(tool_name, {**params, policy.item_param: item}, policy), items)

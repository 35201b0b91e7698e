"""What the integrations share: running a call under options of its own."""
from __future__ import annotations

from typing import Any, Awaitable, Callable, Mapping, Optional

from recourse import client as client_module
from recourse.call_plan import CallPlan
from recourse.client import Client
from recourse.model import Attempt, Recovered
from recourse.options import Options
from recourse.sites import Site

NEVER_BEGAN = "the call did not begin: the circuit of its target is open"


class Runner:
    """Runs calls that share their options.  Thread safety: safe for concurrent
    use."""

    def __init__(self, client: Optional[Client], options: Mapping[str, Any]) -> None:
        self.options = Options(**options)
        self._client = client
        self._plan = CallPlan(_takes_attempt, self.options)

    @property
    def client(self) -> Client:
        """The client of all calls."""
        return self._client or client_module.default_client()

    def run(self, operation: Callable[[Attempt], Any], options: Options,
            failure: Optional[BaseException] = None) -> Recovered:
        """Runs it, or goes on after its first attempt failed so."""
        client, site = self.client, self.site(options)
        if failure is None:
            return client.begin(site, options, self._plan, (), {}, operation)
        return client.recover(site, options, self._plan, (), {}, operation, failure)

    async def run_async(self, operation: Callable[[Attempt], Awaitable[Any]],
                        options: Options) -> Recovered:
        """The same for coroutine functions."""
        return await self.client.begin_async(self.site(options), options, self._plan, (), {},
                                             operation)

    def site(self, options: Options) -> Site:
        """What is counted and known of the call's target."""
        return self.client.site(Client.target_of(None, options))


def _takes_attempt(attempt: Attempt) -> None:
    """What every operation here looks like."""


def shorter(timeout: Optional[float], limit: Optional[float]) -> Optional[float]:
    """The smaller of two time-outs; None is none."""
    if timeout is None or limit is None:
        return limit if timeout is None else timeout
    return min(timeout, limit)

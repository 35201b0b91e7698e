"""Time and chance.  A test replaces them by recourse.testing.FakeClock."""
from __future__ import annotations

import asyncio
import random
import threading
import time
from typing import Optional

from recourse.errors import Cancelled


class Clock:
    """The machine's."""

    def now(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    def random(self) -> float:
        """A number in [0, 1)."""
        return random.random()

    def sleep(self, seconds: float, cancel: Optional[threading.Event] = None) -> None:
        """Waits; raises Cancelled as soon as `cancel` is set."""
        if cancel is None:
            time.sleep(seconds)
        elif cancel.wait(seconds):
            raise Cancelled("cancelled while waiting")

    async def sleep_async(self, seconds: float) -> None:
        """The same for asyncio, where cancelling is the task's."""
        await asyncio.sleep(seconds)

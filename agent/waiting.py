"""How the link's loop waits for the engine's threads: with a deadline, and without blocking."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import TypeVar

from trading.refusals import NoAnswer

T = TypeVar("T")

NO_ANSWER = "TWS did not answer in time"
STOPPING = "Your agent is stopping"


async def heard(future: Future[T], seconds: float) -> T:
    """The Future's answer, or NoAnswer after so many seconds. The Future itself goes on."""
    waiting = asyncio.wrap_future(future)
    waiting.add_done_callback(_look)
    # Not wait_for: it would cancel the Future, and with it an order that is under way.
    done, _ = await asyncio.wait({waiting}, timeout=seconds)
    if not done:
        raise NoAnswer(NO_ANSWER)
    if waiting.cancelled():
        raise NoAnswer(STOPPING)
    return waiting.result()


def _look(late: asyncio.Future[T]) -> None:
    """When nobody waits any more, a late error is no lost one."""
    if not late.cancelled():
        late.exception()

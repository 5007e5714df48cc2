"""IB's pace of messages, for whoever sends many: one leaves only when it could leave at once.

ib_async itself queues what comes too fast. A chain that put its 200 requests into that queue would
make everybody else wait behind it; so it waits here, outside, and a quote goes in between.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

# Of IB's 50 a second for one client (https://interactivebrokers.github.io/tws-api/introduction.html);
# ib_async keeps to 45 as well.
MOST_A_SECOND = 45


class HasRoom(Protocol):
    def seconds_until_room(self, limit: int) -> float: ...


class Pace:
    """Turns, first come first served. It belongs to the reader's loop."""

    def __init__(self, most_a_second: int = MOST_A_SECOND) -> None:
        self._most = most_a_second
        self._turn = asyncio.Lock()

    async def room(self, wire: HasRoom) -> None:
        """Come back when one message may leave; send it before anything is awaited."""
        async with self._turn:
            while seconds := wire.seconds_until_room(self._most):
                await asyncio.sleep(seconds)

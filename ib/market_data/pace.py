"""Turns for whoever asks TWS many things: a message at a time, when it can leave at once.

So no more than one of these ever waits in the queue before somebody else's request.
"""

from __future__ import annotations

import asyncio

from ib.wire import Wire


class Pace:
    """First come, first served. It belongs to the reader's loop."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def turn(self, wire: Wire) -> None:
        """Returns when a message may leave now; the caller sends it before it waits again."""
        async with self._turn:
            while (seconds := wire.seconds_until_room(0)) > 0:
                await asyncio.sleep(seconds)

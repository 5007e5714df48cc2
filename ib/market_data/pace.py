"""Turns for whoever asks TWS many things: a message at a time, when it can leave at once.

So no more than one of these ever waits in the queue before somebody else's request.
"""

from __future__ import annotations

import asyncio

from ib.wire import Wire


class Pace:
    """First come, first served. It belongs to the reader's loop."""

    def __init__(self, most_a_second: int = 0) -> None:
        """`most_a_second`: below the connection's own pace; 0 = just that."""
        self._most = most_a_second
        self._turn = asyncio.Lock()

    async def turn(self, wire: Wire) -> None:
        """Returns when a message may leave now; the caller sends it before it waits again."""
        async with self._turn:
            while (seconds := wire.seconds_until_room(self._most)) > 0:
                await asyncio.sleep(seconds)

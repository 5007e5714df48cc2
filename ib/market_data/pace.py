"""Turns for whoever asks TWS many things: evenly spaced, and behind everybody who asks one thing.

A turn is given when the message can leave at once, so that no more than one of these ever waits in
the queue before somebody else's request. Evenly, because TWS counts what arrives in a second: two
bursts a second apart look like one to a TWS that was busy for a moment.
"""

from __future__ import annotations

import asyncio

from ib.wire import Wire

SPARE = 1  # message a second, for clocks that do not agree
AT_ONCE = 3  # so many gaps late may a turn be and still be made up for
YIELD_SECONDS = 0.01


class Pace:
    """First come, first served, the urgent ones first. It belongs to the reader's loop."""

    def __init__(self, most_a_second: int = 0) -> None:
        """`most_a_second`: below the connection's own pace; 0 = just that."""
        self._most = most_a_second
        self._urgent = asyncio.Lock()
        self._usual = asyncio.Lock()
        self._next = 0.0  # when the next turn is, by the loop's clock

    async def turn(self, wire: Wire, *, urgent: bool = False) -> None:
        """Returns when a message may leave now; the caller sends it before it waits again.

        `urgent`: somebody waits for one answer, not for a list.
        """
        async with self._urgent if urgent else self._usual:
            while True:
                seconds = self._seconds(wire)
                if seconds <= 0 and (urgent or not self._urgent.locked()):
                    break
                await asyncio.sleep(max(seconds, YIELD_SECONDS))
            self._take(wire)

    def _seconds(self, wire: Wire) -> float:
        now = asyncio.get_running_loop().time()
        return max(wire.seconds_until_room(self._limit(wire)), self._next - now)

    def _take(self, wire: Wire) -> None:
        limit = self._limit(wire)
        if limit:
            gap, now = 1 / limit, asyncio.get_running_loop().time()
            self._next = max(self._next, now - AT_ONCE * gap) + gap

    def _limit(self, wire: Wire) -> int:
        """Messages a second; 0: no limit."""
        pace = self._most or wire.client.MaxRequests
        return max(1, pace - SPARE) if pace else 0

"""Turns for whoever asks TWS many things, behind everybody who asks one thing.

A turn is given when the message can leave at once, so that no more than one of these ever waits in
the queue before somebody else's request. The messages of a second leave spread over a part of it,
and a full second's worth again only a little more than a second later: TWS counts what arrives, and
two bursts a second apart look like one to a TWS that was busy for a moment.
"""

from __future__ import annotations

import asyncio
from collections import deque

from ib.wire import Wire

PERIOD_SECONDS = 1.01  # in which no more than a second's worth leaves
SPREAD_SECONDS = 0.15  # over which a second's worth leaves at least
YIELD_SECONDS = 0.01


class Pace:
    """First come, first served, the urgent ones first. It belongs to the reader's loop."""

    def __init__(self, most_a_second: int = 0) -> None:
        """`most_a_second`: below the connection's own pace; 0 = just that."""
        self._most = most_a_second
        self._urgent = asyncio.Lock()
        self._usual = asyncio.Lock()
        self._given: deque[float] = deque()  # when turns were given, by the loop's clock

    async def turn(self, wire: Wire, *, urgent: bool = False) -> None:
        """Returns when a message may leave now; the caller sends it before it waits again.

        `urgent`: somebody waits for one answer, not for a list.
        """
        async with self._urgent if urgent else self._usual:
            while True:
                seconds = self._seconds(wire)
                if seconds <= 0 and (urgent or not self._urgent.locked()):
                    break
                await asyncio.sleep(max(seconds, YIELD_SECONDS if seconds <= 0 else 0))
            self._given.append(asyncio.get_running_loop().time())

    def _seconds(self, wire: Wire) -> float:
        """How long until the next turn; not positive when it is now."""
        limit = self._most or wire.client.MaxRequests
        if not limit:
            return wire.seconds_until_room(0)
        given, now = self._given, asyncio.get_running_loop().time()
        while len(given) > limit:
            given.popleft()
        next_turn = given[-1] + SPREAD_SECONDS / limit if given else now
        if len(given) == limit:
            next_turn = max(next_turn, given[0] + PERIOD_SECONDS)
        return max(wire.seconds_until_room(self._most), next_turn - now)

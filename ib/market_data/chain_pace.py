"""IB's pace of messages, for whoever sends many: one leaves only when it could leave at once.

ib_async itself queues what comes too fast. A chain that put its 200 requests into that queue would
make everybody else wait behind it; so it waits here, outside, and a quote goes in between.

IB counts a message when TWS reads it, not when it leaves here. Forty-five that leave at once are
read over some time, and the next forty-five a second later perhaps faster: then more than
forty-five are read in one second. So a message counts from the moment that it is known to have been
read: its first answer, or a moment after it left. And only a few that nobody has answered are on
their way at once, so that no heap of them builds up.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from typing import Protocol

# Of IB's 50 a second for one client (https://interactivebrokers.github.io/tws-api/introduction.html);
# ib_async keeps to 45, and one place stays for the connection's own question whether TWS is there.
MOST_A_SECOND = 44
MOST_ON_THE_WAY = 3
ON_THE_WAY_SECONDS = 0.06  # then a message that nobody has answered holds up no other one
READ_SECONDS = 0.5  # after so long TWS has read a message, answered or not
WINDOW_SECONDS = 1.0
SHORTEST_WAIT = 0.0005


class HasRoom(Protocol):
    def seconds_until_room(self, limit: int) -> float: ...


class Slot:
    """One message that has left."""

    def __init__(self, pace: ChainPace, now: float) -> None:
        self._pace = pace
        self.arrives_by = now + ON_THE_WAY_SECONDS
        self.read_by = now + READ_SECONDS  # the loop's time at which TWS has read it at the latest
        self.is_answered = False

    def answered(self) -> None:
        """TWS has said something about it: it has read it."""
        if not self.is_answered:
            self.is_answered = True
            self.read_by = min(self.read_by, asyncio.get_running_loop().time())
            self._pace.look_again()


class ChainPace:
    """Turns, first come first served. It belongs to the reader's loop."""

    def __init__(self) -> None:
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._slots: deque[Slot] = deque()
        self._news = asyncio.Event()

    async def room(self, wire: HasRoom, most: int = MOST_A_SECOND) -> Slot:
        """Come back when a message may leave; send it before anything is awaited.

        `most` in a second, all together: whoever asks for fewer leaves room for others.
        """
        loop = asyncio.get_running_loop()
        async with self._turns[most]:
            while seconds := self._seconds(loop.time(), wire, most):
                self._news.clear()
                timer = loop.call_later(seconds, self._news.set)
                try:
                    await self._news.wait()
                finally:
                    timer.cancel()
            slot = Slot(self, loop.time())
            self._slots.append(slot)
            return slot

    def look_again(self) -> None:
        self._news.set()

    def _seconds(self, now: float, wire: HasRoom, most: int) -> float:
        """How long to wait at least before looking again; 0 = send."""
        while self._slots and self._slots[0].read_by <= now - WINDOW_SECONDS:
            self._slots.popleft()
        waits = [wire.seconds_until_room(most)]
        times = sorted(slot.read_by for slot in self._slots)
        if len(times) >= most:
            waits.append(times[-most] + WINDOW_SECONDS - now)
        unanswered = [slot.arrives_by for slot in self._slots if not slot.is_answered]
        on_the_way = sorted(time for time in unanswered if time > now)
        if len(on_the_way) >= MOST_ON_THE_WAY:
            waits.append(on_the_way[-MOST_ON_THE_WAY] - now)
        longest = max(waits)
        return max(longest, SHORTEST_WAIT) if longest > 0 else 0.0

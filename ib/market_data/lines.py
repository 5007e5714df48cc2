"""The budget of market-data lines that everything on this connection shares.

A line is one running subscription, or one snapshot until it ends. IB's usual allowance is 100 for
all of a user's programs together: https://interactivebrokers.github.io/tws-api/market_data.html
Streams leave a tenth to snapshots, so that a chain or a list of prices always gets on. A free line
goes to a stream that waits first.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST_LINES = 95  # a few stay for what the user looks at in TWS itself
FOR_SNAPSHOTS = 10  # one line in so many


class Lines:
    """Counted, never exceeded. It belongs to the reader's loop."""

    def __init__(self, cap: int = MOST_LINES) -> None:
        self._most = cap
        self.cap = cap
        self.used = 0
        self.streams = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def most_streams(self) -> int:
        return self.cap - self.cap // FOR_SNAPSHOTS

    @property
    def has_room(self) -> bool:
        """Whether a stream could have a line now."""
        return self.used < self.cap and self.streams < self.most_streams

    def take(self) -> bool:
        """One line for as long as its taker wants it; False when none is free."""
        if not self.has_room:
            return False
        self.used += 1
        self.streams += 1
        return True

    def give_back(self) -> None:
        self.streams -= 1
        self._end_one()

    @asynccontextmanager
    async def borrowed(self) -> AsyncIterator[None]:
        """A line for one snapshot; waits for its turn while all are in use."""
        while self.used >= self.cap:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if not turn.cancelled():  # it was called, and goes away: the next one's turn
                    self._call_next()
                raise
        self.used += 1
        try:
            yield
        finally:
            self._end_one()

    def on_full(self) -> None:
        """TWS gave no line (101): it allows fewer than we thought, so we use fewer from now on.

        The line that was refused is still counted as used.
        """
        self.cap = max(1, min(self.cap, self.used - 1))

    def reset(self) -> None:
        """A new connection: TWS is believed to allow what is usual."""
        self.cap = self._most
        self._call_next()

    def _end_one(self) -> None:
        self.used -= 1
        self._call_next()

    def _call_next(self) -> None:
        while self._waiting and self.used < self.cap:
            first = self._waiting.popleft()
            if not first.done():
                first.set_result(None)
                break

"""The budget of market-data lines that everything on this connection shares.

A line is one running subscription, or one snapshot until it ends. IB's usual allowance is 100 for
all of a user's programs together: https://interactivebrokers.github.io/tws-api/market_data.html
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST_LINES = 95  # a few stay for what the user looks at in TWS itself


class Lines:
    """Counted, never exceeded. It belongs to the reader's loop."""

    def __init__(self, cap: int = MOST_LINES) -> None:
        self.cap = cap
        self.used = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    def take(self) -> bool:
        """One line for as long as its taker wants it; False when none is free."""
        if self.used >= self.cap:
            return False
        self.used += 1
        return True

    def give_back(self) -> None:
        self.used -= 1
        self._call_next()

    @asynccontextmanager
    async def borrowed(self) -> AsyncIterator[None]:
        """A line for one snapshot; waits for its turn while all are in use."""
        while not self.take():
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if not turn.cancelled():  # it was called, and goes away: the next one's turn
                    self._call_next()
                raise
        try:
            yield
        finally:
            self.give_back()

    def _call_next(self) -> None:
        while self._waiting:
            first = self._waiting.popleft()
            if not first.done():
                first.set_result(None)
                break

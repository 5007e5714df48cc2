"""The budget of market-data lines that everything on this connection shares.

A line is one running subscription, or one snapshot until it ends. IB's usual allowance is 100 for
all of a user's programs together: https://interactivebrokers.github.io/tws-api/market_data.html
Streams may have all of them. A snapshot takes a free line; while few snapshots run, a stream gives
way to the next one for as long as it takes. Beyond that, streams that wait go first.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ib.wire import Wire

MOST_LINES = 100
FOR_SNAPSHOTS = 5  # streams give way to snapshots on one line in so many
FOR_OTHERS = 10  # one in so many is never a held position's: else no chain would ever come

GiveWay = Callable[[Wire, bool], bool]
Waiting = deque[tuple[asyncio.Future[None], Wire]]


class Lines:
    """Counted, never exceeded. It belongs to the reader's loop.

    `give_way(wire, lent)` ends a stream for a snapshot, without giving its line back here; False
    when none may. `wanted`: how many streams wait for a line now.
    """

    def __init__(self, cap: int = MOST_LINES) -> None:
        self._most = cap
        self.cap = cap
        self.used = 0
        self.streams = 0
        self.wanted = 0
        self.give_way: GiveWay = lambda _wire, _lent: False
        self.may_cancel: Callable[[Wire], bool] = lambda _wire: True  # by IB's pace
        self._waiting: dict[bool, Waiting] = {False: deque(), True: deque()}  # own, lent

    @property
    def has_room(self) -> bool:
        return self.used < self.cap

    @property
    def places(self) -> int:
        """Streams that can be opened now. When all lines are streams' one may take another's."""
        free = max(0, self.cap - self.used)
        return free if self.streams < self.cap else self.cap

    @property
    def most_held(self) -> int:
        """Lines of held positions, which never give way."""
        return self.cap - self.cap // FOR_OTHERS

    def take(self) -> bool:
        """One line for as long as its taker wants it; False when none is free."""
        if not self.has_room:
            return False
        self.used += 1
        self.streams += 1
        self.wanted = max(0, self.wanted - 1)
        return True

    def give_back(self) -> None:
        self.streams -= 1
        self._end_one()

    @asynccontextmanager
    async def borrowed(self, wire: Wire, *, lent: bool = False) -> AsyncIterator[None]:
        """A line for one snapshot; waits for its turn while it can have none."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[lent].append((turn, wire))
        self.serve()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it was given a line, and goes away
                self._end_one()
            raise
        try:
            yield
        finally:
            self._end_one()

    def stream_waits(self, count: int) -> None:
        """So many streams want a line now."""
        self.wanted = count
        self.serve()

    def serve(self) -> None:
        """Lines for the snapshots that wait, the own ones first."""
        for lent, waiting in self._waiting.items():
            while waiting:
                turn, wire = waiting[0]
                if turn.done():
                    waiting.popleft()
                elif self._lend(wire, lent):
                    waiting.popleft()
                    turn.set_result(None)
                else:
                    break

    def on_full(self) -> None:
        """TWS gave no line (101): it allows fewer than we thought, so we use fewer from now on.

        The line that was refused is still counted as used.
        """
        self.cap = max(1, min(self.cap, self.used - 1))

    def reset(self) -> None:
        """A new connection: TWS is believed to allow what is usual."""
        self.cap, self.wanted = self._most, 0
        self.serve()

    def _lend(self, wire: Wire, lent: bool) -> bool:
        """Count one more snapshot, on a free line or on one that a stream gives way on."""
        has_few = self.used - self.streams < max(1, self.cap // FOR_SNAPSHOTS)
        if self.used + (0 if has_few else self.wanted) < self.cap:
            self.used += 1
            return True
        may_swap = has_few and self.used <= self.cap and self.may_cancel(wire)
        if may_swap and self.give_way(wire, lent):
            self.streams -= 1
            return True
        return False

    def _end_one(self) -> None:
        self.used -= 1
        self.serve()

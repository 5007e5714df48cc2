"""The day's profit and loss of each position: one subscription (reqPnLSingle) for each.

They are asked for slowly, so that a portfolio of a hundred rows never stands before a quote. TWS
answers about once a second, and not at all for what is not held.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress

from ib.market_data.pace import Pace
from ib.wire import Wire

Key = tuple[str, int]  # account, conId
MOST = 100  # positions; IB names no limit, and what is beyond has no day's profit
A_SECOND = 10


class PositionProfits:
    """It belongs to the reader's loop."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._wire: Wire | None = None
        self._wanted: list[Key] = []
        self._asked: set[Key] = set()
        self._news = asyncio.Event()

    def on_connected(self, wire: Wire) -> None:
        """Subscriptions of an earlier connection are gone."""
        self._wire = wire
        self._asked.clear()
        self._news.set()

    def on_disconnected(self) -> None:
        self._wire = None

    def want(self, keys: Collection[Key]) -> None:
        """The positions that are held now."""
        self._wanted = list(keys)[:MOST]
        self._news.set()

    async def live(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._wire is not None and (key := self._next()):
                await self._send(self._wire, key)

    def _next(self) -> Key | None:
        """One that is asked for and no longer held, else one that is not asked for yet."""
        gone = self._asked.difference(self._wanted)
        return next(iter(gone), None) or next(
            (key for key in self._wanted if key not in self._asked), None
        )

    async def _send(self, wire: Wire, key: Key) -> None:
        turn = await self._pace.turn(wire, most=A_SECOND)
        is_asked, is_wanted = key in self._asked, key in self._wanted
        if wire is not self._wire or is_asked == is_wanted:
            turn.unused()
            return
        with suppress(ConnectionError):  # the next connection asks for everything again
            if is_wanted:
                self._asked.add(key)
                wire.reqPnLSingle(key[0], "", key[1])
            else:
                self._asked.discard(key)
                wire.cancelPnLSingle(key[0], "", key[1])

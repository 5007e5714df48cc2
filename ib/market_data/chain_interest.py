"""Open interest of a chain: a second pass, after the prices.

It is generic tick 101, which no snapshot brings (error 414): a stream for each option and a cancel,
two messages (https://interactivebrokers.github.io/tws-api/tick_types.html, ticks 27 and 28). It
changes once a day, so it is kept for the day; the pass takes a part of pace and lines only.
"""

from __future__ import annotations

import asyncio
from datetime import date

import ib_async

from ib.market_data.chain_progress import CellKey, ChainProgress
from ib.market_data.chain_state import ChainState
from ib.market_data.snapshots import Snapshots, Terms
from ib.wire import Wire
from trading.ib_objects import number
from trading.refusals import NoAnswer, TradingError

OPEN_INTEREST = "101"
TICK_SECONDS = 5.0
TELL_SECONDS = 0.5
MOST_A_SECOND = 30  # of 45: quotes and the next chain go first
MOST_LINES = 20
MOST_REFUSALS = 5  # then the others would be refused as well
STAGE = "open interest"


class OpenInterest:
    """`known` by conId. It belongs to the reader's loop."""

    def __init__(self, snapshots: Snapshots) -> None:
        self.known: dict[int, float] = {}
        self._snapshots = snapshots
        self._at_once = asyncio.Semaphore(MOST_LINES)
        self._day: date | None = None

    def begin(self, today: date) -> None:
        if self._day is None or today > self._day:
            self._day = today
            self.known.clear()

    async def fetch(self, wire: Wire, state: ChainState, progress: ChainProgress) -> None:
        """What is not known yet, the money first; cells are told as they become whole."""
        found = state.definitions.found
        wanted = [key for key in state.from_the_money() if key in found]
        missing = [key for key in wanted if found[key].conId not in self.known]
        refusals = 0

        async def one(key: CellKey) -> None:
            nonlocal refusals
            try:
                async with self._at_once:
                    if refusals < MOST_REFUSALS:
                        await self._ask(wire, found[key])
            except NoAnswer:
                pass
            except TradingError:
                refusals += 1

        waiting = {asyncio.create_task(one(key)) for key in missing}
        try:
            while waiting:
                _, waiting = await asyncio.wait(waiting, timeout=TELL_SECONDS)
                self._tell(state, progress, wanted, len(missing) - len(waiting), len(missing))
        finally:
            for task in waiting:
                task.cancel()

    def _tell(
        self,
        state: ChainState,
        progress: ChainProgress,
        wanted: list[CellKey],
        done: int,
        total: int,
    ) -> None:
        whole = [
            (key, cell) for key, cell in state.cells(wanted) if cell["openInterest"] is not None
        ]
        progress.cells(STAGE, f"Open interest {done} of {total}", whole, done, total)

    async def _ask(self, wire: Wire, contract: ib_async.Contract) -> None:
        """One stream until its tick has come."""
        name = "callOpenInterest" if contract.right.startswith("C") else "putOpenInterest"

        def is_enough(ticker: ib_async.Ticker) -> bool:
            return number(getattr(ticker, name)) is not None

        terms = Terms(OPEN_INTEREST, TICK_SECONDS, is_enough=is_enough, most_a_second=MOST_A_SECOND)
        ticker = await self._snapshots.once(wire, contract, terms)
        self.known[contract.conId] = getattr(ticker, name)

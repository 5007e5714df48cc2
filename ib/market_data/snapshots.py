"""Snapshots of market data: one line each until TWS ends it, and never faster than IB's pace.

TWS ends a snapshot when every field has come, after eleven seconds at the latest
(https://interactivebrokers.github.io/tws-api/md_request.html). What was sent keeps its line until
then, also when nobody wants its answer any more: TWS counts it still.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import ib_async

from ib.market_data.asking import Asking
from ib.market_data.chain_pace import ChainPace, Slot
from ib.market_data.lines import Lines
from ib.wire import Wire
from trading.ib_errors import CodeTable
from trading.refusals import NotConnected, TradingError

SNAPSHOT_SECONDS = 12.0
# So many of the lines at once for a chain that another user of the relay asks for.
MOST_LENT = 20

Gate = AbstractAsyncContextManager[Any]


class Snapshot:
    """One snapshot: it waits for its turn, is under way, or is over.

    `ticker` holds what has come so far, None before it was sent; `notices` what TWS said beside it;
    `error` why it brought nothing (more).
    """

    def __init__(self, contract: ib_async.Contract) -> None:
        self.contract = contract
        self.ticker: ib_async.Ticker | None = None
        self.notices: dict[int, str] = {}
        self.error: TradingError | None = None
        self.changed = asyncio.Event()  # something has come, or it is over
        self.task: asyncio.Task[None]  # set by whoever starts it

    @property
    def is_over(self) -> bool:
        return self.task.done()

    def give_up(self) -> None:
        """Nobody wants it any more. What was sent already runs on."""
        if self.ticker is None:
            self.task.cancel()


class Snapshots:
    """It belongs to the reader's loop."""

    def __init__(self, codes: CodeTable, lines: Lines, pace: ChainPace) -> None:
        self._asking = Asking(codes, SNAPSHOT_SECONDS)
        self._lines = lines
        self._pace = pace
        self._lent = asyncio.Semaphore(MOST_LENT)
        self._under_way: dict[int, Snapshot] = {}  # by reqId
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, wire: Wire, contract: ib_async.Contract, *, lent: bool = False) -> Snapshot:
        """Ask as soon as there is a line and room. Snapshots leave in the order of their start."""
        snapshot = Snapshot(contract)
        gate: Gate = self._lent if lent else nullcontext()
        snapshot.task = asyncio.get_running_loop().create_task(self._run(wire, snapshot, gate))
        self._tasks.add(snapshot.task)
        snapshot.task.add_done_callback(self._tasks.discard)
        return snapshot

    def on_error(self, req_id: int, code: int, text: str) -> bool:
        """Whether it is about a snapshot, whose owner then tells it."""
        snapshot = self._under_way.get(req_id)
        if snapshot is not None:
            snapshot.notices[code] = text
        return snapshot is not None

    async def _run(self, wire: Wire, snapshot: Snapshot, gate: Gate) -> None:
        try:
            async with gate, self._lines.borrowed():
                slot = await self._pace.room(wire)
                await self._ask(wire, snapshot, slot)
        finally:
            snapshot.changed.set()

    async def _ask(self, wire: Wire, snapshot: Snapshot, slot: Slot) -> None:
        try:
            asked = wire.ask_ticks(snapshot.contract)
        except ConnectionError as error:
            snapshot.error = NotConnected(str(error))
            return
        snapshot.ticker = asked.ticker
        self._under_way[asked.req_id] = snapshot

        def on_ticks(_ticker: ib_async.Ticker) -> None:
            slot.answered()
            snapshot.changed.set()

        asked.ticker.updateEvent.connect(on_ticks, keep_ref=True)
        try:
            await self._asking.answer(lambda: asked.end)
        except TradingError as error:
            snapshot.error = error
        finally:
            slot.answered()
            del self._under_way[asked.req_id]
            wire.end_ticks(asked)

"""Quotes over a wire without a socket: requests are kept, ticks come when a test says so."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

import ib_async

from ib.market_data.lines import Lines
from ib.market_data.quotes import Quotes
from ib.wire import Line, Wire
from tests.fakes import FakeClock
from trading.ib_errors import CodeTable

NOW = datetime(2026, 11, 20, 14, 31, 2, tzinfo=UTC)


class LineWire:
    """Lines by request id. `room` is how many messages may still leave now."""

    def __init__(self) -> None:
        self.requested: list[int] = []  # conIds
        self.cancelled: list[int] = []
        self.closed: list[int] = []  # lines
        self.types: list[int] = []
        self.room = 10_000
        self.is_gone = False
        self.ends: dict[int, asyncio.Future[Any]] = {}
        self._lines: dict[int, ib_async.Ticker] = {}

    def queue_length(self) -> int:
        return 0 if self.room > 0 else 10

    def open_line(
        self, contract: ib_async.Contract, generic_ticks: str = "", *, snapshot: bool = False
    ) -> Line:
        if self.is_gone:
            raise ConnectionError("Not connected")
        self.room -= 1
        self.requested.append(contract.conId)
        ticker = ib_async.Ticker(contract=contract)
        req_id = len(self.requested)
        self._lines[req_id] = ticker
        self.ends[req_id] = asyncio.get_running_loop().create_future()
        return Line(req_id, ticker, self.ends[req_id])

    def close_line(self, req_id: int, *, is_over: bool = False) -> None:
        contract = self._lines[req_id].contract
        assert contract is not None
        self.closed.append(req_id)
        if not is_over:
            self.cancelled.append(contract.conId)

    def reqMarketDataType(self, kind: int) -> None:
        self.types.append(kind)

    def newest(self, con_id: int) -> tuple[int, ib_async.Ticker]:
        """The line that was opened last for that contract."""
        found = [
            (req_id, ticker)
            for req_id, ticker in self._lines.items()
            if ticker.contract and ticker.contract.conId == con_id
        ]
        return found[-1]


class Desk:
    """Quotes over such a wire, with a clock that a test moves."""

    def __init__(self, cap: int = 100) -> None:
        self.fake = LineWire()
        self.wire = cast(Wire, self.fake)
        self.clock = FakeClock()
        self.quotes = Quotes(CodeTable(), Lines(cap), self.clock)

    def ask(self, con_id: int, *, lent: bool = False) -> asyncio.Task[dict[str, Any]]:
        return asyncio.create_task(self.quotes.quote(self.wire, stock(con_id), lent=lent))

    async def looked_at(self, *con_ids: int, lent: bool = False) -> None:
        """Somebody asks for each and is answered."""
        for con_id in con_ids:
            asked = self.ask(con_id, lent=lent)
            await begin(asked)
            self.tick(con_id, last=5.0)
            await asked

    def watch(self, *con_ids: int) -> None:
        """A page shows them, and their lines are opened."""
        for con_id in con_ids:
            self.quotes.watch(self.wire, stock(con_id))
        self.sweep()

    def hold(self, *con_ids: int) -> None:
        self.quotes.hold([stock(con_id) for con_id in con_ids])
        self.sweep()

    def tick(self, con_id: int, **fields: Any) -> None:
        _, ticker = self.fake.newest(con_id)
        for name, value in ({"time": NOW} | fields).items():
            setattr(ticker, name, value)
        self.quotes.on_ticks({ticker})

    def error(self, con_id: int, code: int, text: str = "IB's text") -> None:
        """TWS says something about the contract's newest line."""
        self.quotes.on_error(self.fake.newest(con_id)[0], code, text)

    def told(self) -> dict[int, dict[str, Any]]:
        """What the stream would hear now, by conId."""
        return {one.con_id: row for one, row in self.quotes.take_changed()}

    def sweep(self, seconds: float = 0) -> None:
        self.clock.pass_by(seconds)
        for one in self.quotes.sweep(self.wire):
            self.quotes.open_due(self.wire, one)

    @property
    def open_lines(self) -> int:
        return self.quotes.lines.used


def stock(con_id: int) -> ib_async.Contract:
    return ib_async.Contract(conId=con_id, symbol=f"S{con_id}", secType="STK", exchange="SMART")


async def begin(*tasks: asyncio.Task[Any]) -> None:
    """Let the tasks run until they wait."""
    await asyncio.wait(tasks, timeout=0)

"""ib_async as we use it: its requests, decoder and caches, without its opinions on orders.

What it hears goes through `ib/wrapper.py`, what it reads through `ib/decoder.py`; the socket itself
is guarded in `ib/guard.py`.
"""
# mypy: allow-untyped-calls
# (the methods of ib_async that are extended here have no annotations)

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import ib_async
from ib_async.client import Client

from ib.decoder import QuickDecoder
from ib.guard import PLACE_ORDER, Faults, GuardedClient
from ib.wrapper import Listener, OrderListener, OrderWrapper, WireWrapper
from trading.bars import BarQuestion

EPOCH_DATES = 2  # formatDate of reqHistoricalData: seconds since 1970; days stay dates

# Everything ib_async logs at INFO is traffic; its connection errors are reported by the session.
logging.getLogger("ib_async").setLevel(logging.WARNING)
logging.getLogger("ib_async.client").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Line:
    """A market-data line: what it brings, and the end of it (or its error)."""

    req_id: int
    ticker: ib_async.Ticker
    end: asyncio.Future[Any]


class HeardRows(list[ib_async.ContractDetails]):
    """Rows of an answer as they come; `hear` is told how many there are."""

    def __init__(self, hear: Callable[[int], None]) -> None:
        super().__init__()
        self._hear = hear

    def append(self, row: ib_async.ContractDetails) -> None:
        super().append(row)
        self._hear(len(self))


class Wire(ib_async.IB):
    """One socket to TWS. It is created, used and dropped in the thread of one loop.

    `on_broken(reason)` is called when the connection was cut because what came was no TWS message.
    """

    wrapper: WireWrapper
    client: GuardedClient

    def __init__(self, listener: Listener, orders: OrderListener | None = None) -> None:
        super().__init__()
        self.on_broken: Callable[[str], None] | None = None
        self._faults = Faults()
        self.wrapper = (
            OrderWrapper(self, listener, orders) if orders else WireWrapper(self, listener)
        )
        self.client = GuardedClient(self.wrapper, self._faults, self._on_broken)
        self.client.decoder = QuickDecoder(self.wrapper, self._faults)
        self.client.apiEnd += self.disconnectedEvent
        for name in self.events:
            self._faults.watch(getattr(self, name))

    def __del__(self) -> None:
        # ib_async would close the socket here, in whichever thread collects the garbage.
        pass

    @property
    def faults(self) -> int:
        """Messages that could not be read, and errors of whoever hears them, since the start."""
        return self._faults.total

    @property
    def on_fault(self) -> Callable[[str], None] | None:
        """Called with a reason at each fault: something that TWS said may have been missed."""
        return self._faults.on_fault

    @on_fault.setter
    def on_fault(self, hear: Callable[[str], None] | None) -> None:
        self._faults.on_fault = hear

    def place(self, order_id: int, contract: ib_async.Contract, order: ib_async.Order) -> None:
        """Raises ConnectionError or UnsafeMessage before any byte is written."""
        self.client.placeOrder(order_id, contract, order)

    def count_requests_from(self, request_id: int) -> None:
        self.client.updateReqId(request_id)

    def ask_next_valid_id(self) -> None:
        self.client.reqIds(1)  # TWS ignores the number

    def queue_length(self) -> int:
        """Messages that wait for their turn at IB's pace (`requests_per_second`)."""
        return len(self.client._msgQ)

    def messages_sent(self) -> int:
        """On this connection, by anybody."""
        return int(self.client.conn.numMsgSent)

    def send_first(self, send: Callable[[Client], None]) -> None:
        """Send ahead of everything that waits: a cancel never stands in the orders' queue."""
        send(self.client)
        # First in, first out: if anything still waits, the newest message is among it, at the end.
        self.client._msgQ.rotate(1)

    def cancel_first(self, order_id: int) -> None:
        """A cancelOrder ahead of everything that waits."""
        self.send_first(lambda client: client.cancelOrder(order_id))

    def take_back(self, order_id: int) -> bool:
        """Remove a placeOrder that still waits for its turn; False when it has left already."""
        mark = f"{PLACE_ORDER}\0{order_id}\0"
        message = next((m for m in self.client._msgQ if m.startswith(mark)), None)
        if message is None:
            return False
        self.client._msgQ.remove(message)
        return True

    def waiting_order_ids(self) -> list[int]:
        """Orders (and previews) of which no byte was written; valid until the next connection.

        In the handler of a disconnect these are the ones that were certainly not sent.
        """
        return self.client.waiting_order_ids()

    def seconds_until_room(self, limit: int) -> float:
        """0 when one more message may be sent now without waiting, else how long to wait.

        Both IB's pace and `limit` messages in a second count; limit 0 = no limit of one's own.
        """
        return self.client.seconds_until_room(limit)

    def fetch_market_rule(self, rule_id: int) -> Awaitable[list[ib_async.PriceIncrement]]:
        """The bands of a market rule. TWS names no request in its errors: wait with a deadline."""
        answer: Awaitable[list[ib_async.PriceIncrement]] = self.wrapper.startReq(
            f"marketRule-{rule_id}"
        )
        self.client.reqMarketRule(rule_id)
        return answer

    def ask_details(
        self, contract: ib_async.Contract, hear: Callable[[int], None]
    ) -> tuple[HeardRows, asyncio.Future[Any]]:
        """Every contract that fits: the rows as they come, and their end (or the error)."""
        req_id, rows = self.client.getReqId(), HeardRows(hear)
        end: asyncio.Future[Any] = self.wrapper.startReq(req_id, contract, rows)
        self.client.reqContractDetails(req_id, contract)
        return rows, end

    def reqContractDetailsAsync(
        self, contract: ib_async.Contract
    ) -> Awaitable[list[ib_async.ContractDetails]]:
        _, end = self.ask_details(contract, lambda rows: None)
        return end

    def is_look_up(self, req_id: int) -> bool:
        """Whether the request asks which contracts there are and still waits for its answer."""
        return isinstance(self.wrapper._results.get(req_id), HeardRows)

    def open_line(
        self, contract: ib_async.Contract, generic_ticks: str = "", *, snapshot: bool = False
    ) -> Line:
        """A stream, or a snapshot (which takes no generic ticks: error 414).

        Whoever opens it closes it, also when TWS has ended it.
        """
        req_id = self.client.getReqId()
        self.client.reqMktData(req_id, contract, generic_ticks, snapshot, False, [])
        return Line(req_id, *self.wrapper.open_ticker(req_id, contract))

    def close_line(self, req_id: int, *, is_over: bool = False) -> None:
        """End the line; `is_over`: TWS has ended it already."""
        self.wrapper.close_ticker(req_id)
        if not is_over and self.client.isReady():
            self.client.cancelMktData(req_id)

    def new_bars(self) -> ib_async.BarDataList:
        """A request for bars that was not sent yet: whoever gives up can name it."""
        bars = ib_async.BarDataList()
        bars.reqId = self.client.getReqId()
        return bars

    def request_bars(
        self, bars: ib_async.BarDataList, contract: ib_async.Contract, question: BarQuestion
    ) -> Awaitable[ib_async.BarDataList]:
        """Ask for history; a live question goes on (`barUpdateEvent`) until it is ended.

        ib_async's own reqHistoricalDataAsync forgets the request when its caller is cancelled.
        """
        bars.keepUpToDate = question.is_live
        answer: Awaitable[ib_async.BarDataList] = self.wrapper.startReq(bars.reqId, contract, bars)
        if question.is_live:
            self.wrapper.startSubscription(bars.reqId, bars, contract)
        self.client.reqHistoricalData(
            bars.reqId,
            contract,
            "",
            question.duration,
            question.bar_size,
            question.what,
            question.is_regular,
            EPOCH_DATES,
            question.is_live,
            [],
        )
        return answer

    def end_bars(self, bars: ib_async.BarDataList) -> None:
        """Cancel the request at TWS; it confirms with 162."""
        self.forget_bars(bars)
        self.client.cancelHistoricalData(bars.reqId)

    def forget_bars(self, bars: ib_async.BarDataList) -> None:
        """TWS has ended it: nothing is heard of it any more."""
        self.wrapper.endSubscription(bars)

    def cut(self, reason: str) -> None:
        """End the connection now, without waiting for the other side."""
        self.wrapper.fail_requests(reason)
        transport = self.client.conn.transport
        if transport:
            transport.abort()

    def _on_broken(self, reason: str) -> None:
        self.cut(reason)
        if self.on_broken:
            self.on_broken(reason)

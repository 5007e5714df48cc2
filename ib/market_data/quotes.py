"""Live quotes: one subscription per contract however many look at it, within a budget of lines.

Delayed data is asked for (type 3): TWS answers with live data where the account has it and says
which it is. The type that was received travels with every quote.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any

import ib_async

from ib.wire import Wire
from trading.ib_objects import contract_row, number
from trading.refusals import Busy, NoAnswer, NotConnected, RejectedByIB
from trading.snapshots import iso

MAX_LINES = 90  # IB's usual allowance is 100
# So many of them may be for others: then the user's own page and positions never go without.
MAX_LENT = 30
ALL_IN_USE = "Every line of market data that this feed has is in use"
FIRST_TICK_SECONDS = 5.0
DELAYED = 3
DATA_TYPES = {1: "live", 2: "frozen", 3: "delayed", 4: "delayed-frozen"}
FIELDS = {
    "bid": "bid",
    "ask": "ask",
    "last": "last",
    "bidSize": "bidSize",
    "askSize": "askSize",
    "lastSize": "lastSize",
    "volume": "volume",
    "open": "open",
    "high": "high",
    "low": "low",
    "close": "close",
    "minTick": "minTick",
}
# IB sends -1 for a price that does not exist now; sizes of it are meaningless too.
PRICES = frozenset({"bid", "ask", "last", "open", "high", "low", "close"})


class Quotes:
    """Subscriptions by conId, least recently wanted first. It belongs to the reader's loop.

    A line is lent while only other users of the relay have wanted it: it gives way first, never
    takes an own line's place, and its changes are nobody's here.
    """

    def __init__(self) -> None:
        self._tickers: OrderedDict[int, ib_async.Ticker] = OrderedDict()
        self._req_ids: dict[int, int] = {}  # reqId -> conId
        self._first_tick: dict[int, asyncio.Future[None]] = {}
        self._changed: set[int] = set()
        self._lent: set[int] = set()
        self._ticked: set[int] = set()  # since their subscription; ib_async keeps older prices

    def __contains__(self, con_id: int) -> bool:
        """Whether it is watched here; a lent line is not."""
        return con_id in self._tickers and con_id not in self._lent

    def clear(self, reason: str) -> None:
        """The connection is gone: nobody hears these subscriptions any more."""
        for waiting in self._first_tick.values():
            if not waiting.done():
                waiting.set_exception(NotConnected(reason))
        self._tickers.clear()
        self._req_ids.clear()
        self._first_tick.clear()
        self._changed.clear()
        self._ticked.clear()
        self._lent.clear()

    def watched(self) -> list[ib_async.Contract]:
        """The own ones."""
        own = (t for con_id, t in self._tickers.items() if con_id not in self._lent)
        return [ticker.contract for ticker in own if ticker.contract]

    def watch(
        self, wire: Wire, contract: ib_async.Contract, *, lent: bool = False
    ) -> ib_async.Ticker:
        """Subscribe, or note that the contract is wanted again. Busy when no line can be lent."""
        ticker = self._tickers.get(contract.conId)
        if not lent:
            self._lent.discard(contract.conId)
        if ticker is None:
            self._make_room(wire, lent=lent)
            if lent:
                self._lent.add(contract.conId)
            ticker = wire.reqMktData(contract)
            self._tickers[contract.conId] = ticker
            self._req_ids[wire.wrapper.ticker2ReqId["mktData"][ticker]] = contract.conId
        self._tickers.move_to_end(contract.conId)
        return ticker

    async def quote(
        self, wire: Wire, contract: ib_async.Contract, *, lent: bool = False
    ) -> dict[str, Any]:
        """The newest quote; the first one is waited for."""
        ticker = self.watch(wire, contract, lent=lent)
        if contract.conId not in self._ticked:
            await self._wait_for_first_tick(contract.conId)
        return quote_row(ticker)

    async def _wait_for_first_tick(self, con_id: int) -> None:
        waiting = self._first_tick.get(con_id)
        if waiting is None:
            waiting = self._first_tick[con_id] = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait_for(asyncio.shield(waiting), FIRST_TICK_SECONDS)
        except TimeoutError:
            raise NoAnswer("TWS sent no price in time; the market may be closed") from None

    def on_ticks(self, tickers: set[ib_async.Ticker]) -> None:
        for ticker in tickers:
            con_id = ticker.contract.conId if ticker.contract else 0
            self._changed.add(con_id)
            self._ticked.add(con_id)
            waiting = self._first_tick.pop(con_id, None)
            if waiting and not waiting.done():
                waiting.set_result(None)

    def on_refused(self, req_id: int, code: int, sentence: str, text: str) -> None:
        """TWS refused a subscription: whoever waits for its first tick is told why."""
        con_id = self._req_ids.pop(req_id, 0)
        self._tickers.pop(con_id, None)
        self._ticked.discard(con_id)
        self._lent.discard(con_id)
        waiting = self._first_tick.pop(con_id, None)
        if waiting and not waiting.done():
            waiting.set_exception(RejectedByIB(sentence, code=code, text=text))

    def is_subscription(self, req_id: int) -> bool:
        return req_id in self._req_ids

    def take_changed(self) -> list[ib_async.Ticker]:
        """The own tickers that have moved since the last call."""
        own = self._changed - self._lent
        changed = [self._tickers[con_id] for con_id in own if con_id in self._tickers]
        self._changed.clear()
        return changed

    def _make_room(self, wire: Wire, *, lent: bool) -> None:
        is_full = len(self._tickers) >= MAX_LINES
        if not is_full and not (lent and len(self._lent) >= MAX_LENT):
            return
        # Whoever waits for a first price keeps the line, unless the user here needs it.
        may_end = (one for one in self._tickers if one in self._lent)
        if lent:
            may_end = (one for one in may_end if one not in self._first_tick)
        con_id = next(may_end, None)
        if con_id is None and lent:
            raise Busy(ALL_IN_USE)
        self._end(wire, next(iter(self._tickers)) if con_id is None else con_id)

    def _end(self, wire: Wire, con_id: int) -> None:
        ticker = self._tickers.pop(con_id)
        self._ticked.discard(con_id)
        self._lent.discard(con_id)
        self._req_ids = {r: c for r, c in self._req_ids.items() if c != con_id}
        waiting = self._first_tick.pop(con_id, None)
        if waiting and not waiting.done():
            waiting.set_exception(Busy(ALL_IN_USE))
        if ticker.contract:
            wire.cancelMktData(ticker.contract)


def quote_row(ticker: ib_async.Ticker) -> dict[str, Any]:
    """A quote as the API shows it; what IB has not sent is None."""
    assert ticker.contract is not None
    values = {name: number(getattr(ticker, source)) for name, source in FIELDS.items()}
    for name in PRICES:
        if values[name] == -1:
            values[name] = None
    return {
        "contract": contract_row(ticker.contract),
        "symbol": ticker.contract.symbol,
        "time": iso(ticker.time or datetime.now(UTC)),
        **values,
        "marketDataType": DATA_TYPES.get(ticker.marketDataType, "live"),
    }


def price_of(ticker: ib_async.Ticker) -> float | None:
    """The price to value a position with: the last trade, else the middle of bid and ask."""
    row = quote_row(ticker)
    if row["last"]:
        return float(row["last"])
    if row["bid"] and row["ask"]:
        return float((row["bid"] + row["ask"]) / 2)
    return None

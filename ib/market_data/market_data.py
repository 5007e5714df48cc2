"""All market data of one read connection, from inside its loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import ib_async

from ib.market_data.asking import Asking
from ib.market_data.bar_streams import BarStreams
from ib.market_data.contracts import Contracts
from ib.market_data.history import History, Past, priced, shown_sessions
from ib.market_data.history_pace import HistoryPace
from ib.market_data.quotes import DELAYED, Quotes, price_of, quote_row
from ib.wire import Wire
from trading.bars import BarQuestion
from trading.contracts import Contract
from trading.ib_errors import CodeTable
from trading.ports import Publish
from trading.refusals import Busy
from trading.snapshots import Rows, iso

# Codes after which a market-data subscription brings nothing.
SUBSCRIPTION_OVER = frozenset({101, 200, 320, 321, 354, 10089, 10168, 10186, 10197})


class MarketData:
    """Contracts, quotes and bars. `wire` is the connection, or raises NotConnected; `as_of` when
    TWS was last heard."""

    def __init__(
        self,
        codes: CodeTable,
        publish: Publish,
        wire: Callable[[], Wire],
        as_of: Callable[[], datetime],
    ) -> None:
        self._codes = codes
        self._publish = publish
        self._wire = wire
        self._as_of = as_of
        self.asking = Asking(codes)
        self.contracts = Contracts(self.asking)
        self.quotes = Quotes()
        self.history_pace = HistoryPace()
        self._history = History(self.asking, self.history_pace)
        self.bar_streams = BarStreams(self._history, codes)

    # What may be asked.

    async def quote(self, contract: Contract, *, lent: bool) -> dict[str, Any]:
        resolved = await self.contracts.resolve(self._wire(), contract)
        return await self.quotes.quote(self._wire(), resolved, lent=lent)

    async def search(self, pattern: str) -> Rows:
        return Rows(self._as_of(), tuple(await self.contracts.search(self._wire(), pattern)))

    async def bars(self, question: BarQuestion, *, lent: bool = False) -> dict[str, Any]:
        """What GET /bars answers, without the contract. Bars for others never go on."""
        wire = self._wire()
        details = await self.contracts.details(wire, question.contract)
        contract = details.contract
        assert contract is not None
        past = None
        if question.is_live and not lent:
            past = await self._live_bars(wire, contract, question)
        if past is None:
            past = await self._history.bars(wire, contract, question)
        return {
            "asOf": iso(self._as_of()),
            "stale": False,
            "conId": contract.conId,
            "what": priced(contract, question).what,
            "live": not lent and self.bar_streams.is_live(contract, question),
            "note": past.note,
            "budget": self.history_pace.budget(),
            "sessions": shown_sessions(details, question, past.rows),
            "bars": list(past.rows),
        }

    async def _live_bars(
        self, wire: Wire, contract: ib_async.Contract, question: BarQuestion
    ) -> Past | None:
        """None when they are not live now: then what is known already may do."""
        try:
            rows = await self.bar_streams.look(wire, contract, question)
        except Busy:
            return None
        return None if rows is None else Past(rows)

    # The connection's life.

    def on_connected(self, wire: Wire) -> None:
        wire.reqMarketDataType(DELAYED)
        self.bar_streams.renew(wire)

    def on_disconnected(self, reason: str) -> None:
        self.quotes.clear(reason)
        self.bar_streams.lose()

    def on_data_lost(self) -> None:
        """After 1101 TWS has forgotten all market-data subscriptions."""
        wanted = self.quotes.watched()
        self.quotes.clear("TWS has lost its market-data subscriptions")
        for contract in wanted:
            self.quotes.watch(self._wire(), contract)
        self.bar_streams.lose()
        self.bar_streams.renew(self._wire())

    def is_own_cancel(self, req_id: int, code: int) -> bool:
        """Whether an error only confirms what was cancelled here."""
        return self._history.is_own_cancel(req_id, code)

    def on_error(self, req_id: int, code: int, text: str) -> None:
        self.bar_streams.on_error(req_id, code, text)
        if code in SUBSCRIPTION_OVER and self.quotes.is_subscription(req_id):
            self.quotes.on_refused(req_id, code, self._codes.sentence(code, text), text)

    def hear(self, wire: Wire) -> None:
        """Events keep their listeners weakly; all of these belong to this object."""
        wire.pendingTickersEvent += self.quotes.on_ticks
        wire.barUpdateEvent += self.bar_streams.on_update

    def watch_held(self, wire: Wire, rows: list[dict[str, Any]]) -> None:
        """Held contracts are valued with live quotes."""
        for row in rows:
            contract = ib_async.Contract(**row | {"strike": row["strike"] or 0.0})
            if contract.secType == "STK":
                contract.exchange = "SMART"
            self.quotes.watch(wire, contract)

    def publish_changes(self) -> Iterator[tuple[int, float]]:
        """Tell the stream which quotes moved; gives (conId, price) of each that has one."""
        for ticker in self.quotes.take_changed():
            self._publish("quote", quote_row(ticker))
            price = price_of(ticker)
            if price is not None and ticker.contract:
                yield ticker.contract.conId, price

    def publish_bars(self) -> None:
        """Tell the stream which bars moved; end those that nobody looks at."""
        for payload in self.bar_streams.take_news():
            self._publish("bar", payload)
        self.bar_streams.end_unwatched()

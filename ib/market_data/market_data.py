"""All market data of one read connection, from inside its loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import ib_async

from ib.market_data.asking import Asking
from ib.market_data.chains import Asker, Chains
from ib.market_data.contracts import Contracts
from ib.market_data.history import History
from ib.market_data.lines import Lines
from ib.market_data.quotes import DELAYED, Quotes, price_of, quote_row
from ib.wire import Wire
from trading.contracts import Contract
from trading.ib_errors import CodeTable
from trading.options import ChainQuestion
from trading.ports import Publish
from trading.snapshots import Rows

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
        self._history = History(self.asking, self.contracts)
        self.lines = Lines()
        self.chains = Chains(codes, publish, self.contracts, self.lines, lambda: DELAYED)

    # What may be asked.

    async def quote(self, contract: Contract, *, lent: bool) -> dict[str, Any]:
        resolved = await self.contracts.resolve(self._wire(), contract)
        return await self.quotes.quote(self._wire(), resolved, lent=lent)

    async def search(self, pattern: str) -> Rows:
        return Rows(self._as_of(), tuple(await self.contracts.search(self._wire(), pattern)))

    async def bars(self, contract: Contract, bar_size: str, duration: str) -> Rows:
        rows = await self._history.bars(self._wire(), contract, bar_size, duration)
        return Rows(self._as_of(), tuple(rows))

    async def chain(self, question: ChainQuestion, asker: Asker, *, lent: bool) -> dict[str, Any]:
        return await self.chains.fetch(self._wire(), question, asker, lent=lent)

    async def cancel_chain(self, asker: Asker) -> bool:
        return self.chains.cancel(asker)

    # The connection's life.

    def on_connected(self, wire: Wire) -> None:
        wire.reqMarketDataType(DELAYED)

    def on_disconnected(self, reason: str) -> None:
        self.quotes.clear(reason)
        self._history.forget()
        self.chains.on_disconnected()

    def on_data_lost(self) -> None:
        """After 1101 TWS has forgotten all market-data subscriptions."""
        wanted = self.quotes.watched()
        self.quotes.clear("TWS has lost its market-data subscriptions")
        for contract in wanted:
            self.quotes.watch(self._wire(), contract)

    def on_error(self, req_id: int, code: int, text: str) -> bool:
        """Whether somebody tells of it already, as of one code for a whole chain."""
        if code in SUBSCRIPTION_OVER and self.quotes.is_subscription(req_id):
            self.quotes.on_refused(req_id, code, self._codes.sentence(code, text), text)
        return self.chains.on_error(req_id, code, text)

    def hear(self, wire: Wire) -> None:
        """Events keep their listeners weakly; all of these belong to this object."""
        wire.pendingTickersEvent += self.quotes.on_ticks

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

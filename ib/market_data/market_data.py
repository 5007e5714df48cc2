"""All market data of one read connection, from inside its loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import ib_async

from ib.market_data.asking import Asking
from ib.market_data.bar_streams import BarStreams
from ib.market_data.chains import Asker, Chains
from ib.market_data.contract_cache import ContractCache
from ib.market_data.contracts import Contracts, hours_row, rules_row
from ib.market_data.futures import Futures
from ib.market_data.held_lines import HeldLines
from ib.market_data.history import History, Past, priced, shown_sessions
from ib.market_data.history_pace import HistoryPace
from ib.market_data.looks import Looks
from ib.market_data.pace import Pace
from ib.market_data.prices import Prices
from ib.market_data.quote_rows import DATA_TYPES, DELAYED
from ib.market_data.quotes import Quotes
from ib.market_data.snapshots import Snapshots
from ib.wire import Wire
from trading.bars import BarQuestion
from trading.contracts import Contract
from trading.ib_errors import CodeTable
from trading.options import ChainQuestion
from trading.ports import Publish
from trading.price_requests import Asked
from trading.refusals import Busy, NotConnected
from trading.sessions import zone_name
from trading.snapshots import Rows, iso

SWEEP_SECONDS = 0.1
STATUS_EVERY = 5  # sweeps
# A tick leaves at once, and the next ones of a busy market after so long, together.
PUBLISH_SECONDS = 0.1
BARS_SECONDS = 0.25

OnPrice = Callable[[int, float], None]


class MarketData:
    """Contracts, quotes and bars. `wire` is the connection, or raises NotConnected; `as_of` when
    TWS was last heard. `status` may be read from any thread."""

    def __init__(
        self,
        codes: CodeTable,
        publish: Publish,
        wire: Callable[[], Wire],
        as_of: Callable[[], datetime],
        cache: ContractCache | None = None,
    ) -> None:
        self._publish = publish
        self._wire = wire
        self._as_of = as_of
        self.asking = Asking(codes)
        self.pace = Pace()
        self.contracts = Contracts(self.asking, cache)
        self.quotes = Quotes(codes)
        self.quotes.lines.may_cancel = self.pace.has_room
        self.snapshots = Snapshots(codes, self.quotes.lines, self.pace)
        self._prices = Prices(codes, self.contracts, self.quotes, self.snapshots, self.pace)
        self._futures = Futures(self.contracts, self.snapshots)
        self._looks = Looks(self.contracts, self.quotes, self._prices, self.pace)
        self.history_pace = HistoryPace()
        self._history = History(self.asking, self.history_pace)
        self.bar_streams = BarStreams(self._history, codes)
        self.chains = Chains(
            codes, publish, self.contracts, self.quotes.lines, self.pace, lambda: DELAYED
        )
        self._held = HeldLines(self.contracts, self.quotes, wire)
        self.contracts.is_farm_broken = lambda: self.chains.farm.is_broken
        self._is_look_up: Callable[[int], bool] = lambda req_id: False
        self.status = self._status(None)

    # What may be asked.

    async def quote(self, contract: Contract, *, lent: bool) -> dict[str, Any]:
        resolved = await self.contracts.resolve(self._wire(), contract)
        return await self.quotes.quote(self._wire(), resolved, lent=lent)

    async def prices(self, asked: Sequence[Asked], *, lent: bool) -> dict[str, Any]:
        return await self._prices.fetch(self._wire(), asked, lent=lent)

    async def futures(self, symbol: str, exchange: str) -> dict[str, Any]:
        return await self._futures.months(self._wire(), symbol, exchange)

    async def watch(self, contracts: Sequence[Contract], *, lent: bool) -> dict[str, Any]:
        return self._looks.renew(self._wire(), contracts, lent=lent)

    async def search(self, pattern: str) -> Rows:
        return Rows(self._as_of(), tuple(await self.contracts.search(self._wire(), pattern)))

    async def contract_details(self, typed: str, currency: str) -> dict[str, Any]:
        return rules_row(await self.contracts.typed(self._wire(), typed, currency))

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
            "timeZone": zone_name(details.timeZoneId),
            "bars": list(past.rows),
        }

    async def sessions(self, contract: Contract) -> dict[str, Any]:
        details = await self.contracts.details(self._wire(), contract)
        return {"asOf": iso(self._as_of()), **hours_row(details)}

    async def _live_bars(
        self, wire: Wire, contract: ib_async.Contract, question: BarQuestion
    ) -> Past | None:
        """None when they are not live now: then what is known already may do."""
        try:
            rows = await self.bar_streams.look(wire, contract, question)
        except Busy:
            return None
        return None if rows is None else Past(rows)

    async def chain(self, question: ChainQuestion, asker: Asker, *, lent: bool) -> dict[str, Any]:
        return await self.chains.fetch(self._wire(), question, asker, lent=lent)

    async def stop_chain(self, asker: Asker) -> bool:
        return self.chains.cancel(asker)

    # The connection's life.

    async def live(self, on_price: OnPrice) -> None:
        """Keep the lines and tell what moves; `on_price` hears (conId, price) of what is held."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sweep_for_ever(), name="lines")
            group.create_task(self._publish_for_ever(on_price), name="quotes")
            group.create_task(self._publish_bars_for_ever(), name="bars")

    def on_connected(self, wire: Wire) -> None:
        client = wire.client
        accounts = ",".join(sorted(client.getAccounts()))
        self.contracts.use(f"{client.host}:{client.port} {accounts}")
        wire.reqMarketDataType(DELAYED)
        self.quotes.resume()
        self.bar_streams.renew(wire)

    def on_disconnected(self, reason: str) -> None:
        self.quotes.clear(reason)
        self.bar_streams.lose()
        self.chains.on_disconnected()

    def on_data_lost(self) -> None:
        """After 1101 TWS has forgotten all market-data subscriptions."""
        self.quotes.resume()
        self.bar_streams.lose()
        self.bar_streams.renew(self._wire())

    def on_error(self, req_id: int, code: int, text: str) -> bool:
        """Whether nobody else needs to hear of it: it confirms what was cancelled here, or somebody
        tells of it already, as of one code for a whole chain, or whoever looked a contract up."""
        if self._history.is_own_cancel(req_id, code):
            return True
        self.bar_streams.on_error(req_id, code, text)
        self.quotes.on_error(req_id, code, text)
        return self.chains.on_error(req_id, code, text) or self._is_look_up(req_id)

    def hear(self, wire: Wire) -> None:
        """Events keep their listeners weakly; all of these belong to this object."""
        wire.pendingTickersEvent += self.quotes.on_ticks
        wire.wrapper.on_data_type = self.quotes.on_data_type
        wire.barUpdateEvent += self.bar_streams.on_update
        self._is_look_up = wire.is_look_up

    def watch_held(self, rows: Sequence[dict[str, Any]]) -> None:
        """Held contracts, all of them, are valued with live quotes."""
        self._held.watch(rows)

    def publish_changes(self, on_price: OnPrice) -> None:
        """Tell the stream which quotes have changed."""
        for one, row in self.quotes.take_changed():
            self._publish("quote", row)
            if one.is_held and one.price is not None:
                on_price(one.con_id, one.price)

    async def _publish_for_ever(self, on_price: OnPrice) -> None:
        while True:
            await self.quotes.news.wait()
            self.publish_changes(on_price)
            await asyncio.sleep(PUBLISH_SECONDS)

    async def _publish_bars_for_ever(self) -> None:
        """Tell the stream which bars moved; end those that nobody looks at."""
        while True:
            await asyncio.sleep(BARS_SECONDS)
            for payload in self.bar_streams.take_news():
                self._publish("bar", payload)
            self.bar_streams.end_unwatched()

    async def _sweep_for_ever(self) -> None:
        turn = 0
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            wire = await self._sweep()
            turn += 1
            if turn % STATUS_EVERY == 0:
                self._look(wire)

    async def _sweep(self) -> Wire | None:
        try:
            wire = self._wire()
            for one in self.quotes.sweep(wire):
                turn = await self.pace.turn(wire, urgent=True)
                ticker = self.quotes.open_due(self._wire(), one)
                if ticker is None:
                    turn.unused()
                else:
                    ticker.updateEvent.connect(lambda _, turn=turn: turn.answered(), keep_ref=True)
        except NotConnected:
            return None
        return wire

    def _look(self, wire: Wire | None) -> None:
        """A new trouble, or the end of one, is told at once."""
        before, self.status = self.status, self._status(wire)
        if before["trouble"] != self.status["trouble"]:
            self._publish("status", {})

    def _status(self, wire: Wire | None) -> dict[str, Any]:
        """What GET /status shows as marketData."""
        trouble = self.quotes.trouble()
        queue = {"cap": wire.client.MaxRequests, "queued": wire.queue_length()} if wire else None
        return {
            "requested": DATA_TYPES[DELAYED],
            "received": dict(self.quotes.received()),
            "lines": self.quotes.lines_payload(),
            "messages": queue,
            "history": self.history_pace.budget(),
            "trouble": trouble.to_payload() if trouble else None,
        }

"""The read connection from inside its loop: what is subscribed, asked and told.

It has no way to place, change or cancel an order: it never calls such a method, and a test holds
it to that.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

import ib_async

from ib.market_data.contract_cache import ContractCache
from ib.market_data.market_data import MarketData
from ib.order_facts import KnownFacts
from ib.portfolio import Portfolio
from ib.position_profits import PositionProfits
from ib.single_flight import SingleFlight
from ib.wire import Wire
from ib_session import Endpoint, IBSession
from trading.contracts import Contract
from trading.ib_errors import CodeTable
from trading.ib_objects import contract_row, execution_row, order_row
from trading.ports import Publish
from trading.refusals import NoAnswer, NotConnected, NotFound
from trading.risk import NO_FACTS, OrderFacts
from trading.snapshots import AccountSummary, Rows

log = logging.getLogger(__name__)

PUBLISH_SECONDS = 1.0


class ReadEngine:
    """One read connection. Only `session.status()` may be read by other threads."""

    def __init__(
        self,
        endpoint: Endpoint,
        codes: CodeTable,
        publish: Publish,
        cache: ContractCache | None = None,
    ) -> None:
        self.session = IBSession("data", endpoint, self, self._on_session_change)
        self._codes = codes
        self._publish = publish
        self._portfolio = Portfolio()
        self.market_data = MarketData(codes, publish, self._wire, self._as_of, cache)
        self._profits = PositionProfits(self.market_data.pace)
        self._facts = KnownFacts(self.market_data.contracts, self.market_data.quotes)
        self._snapshots = SingleFlight[Rows]()
        self._heard: Wire | None = None  # the wire whose events are connected

    async def live(self) -> None:
        """The main coroutine of the read thread."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.session.run(), name="read connection")
            group.create_task(self._publish_for_ever(), name="publish")
            group.create_task(self._profits.live(), name="profit of each position")
            group.create_task(self.market_data.live(self._portfolio.on_price), name="market data")

    # What may be asked.

    async def accounts(self) -> tuple[str, ...]:
        self._wire()
        return self.session.status().accounts

    async def account(self, account: str | None) -> AccountSummary:
        self._wire()
        return self._portfolio.account(account or self._first_account(), self._as_of())

    async def positions(self, account: str | None) -> Rows:
        self._wire()
        if account and account not in self.session.status().accounts:
            raise NotFound(f"Account {account} is not one of this TWS")
        return self._portfolio.positions(account, self._as_of())

    async def pnl(self) -> Rows:
        self._wire()
        pnl = self._portfolio.pnl(self._as_of())
        if not pnl.rows:
            raise NoAnswer("TWS has sent no profit and loss yet")
        return pnl

    async def order_facts(
        self, contract: Contract, account: str | None, wants_quote: bool
    ) -> OrderFacts:
        """Never fails: an order must not wait for ever or end because of a read."""
        if not self.session.is_connected:
            return NO_FACTS
        try:
            return await self._facts.ask(self.session.wire, contract, account, wants_quote)
        except Exception:  # the outermost place of a fact: a fault of ours is one unknown more
            log.exception("The facts for an order could not be had")
            return NO_FACTS

    def known_facts(self, contract: Contract, account: str | None) -> OrderFacts | None:
        """What is known already, without a quote; from any thread."""
        return self._facts.known(contract, account)

    async def open_orders(self) -> Rows:
        """One reqAllOpenOrders: orders of every client and of TWS itself."""
        return await self._snapshots.ask("open orders", self._fetch_open_orders)

    async def executions(self) -> Rows:
        """One reqExecutions. Without being TWS's master client this connection sees only its own
        executions (IB's documentation of client ids), so orders' own fills come from the handler.
        """
        return await self._snapshots.ask("executions", self._fetch_executions)

    async def _fetch_open_orders(self) -> Rows:
        trades = await self.market_data.asking.answer(self._wire().reqAllOpenOrdersAsync)
        rows = tuple(
            {
                "contract": contract_row(trade.contract),
                "order": order_row(trade.order),
                "status": trade.orderStatus.status,
                "orderId": trade.order.orderId,
                "permId": trade.order.permId,
                "clientId": trade.order.clientId,
                "orderRef": trade.order.orderRef,
            }
            for trade in trades
        )
        return Rows(self._as_of(), rows)

    async def _fetch_executions(self) -> Rows:
        wire = self._wire()
        fills = await self.market_data.asking.answer(wire.reqExecutionsAsync)
        known = wire.wrapper.commissions
        rows = tuple(
            execution_row(fill.contract, fill.execution) | known.get(fill.execution.execId, {})
            for fill in fills
        )
        return Rows(self._as_of(), rows)

    def _wire(self) -> Wire:
        """The connection, or NotConnected: an unknown is never an empty answer."""
        if not self.session.is_connected:
            raise NotConnected(self.session.status().reason or "")
        return self.session.wire

    def _first_account(self) -> str:
        return self.session.status().accounts[0]

    def _as_of(self) -> datetime:
        """Updates are pushed, so what is here was true when TWS was last heard."""
        return self.session.status().last_message_at or datetime.now(UTC)

    # The connection's life (`ib_session.Role`).

    async def on_connected(self) -> None:
        """Positions, account values and P&L are subscribed once and pushed from then on."""
        wire = self.session.wire
        self._hear(wire)
        self._portfolio.clear()
        self._facts.begin()
        self.market_data.on_connected(wire)
        accounts = wire.client.getAccounts()
        # Not wait_for: in Python 3.11 it loses a cancel that comes with the answer.
        async with asyncio.timeout(self.session.endpoint.sync_timeout):
            await wire.reqPositionsAsync()
            await wire.reqAccountUpdatesAsync(accounts[0])
            for account in accounts[1:]:
                await wire.reqAccountUpdatesMultiAsync(account)
        self._facts.on_listed(tuple(accounts))
        for account in accounts:
            wire.reqPnL(account)
        self._watch_held()
        self._profits.on_connected(wire)

    def on_disconnected(self, reason: str) -> None:
        self._profits.on_disconnected()
        self.market_data.on_disconnected(reason)
        self._facts.begin()

    def on_link_restored(self, data_lost: bool) -> None:
        if data_lost and self.session.is_connected:
            self.market_data.on_data_lost()

    def on_error(self, req_id: int, code: int, text: str) -> None:
        message = self._codes.message(code, text, datetime.now(UTC))
        if self.market_data.on_error(req_id, code, text):
            return
        self._publish("message", {**message, "connection": "data", "clientOrderId": None})

    # What TWS pushes.

    def _hear(self, wire: Wire) -> None:
        if wire is self._heard:
            return
        self._heard = wire
        # Events keep their listeners weakly; all of these belong to this object.
        wire.positionEvent += self._on_position
        wire.updatePortfolioEvent += self._portfolio.on_portfolio_item
        wire.accountValueEvent += self._portfolio.on_value
        wire.pnlEvent += self._portfolio.on_pnl
        wire.pnlSingleEvent += self._portfolio.on_position_pnl
        wire.accountValueEvent += self._facts.on_value
        wire.pnlEvent += self._facts.on_pnl
        self.market_data.hear(wire)

    def _on_position(self, position: ib_async.Position) -> None:
        self._portfolio.on_position(position)
        self._facts.on_position(position)
        self._profits.want(self._portfolio.keys())
        is_held = position.contract.conId in self.market_data.quotes.held
        if is_held != bool(position.position) and self.session.is_connected:
            self._watch_held()

    def _watch_held(self) -> None:
        self.market_data.watch_held(self._portfolio.held_contracts())

    async def _publish_for_ever(self) -> None:
        """Tell the stream of the account and its positions, once a second."""
        while True:
            await asyncio.sleep(PUBLISH_SECONDS)
            for kind, payload in self._portfolio.publications():
                self._publish(kind, payload)

    def _on_session_change(self) -> None:
        self._publish("status", {})

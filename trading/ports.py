"""The two Protocols that the web layer knows: Reader and OrderDesk.

`IBConnector` is the Reader and `OrderHandler` the OrderDesk of local mode. A method that may wait
for TWS returns a concurrent Future, which fails with a TradingError; everything else returns at
once. In relay mode (`relay/reader.py`, `relay/order_desk.py`) that waits for the relay and may
fail. `publish` is how both tell the live stream what has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from trading.bars import BarQuestion
from trading.contracts import Contract
from trading.options import ChainQuestion
from trading.orders import OrderPreview, OrderRequest, OrderResult
from trading.price_requests import Asked
from trading.profit import ProfitQuestion
from trading.sizing import OrderFacts
from trading.snapshots import AccountSummary, ConnectionStatus, Rows

# (kind, payload): kind is one of status account position pnl order execution message quote chain
# bar.
Publish = Callable[[str, dict[str, Any]], None]


class FactsReader(Protocol):
    """What limits and price steps are checked against; part of the local Reader."""

    def known_facts(self, contract: Contract, account: str | None) -> OrderFacts | None:
        """At once, from any thread: None when TWS has to be asked. Without a quote."""
        ...

    def order_facts(
        self, contract: Contract, account: str | None, *, wants_quote: bool
    ) -> Future[OrderFacts]:
        """What cannot be had in time is None. It fails only when an agent that is asked is away."""
        ...


class Reader(FactsReader, Protocol):
    """Everything that is read. It has no way to place, change or cancel an order."""

    def status(self) -> ConnectionStatus: ...

    def accounts(self) -> Future[tuple[str, ...]]: ...

    def account(self, account: str | None = None) -> Future[AccountSummary]: ...

    def positions(self, account: str | None = None) -> Future[Rows]:
        """Rows {account, contract, position, avgCost, marketPrice, marketValue, dailyPnL,
        unrealizedPNL, realizedPNL}, one per account and conId."""
        ...

    def pnl(self) -> Future[Rows]:
        """Rows {account, dailyPnL, unrealizedPnL, realizedPnL}."""
        ...

    def open_orders(self) -> Future[Rows]:
        """Open orders of all clients and of TWS itself, as one snapshot from TWS."""
        ...

    def executions(self) -> Future[Rows]:
        """Rows {execId, time, account, contract, side, shares, price, …, commission}."""
        ...

    def messages(self) -> Future[Rows]:
        """The last 200 that IB said over both connections since the start, oldest first: rows
        {time, code, kind, text, meaning, next, connection, clientOrderId}."""
        ...

    def quote(self, contract: Contract, *, lent: bool = False) -> Future[dict[str, Any]]:
        """The newest quote; it also starts a subscription whose changes are published.

        `lent`: it is for another user of the relay. Nothing is published then, and no quote that
        this TWS's own user watches gives way to it.
        """
        ...

    def prices(self, asked: Sequence[Asked], *, lent: bool = False) -> Future[dict[str, Any]]:
        """{asOf, quotes, failed, partial, lines} of many contracts; no subscription begins.

        What cannot be had is in `failed` {symbol, error, errorCode, errorString, next}.
        """
        ...

    def watch(self, contracts: Sequence[Contract], *, lent: bool = False) -> Future[dict[str, Any]]:
        """A page shows these: {asOf, quotes (known now), failed, lines}. At once; from now on, for
        60 seconds, their changes are published (not those that are lent)."""
        ...

    def futures(self, symbol: str, exchange: str = "") -> Future[dict[str, Any]]:
        """{asOf, symbol, futures}: the next months with front month, roll date and quote."""
        ...

    def contract_details(self, typed: str, currency: str = "") -> Future[dict[str, Any]]:
        """{contract, minTick, longName, validExchanges, tradingHours, liquidHours, timeZoneId} of
        what a person types. Refused with `choices` when that names several contracts."""
        ...

    def market_data(self) -> dict[str, Any] | None:
        """`marketData` of the status: types asked for and received, lines, messages, trouble. At
        once, from any thread; None while nobody knows."""
        ...

    def search(self, pattern: str) -> Future[Rows]:
        """Contracts that match what a person types."""
        ...

    def bars(self, question: BarQuestion, *, lent: bool = False) -> Future[dict[str, Any]]:
        """{asOf, stale, conId, what, live, note, budget, sessions, timeZone, bars}; `bars` are rows
        {time (epoch s), open, high, low, close, volume}, oldest first. A live question goes on for
        90 seconds after it was asked last; its changes are published, unless it is `lent`."""
        ...

    def sessions(self, contract: Contract) -> Future[dict[str, Any]]:
        """{asOf, conId, sessions}: when the contract trades, as IB tells it for the days to come;
        `sessions` as in `bars`, empty where IB names no hours."""
        ...

    def chain(
        self, question: ChainQuestion, chain_id: str, *, owner: str = "", lent: bool = False
    ) -> Future[dict[str, Any]]:
        """CHAIN (`docs/options.md`) within 40 seconds; events of kind `chain` tell how far it is.

        `chain_id` is the owner's own name for it. `lent`: as in `quote`, and without events.
        """
        ...

    def stop_chain(self, chain_id: str, *, owner: str = "") -> Future[bool]:
        """False when this owner has no such chain under way."""
        ...


class OrderDesk(Protocol):
    """Everything that is sent: place, preview and cancel, and where each order stands."""

    def status(self) -> ConnectionStatus: ...

    def blockers(self) -> list[str]:
        """Why a new order could not be placed now, in sentences; empty when it could."""
        ...

    def has_read_orders(self) -> bool:
        """False until TWS has listed its orders once: an empty list would say too much."""
        ...

    def drain(self) -> None:
        """The process ends soon: no new order, and an answer now for everybody who waits."""
        ...

    def has_sleep_workaround(self) -> bool:
        """True on a paper account: an order's outcome is judged after three pauses."""
        ...

    def submit(self, request: OrderRequest) -> Future[OrderResult]:
        """Place the order; the Future ends when `request.wait` is satisfied or time is up.

        It never fails once bytes may have reached TWS: then the result says what is known.
        """
        ...

    def preview(self, request: OrderRequest) -> Future[OrderPreview]: ...

    def modify(self, client_order_id: str, changes: Mapping[str, Any]) -> Future[OrderResult]:
        """Change terms; `changes` in IB's names. The old ones hold until IB confirms."""
        ...

    def cancel(self, client_order_id: str) -> Future[OrderResult]: ...

    def cancel_all(self) -> Future[list[OrderResult]]: ...

    def dismiss(self, client_order_id: str, who: str) -> Future[OrderResult]:
        """`who` has looked for an unknown order in TWS, and it is not there; TWS is asked once
        more. Refused when TWS lists it, cannot tell, or the order is not unknown."""
        ...

    def freeze(self, reason: str) -> Future[None]:
        """No new risk from now on, also after a restart; cancels and exits pass."""
        ...

    def unfreeze(self) -> Future[None]: ...

    def is_frozen(self) -> bool: ...

    def journal_failure(self) -> str | None:
        """Why the journal's last write failed; None while all is well. At once."""
        ...

    def saved_orders(self) -> int:
        """How many orders the journal holds. It reads the file: never in a connection's loop."""
        ...

    def orders(self) -> list[OrderResult]:
        """Every open order and the newest finished ones, newest first."""
        ...

    def older_orders(self, before: str | None, limit: int) -> list[OrderResult]:
        """Orders placed before that clientOrderId, newest first, from the journal; None: its newest
        ones. They may be fewer than `limit`; there are no older ones only when the list is empty.
        """
        ...

    def order(self, client_order_id: str) -> OrderResult:
        """One order, or NotFound."""
        ...

    def executions(self, since: str | None = None) -> list[dict[str, Any]]:
        """Executions of every order known here, oldest first; rows as in Reader.executions.

        `since`: an ISO time; all that the journal has from then on. None: at least today's.
        """
        ...

    def profit(self, question: ProfitQuestion) -> dict[str, Any]:
        """{asOf, account, currency, currencies, from, to, days, symbols, equity, incomplete}, from
        the journal. It reads the file: never in a connection's loop."""
        ...

    def events(self, client_order_id: str) -> list[dict[str, Any]]:
        """The order's timeline {seq, time, elapsedMs, kind, …raw fields}, or NotFound."""
        ...

"""IBConnector: the read connection (clientId 999), a thread of its own, and no order method.

This file is the door between threads: every method that may wait for TWS returns a Future. What
happens inside the loop is `ib/read_engine.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from ib.market_data.chains import Asker
from ib.market_data.contract_cache import ContractCache
from ib.read_engine import ReadEngine
from ib_session import Endpoint
from loop_thread import LoopThread
from trading.bars import BarQuestion
from trading.contracts import Contract
from trading.ib_errors import CodeTable
from trading.options import ChainQuestion
from trading.ports import Publish
from trading.price_requests import Asked
from trading.refusals import NotConnected
from trading.risk import NO_FACTS, OrderFacts
from trading.snapshots import AccountSummary, ConnectionStatus, Rows

T = TypeVar("T")


def nothing_said() -> Rows:
    return Rows(datetime.now(UTC), ())


class IBConnector:
    """The local Reader (`trading/ports.py`). `start()` at app start, `stop()` at its end."""

    def __init__(
        self,
        endpoint: Endpoint,
        codes: CodeTable,
        publish: Publish,
        contracts_path: Path | None = None,
        said: Callable[[], Rows] = nothing_said,
    ) -> None:
        """`contracts_path`: where IB's answers about contracts are kept; None: in memory alone.
        `said`: what IB said last over both connections, at once.
        """
        self._said = said
        self._cache = ContractCache(contracts_path)
        self._engine = ReadEngine(endpoint, codes, publish, self._cache)
        self.thread = LoopThread("IBConnector", self._engine.live)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.thread.stop()
        self._cache.close()

    def status(self) -> ConnectionStatus:
        return self._engine.session.status()

    def accounts(self) -> Future[tuple[str, ...]]:
        return self.thread.submit(self._engine.accounts())

    def account(self, account: str | None = None) -> Future[AccountSummary]:
        return self.thread.submit(self._engine.account(account))

    def positions(self, account: str | None = None) -> Future[Rows]:
        return self.thread.submit(self._engine.positions(account))

    def pnl(self) -> Future[Rows]:
        return self.thread.submit(self._engine.pnl())

    def open_orders(self) -> Future[Rows]:
        return self.thread.submit(self._engine.open_orders())

    def executions(self) -> Future[Rows]:
        return self.thread.submit(self._engine.executions())

    def messages(self) -> Future[Rows]:
        return done(self._said())

    def quote(self, contract: Contract, *, lent: bool = False) -> Future[dict[str, Any]]:
        return self.thread.submit(self._engine.market_data.quote(contract, lent=lent))

    def prices(self, asked: Sequence[Asked], *, lent: bool = False) -> Future[dict[str, Any]]:
        return self.thread.submit(self._engine.market_data.prices(asked, lent=lent))

    def watch(self, contracts: Sequence[Contract], *, lent: bool = False) -> Future[dict[str, Any]]:
        return self.thread.submit(self._engine.market_data.watch(contracts, lent=lent))

    def futures(self, symbol: str, exchange: str = "") -> Future[dict[str, Any]]:
        return self.thread.submit(self._engine.market_data.futures(symbol, exchange))

    def contract_details(self, typed: str, currency: str = "") -> Future[dict[str, Any]]:
        return self.thread.submit(self._engine.market_data.contract_details(typed, currency))

    def market_data(self) -> dict[str, Any]:
        return self._engine.market_data.status

    def search(self, pattern: str) -> Future[Rows]:
        return self.thread.submit(self._engine.market_data.search(pattern))

    def bars(self, question: BarQuestion, *, lent: bool = False) -> Future[dict[str, Any]]:
        return self.thread.submit(self._engine.market_data.bars(question, lent=lent))

    def sessions(self, contract: Contract) -> Future[dict[str, Any]]:
        return self.thread.submit(self._engine.market_data.sessions(contract))

    def chain(
        self, question: ChainQuestion, chain_id: str, *, owner: str = "", lent: bool = False
    ) -> Future[dict[str, Any]]:
        asker = Asker(owner, chain_id)
        return self.thread.submit(self._engine.market_data.chain(question, asker, lent=lent))

    def stop_chain(self, chain_id: str, *, owner: str = "") -> Future[bool]:
        return self.thread.submit(self._engine.market_data.stop_chain(Asker(owner, chain_id)))

    def order_facts(
        self, contract: Contract, account: str | None, *, wants_quote: bool
    ) -> Future[OrderFacts]:
        """What an order's last questions need to know. It never fails and takes at most three
        seconds: what cannot be had is None. Only a stop of this thread cancels it.
        """
        try:
            return self.thread.submit(self._engine.order_facts(contract, account, wants_quote))
        except NotConnected:
            return done(NO_FACTS)

    def known_facts(self, contract: Contract, account: str | None) -> OrderFacts | None:
        """The same at once, without a quote; None while the contract was not asked for yet."""
        return self._engine.known_facts(contract, account)


def done(value: T) -> Future[T]:
    """For what is known without asking."""
    future: Future[T] = Future()
    future.set_result(value)
    return future

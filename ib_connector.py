"""IBConnector: the read connection (clientId 999), a thread of its own, and no order method.

This file is the door between threads: every method that may wait for TWS returns a Future. What
happens inside the loop is `ib/read_engine.py`.
"""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from ib.read_engine import ReadEngine
from ib_session import Endpoint
from loop_thread import LoopThread
from trading.bars import BarQuestion
from trading.contracts import Contract
from trading.ib_errors import CodeTable
from trading.ports import Publish
from trading.refusals import NotConnected
from trading.risk import NO_FACTS, OrderFacts
from trading.snapshots import AccountSummary, ConnectionStatus, Rows


class IBConnector:
    """The local Reader (`trading/ports.py`). `start()` at app start, `stop()` at its end."""

    def __init__(self, endpoint: Endpoint, codes: CodeTable, publish: Publish) -> None:
        self._engine = ReadEngine(endpoint, codes, publish)
        self.thread = LoopThread("IBConnector", self._engine.live)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.thread.stop()

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

    def quote(self, contract: Contract, *, lent: bool = False) -> Future[dict[str, Any]]:
        return self.thread.submit(self._engine.market_data.quote(contract, lent=lent))

    def search(self, pattern: str) -> Future[Rows]:
        return self.thread.submit(self._engine.market_data.search(pattern))

    def bars(self, question: BarQuestion, *, lent: bool = False) -> Future[dict[str, Any]]:
        return self.thread.submit(self._engine.market_data.bars(question, lent=lent))

    def order_facts(
        self, contract: Contract, account: str | None, *, wants_quote: bool
    ) -> Future[OrderFacts]:
        """What an order's last questions need to know. It never fails and takes at most three
        seconds: what cannot be had is None. Only a stop of this thread cancels it.
        """
        try:
            return self.thread.submit(self._engine.order_facts(contract, account, wants_quote))
        except NotConnected:
            nothing: Future[OrderFacts] = Future()
            nothing.set_result(NO_FACTS)
            return nothing

    def known_facts(self, contract: Contract, account: str | None) -> OrderFacts | None:
        """The same at once, without a quote; None while the contract was not asked for yet."""
        return self._engine.known_facts(contract, account)

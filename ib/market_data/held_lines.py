"""Lines of held positions, each where it trades; what TWS leaves out is looked up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import ib_async

from ib.market_data.contracts import Contracts
from ib.market_data.quotes import Quotes
from ib.wire import Wire
from trading.contracts import USUAL_EXCHANGES, Contract
from trading.refusals import TradingError

# Where TWS holds a position of these is not where it is asked for: stocks at SMART, and futures
# are looked up in any case, for their prices may be in cents (IB's priceMagnifier).
ASKED_ELSEWHERE = frozenset({"STK", "FUT", "FOP"})


class HeldLines:
    """It belongs to the reader's loop. `wire` is the connection, or raises NotConnected."""

    def __init__(self, contracts: Contracts, quotes: Quotes, wire: Callable[[], Wire]) -> None:
        self._contracts = contracts
        self._quotes = quotes
        self._wire = wire
        self._learning: dict[int, asyncio.Task[None]] = {}
        self._held: set[int] = set()

    def watch(self, rows: Sequence[dict[str, Any]]) -> None:
        """The contracts of all held positions."""
        contracts = [_routed(row) for row in rows]
        self._held = {contract.conId for contract in contracts}
        self._quotes.release(self._held)
        self._quotes.hold([contract for contract in contracts if contract.exchange])
        for contract in contracts:
            if not contract.exchange and contract.conId not in self._quotes.held:
                self._learn(contract.conId)

    def _learn(self, con_id: int) -> None:
        if con_id not in self._learning:
            task = asyncio.create_task(self._look_up(con_id))
            self._learning[con_id] = task
            task.add_done_callback(lambda _: self._learning.pop(con_id))

    async def _look_up(self, con_id: int) -> None:
        """A position names no exchange, and a future has no usual one."""
        try:
            contract = Contract.model_validate({"conId": con_id})
            details = await self._contracts.details(self._wire(), contract)
        except TradingError:
            return  # TWS's own valuation stays
        if con_id in self._held and details.contract:
            self._quotes.hold([details.contract], details.priceMagnifier or 1)


def _routed(row: dict[str, Any]) -> ib_async.Contract:
    """A position's contract where it usually trades."""
    contract = ib_async.Contract(**row | {"strike": row["strike"] or 0.0})
    if contract.secType in ASKED_ELSEWHERE or not contract.exchange:
        contract.exchange = USUAL_EXCHANGES.get(contract.secType, "")
    return contract

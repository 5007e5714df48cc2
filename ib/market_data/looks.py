"""What pages show: looks are renewed at once; what TWS must be asked first comes by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from ib.market_data.contracts import Contracts
from ib.market_data.pace import Pace
from ib.market_data.prices import Prices
from ib.market_data.quotes import Quotes
from ib.wire import Wire
from trading.contracts import Contract
from trading.refusals import TradingError
from trading.snapshots import iso

FORGET_SECONDS = 60.0  # a contract that could not be found is asked for again then


class Looks:
    """It belongs to the reader's loop."""

    def __init__(self, contracts: Contracts, quotes: Quotes, prices: Prices, pace: Pace) -> None:
        self._contracts = contracts
        self._quotes = quotes
        self._prices = prices
        self._pace = pace
        self._asking: dict[Contract, asyncio.Task[None]] = {}
        self._failed: dict[Contract, tuple[float, TradingError]] = {}

    def renew(self, wire: Wire, contracts: Sequence[Contract], *, lent: bool) -> dict[str, Any]:
        """{"asOf", "quotes": known now, "failed", "lines"}; whatever is in neither is on its way.

        When lines are few, the first of the list have them.
        """
        quotes, failed = [], []
        for contract in contracts:
            name = contract.symbol or contract.local_symbol or f"conId {contract.con_id}"
            try:
                row = self._renew(wire, contract, lent=lent)
            except TradingError as error:
                failed.append(self._prices.failure(name, error) | {"conId": contract.con_id})
            else:
                quotes += [row] if row else []
        return {
            "asOf": iso(datetime.now(UTC)),
            "quotes": quotes,
            "failed": failed,
            "lines": self._quotes.lines_payload(),
        }

    def _renew(self, wire: Wire, contract: Contract, *, lent: bool) -> dict[str, Any] | None:
        details = self._contracts.known(contract)
        if details is not None and details.contract is not None:
            return self._quotes.watch(wire, details.contract, lent=lent)
        when, error = self._failed.get(contract, (0.0, None))
        if error is not None and monotonic() - when < FORGET_SECONDS:
            raise error
        if contract not in self._asking:
            task = asyncio.create_task(self._learn(wire, contract, lent=lent))
            self._asking[contract] = task
            task.add_done_callback(lambda _: self._asking.pop(contract))
        return None

    async def _learn(self, wire: Wire, contract: Contract, *, lent: bool) -> None:
        self._failed.pop(contract, None)
        try:
            turn = await self._pace.turn(wire)
            try:
                resolved = await self._contracts.resolve(wire, contract)
            finally:
                turn.answered()
            self._quotes.watch(wire, resolved, lent=lent)
        except TradingError as error:
            self._failed[contract] = monotonic(), error

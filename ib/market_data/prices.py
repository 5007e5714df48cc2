"""Prices of many contracts at once: what can be had in time, and what became of the rest.

What is streamed already costs nothing; the rest are snapshots within the pace and the lines.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

from ib.market_data.contracts import Contracts, Details
from ib.market_data.pace import Pace
from ib.market_data.quote_rows import Row, quote_row
from ib.market_data.quotes import Quotes
from ib.market_data.snapshots import Snapshots, price_terms
from ib.wire import Wire
from trading.ib_errors import CodeTable
from trading.price_requests import Asked
from trading.refusals import NoAnswer, TradingError
from trading.snapshots import iso
from trading.typed_contracts import Isin, Meant

LENT_AT_ONCE = 10  # snapshots for others, beside the lines that they may have
PRICES_SECONDS = 11.5  # everything is answered a little sooner than 12 s
TOO_LATE = "There was no time left for it; ask again for what is missing"


class Prices:
    """It belongs to the reader's loop."""

    def __init__(
        self,
        codes: CodeTable,
        contracts: Contracts,
        quotes: Quotes,
        snapshots: Snapshots,
        pace: Pace,
    ) -> None:
        self._codes = codes
        self._contracts = contracts
        self._quotes = quotes
        self._snapshots = snapshots
        self._pace = pace
        self._lent = asyncio.Semaphore(LENT_AT_ONCE)

    async def fetch(self, wire: Wire, asked: Sequence[Asked], *, lent: bool) -> dict[str, Any]:
        """{"asOf", "quotes", "failed", "partial", "lines"}: every name is in one of the lists."""
        tasks = [asyncio.create_task(self._price(wire, meant, lent)) for _, meant in asked]
        try:
            await asyncio.wait(tasks, timeout=PRICES_SECONDS)
        finally:
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        quotes, failed = [], []
        for (name, _), task in zip(asked, tasks, strict=True):
            if task.cancelled():
                failed.append(self.failure(name, NoAnswer(TOO_LATE)))
            elif isinstance(error := task.exception(), TradingError):
                failed.append(self.failure(name, error))
            else:
                quotes.append(task.result())
        return {
            "asOf": iso(datetime.now(UTC)),
            "quotes": quotes,
            "failed": failed,
            "partial": bool(failed),
            "lines": self._quotes.lines_payload(),
        }

    def failure(self, name: str, error: TradingError) -> Row:
        """Why a name has no quote: {"symbol", "error", "errorCode", "errorString", "next"}."""
        code = error.code if isinstance(error.code, int) else None
        return {
            "symbol": name,
            "error": error.sentence,
            "errorCode": code,
            "errorString": error.text,
            "next": self._codes.explain(code).next_step if code is not None else None,
        }

    async def _price(self, wire: Wire, meant: Meant, lent: bool) -> Row:
        async with self._lent if lent else nullcontext():
            contract = (await self._details(wire, meant)).contract
            assert contract is not None
            streamed = self._quotes.fresh(contract.conId)
            if streamed is not None:
                return streamed
            taken = await self._snapshots.take(wire, contract, price_terms(), lent=lent)
            return quote_row(taken)

    async def _details(self, wire: Wire, meant: Meant) -> Details:
        if isinstance(meant, Isin):
            return await self._contracts.typed(wire, meant.code)
        known = self._contracts.known(meant)
        if known is not None:
            return known
        turn = await self._pace.turn(wire)
        try:
            return await self._contracts.details(wire, meant)
        finally:
            turn.answered()

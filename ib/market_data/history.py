"""A contract's past: bars, within IB's pacing of historical data.

No identical request is sent within 15 seconds.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import ib_async

from ib.market_data.asking import Asking
from ib.market_data.contracts import Contracts
from ib.single_flight import SingleFlight
from ib.wire import Wire
from trading.contracts import Contract
from trading.ib_objects import number

HISTORY_PACING_SECONDS = 15.0


class History:
    """Answers by question. It belongs to the reader's loop."""

    def __init__(self, asking: Asking, contracts: Contracts) -> None:
        self._asking = asking
        self._contracts = contracts
        self._bars = SingleFlight[list[dict[str, Any]]](HISTORY_PACING_SECONDS)

    def forget(self) -> None:
        """Prices of an old connection are not kept."""
        self._bars.forget()

    async def bars(
        self, wire: Wire, contract: Contract, bar_size: str, duration: str
    ) -> list[dict[str, Any]]:
        """Rows {time (epoch s), open, high, low, close, volume}, oldest first."""
        resolved = await self._contracts.resolve(wire, contract)
        key = (resolved.conId, bar_size, duration)
        return await self._bars.ask(key, lambda: self._history(wire, resolved, bar_size, duration))

    async def _history(
        self, wire: Wire, contract: ib_async.Contract, bar_size: str, duration: str
    ) -> list[dict[str, Any]]:
        what = "MIDPOINT" if contract.secType == "CASH" else "TRADES"
        bars = await self._asking.answer(
            lambda: wire.reqHistoricalDataAsync(
                contract, "", duration, bar_size, what, useRTH=False, formatDate=2
            )
        )
        return [_bar_row(bar) for bar in bars or ()]


def _bar_row(bar: ib_async.BarData) -> dict[str, Any]:
    prices = {name: number(getattr(bar, name)) for name in ("open", "high", "low", "close")}
    return {"time": _epoch(bar.date), **prices, "volume": number(bar.volume)}


def _epoch(moment: date | datetime) -> int:
    """Epoch seconds; a daily bar's date is midnight UTC of that day."""
    if isinstance(moment, datetime):
        return int(moment.timestamp())
    return (moment - date(1970, 1, 1)).days * 86_400

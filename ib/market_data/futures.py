"""The next months of a future: which one is the front, when to roll, and what each costs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import ib_async

from ib.market_data.contracts import MOST_CHOICES, Contracts, Details, details_row
from ib.market_data.quote_rows import has_price, quote_row
from ib.market_data.snapshots import Snapshots, price_terms
from ib.wire import Wire
from trading.contracts import Contract
from trading.ib_objects import contract_row, number
from trading.refusals import FieldError, NotFound, Refused, TradingError
from trading.roll_dates import expiry_of, roll_date
from trading.snapshots import iso

MOST_MONTHS = 8
OPEN_INTEREST = "588"  # IB's generic tick; without it the snapshot has none


@dataclass(frozen=True, slots=True)
class Month:
    details: Details
    expiry: date

    @property
    def contract(self) -> ib_async.Contract:
        assert self.details.contract is not None
        return self.details.contract


class Futures:
    """It belongs to the reader's loop."""

    def __init__(self, contracts: Contracts, snapshots: Snapshots) -> None:
        self._contracts = contracts
        self._snapshots = snapshots

    async def months(self, wire: Wire, symbol: str, exchange: str) -> dict[str, Any]:
        """{"asOf", "symbol", "futures": […]}, the nearest first, at most 8.

        Raises NotFound without any month, Refused with choices when the symbol names several
        products (another exchange, class or currency).
        """
        asked = Contract.model_validate(
            {"symbol": symbol, "secType": "FUT", "exchange": exchange, "currency": ""}
        )
        now = datetime.now(UTC)
        months = _upcoming(await self._contracts.listings(wire, asked), now.date())
        if not months:
            raise NotFound(f"IB knows no future of {symbol}", code=200)
        _refuse_several(symbol, months)
        months = months[:MOST_MONTHS]
        prices = await asyncio.gather(*(self._price(wire, month) for month in months))
        front = _front([_volume(each) for each in prices])
        return {
            "asOf": iso(now),
            "symbol": symbol,
            "futures": [
                _row(month, price, is_front=place == front, today=now.date())
                for place, (month, price) in enumerate(zip(months, prices, strict=True))
            ],
        }

    async def _price(self, wire: Wire, month: Month) -> ib_async.Ticker | TradingError:
        terms = price_terms(OPEN_INTEREST, _is_enough)
        try:
            return await self._snapshots.take(wire, month.contract, terms)
        except TradingError as error:
            return error


def _is_enough(ticker: ib_async.Ticker) -> bool:
    return has_price(ticker) and number(ticker.futuresOpenInterest) is not None


def _upcoming(listings: Sequence[Details], today: date) -> list[Month]:
    found = []
    for details in listings:
        expiry = expiry_of(
            details.contract.lastTradeDateOrContractMonth if details.contract else ""
        )
        if expiry is not None and expiry >= today:
            found.append(Month(details, expiry))
    return sorted(found, key=lambda month: month.expiry)


def _refuse_several(symbol: str, months: Sequence[Month]) -> None:
    """One symbol may name products of several exchanges, sizes or currencies."""
    products: dict[tuple[str, str, str, str], Month] = {}
    for month in months:
        c = month.contract
        products.setdefault((c.exchange, c.tradingClass, c.multiplier, c.currency), month)
    if len(products) > 1:
        named = ", ".join(" ".join(product) for product in products)
        sentence = f"{symbol} names several futures: {named}"
        rows = [details_row(month.details) for month in products.values()][:MOST_CHOICES]
        raise Refused(sentence, FieldError("/symbol", sentence), choices=rows)


def _front(volumes: Sequence[float | None]) -> int:
    """The place of the month that trades most; the nearest while that is not known."""
    known = [(volume, -place) for place, volume in enumerate(volumes) if volume]
    return -max(known)[1] if known else 0


def _volume(price: ib_async.Ticker | TradingError) -> float | None:
    return None if isinstance(price, TradingError) else number(price.volume)


def _row(
    month: Month, price: ib_async.Ticker | TradingError, *, is_front: bool, today: date
) -> dict[str, Any]:
    ticker = None if isinstance(price, TradingError) else price
    return {
        "contract": contract_row(month.contract),
        "expiry": month.expiry.strftime("%Y%m%d"),
        "daysToExpiry": (month.expiry - today).days,
        "isFront": is_front,
        "rollDate": roll_date(month.expiry).isoformat(),
        "quote": quote_row(ticker) if ticker else None,
        "openInterest": number(ticker.futuresOpenInterest) if ticker else None,
        "volume": _volume(price),
        "error": price.sentence if isinstance(price, TradingError) else None,
    }

"""A quote as the API shows it, made from ib_async's Ticker; what IB has not sent is None."""

from __future__ import annotations

from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import ib_async

from trading.ib_objects import contract_row, number
from trading.snapshots import iso

DELAYED = 3
DATA_TYPES = {1: "live", 2: "frozen", 3: "delayed", 4: "delayed-frozen"}
# IB sends -1 for a price that does not exist now.
PRICES = ("bid", "ask", "last", "open", "high", "low", "close")
NUMBERS = ("bidSize", "askSize", "lastSize", "volume", "minTick")
_prices = attrgetter(*PRICES)
_numbers = attrgetter(*NUMBERS)

Row = dict[str, Any]


def quote_row(
    ticker: ib_async.Ticker,
    contract: Row | None = None,
    requested: int = DELAYED,
    trouble: Row | None = None,
) -> Row:
    """`contract`: its row, when it is at hand; `requested`: the data type that was asked for."""
    assert ticker.contract is not None
    row: Row = {
        "contract": contract or contract_row(ticker.contract),
        "symbol": ticker.contract.symbol,
        "time": iso(ticker.time or datetime.now(UTC)),
    }
    for name, value in zip(PRICES, _prices(ticker), strict=True):
        row[name] = None if value == -1 else number(value)
    for name, value in zip(NUMBERS, _numbers(ticker), strict=True):
        row[name] = number(value)
    row["marketDataType"] = DATA_TYPES.get(ticker.marketDataType, "live")
    row["requestedType"] = DATA_TYPES[requested]
    row["trouble"] = trouble
    return row


def price_of(ticker: ib_async.Ticker) -> float | None:
    """The price to value a position with: the last trade, else the middle of bid and ask.

    A last trade outside of bid and ask is older than they are, as most options' is: then the
    nearer of them is what it is worth now.
    """
    last, bid, ask = (_price(value) for value in (ticker.last, ticker.bid, ticker.ask))
    if last:
        paid = max(last, bid) if bid else last
        return min(paid, ask) if ask else paid
    return (bid + ask) / 2 if bid and ask else None


def has_price(ticker: ib_async.Ticker) -> bool:
    """Whether there is anything to show: a bid, an ask, a last trade or a close."""
    values = (ticker.bid, ticker.ask, ticker.last, ticker.close)
    return any(_price(value) is not None for value in values)


def _price(value: float) -> float | None:
    known: float | None = number(value)
    return None if known == -1 else known

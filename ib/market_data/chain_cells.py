"""One option of a chain as the API shows it: what a snapshot brought, null where IB sent nothing.

The greeks are those of IB's model (tick 13, delayed 83), which a snapshot brings without being
asked: https://interactivebrokers.github.io/tws-api/option_computations.html
"""

from __future__ import annotations

from typing import Any

import ib_async

from ib.market_data.quote_rows import PRICES
from ib.market_data.snapshots import Snapshot
from trading.ib_objects import number
from trading.refusals import NoAnswer

QUOTES = ("bid", "ask", "last", "bidSize", "askSize", "volume", "close")
GREEKS = {
    "impliedVolatility": "impliedVol",
    "delta": "delta",
    "gamma": "gamma",
    "vega": "vega",
    "theta": "theta",
    "modelPrice": "optPrice",
}
DIGITS = 6
# IB's words for "not computed"; ib_async 2.1.0 leaves them in vega and theta.
NOT_COMPUTED = {"vega": -2.0, "theta": -2.0}


def cell_of(
    contract: ib_async.Contract, snapshot: Snapshot | None, open_interest: float | None
) -> dict[str, Any]:
    """CELL of one option."""
    ticker = snapshot.ticker if snapshot else None
    values: dict[str, Any] = {"conId": contract.conId, "localSymbol": contract.localSymbol}
    values |= {name: _quote(ticker, name) for name in QUOTES}
    values["openInterest"] = open_interest
    values |= {name: _greek(ticker, source) for name, source in GREEKS.items()}
    error = snapshot.error if snapshot else None
    # Some snapshots do not end: what they have brought is no less true.
    is_late = isinstance(error, NoAnswer) and has_price(values)
    values["error"] = error.sentence if error and not is_late else None
    return values


def has_price(cell: dict[str, Any]) -> bool:
    """Whether there is anything to value it with."""
    return any(cell[name] is not None for name in ("bid", "ask", "last", "close", "modelPrice"))


def is_complete(cell: dict[str, Any]) -> bool:
    """Whether what a trader looks at is there: it need not wait for the snapshot's end."""
    return all(cell[name] is not None for name in ("bid", "ask", "volume", "delta"))


def _quote(ticker: ib_async.Ticker | None, name: str) -> float | None:
    value = number(getattr(ticker, name)) if ticker else None
    return None if value == -1 and name in PRICES else value


def _greek(ticker: ib_async.Ticker | None, name: str) -> float | None:
    greeks = ticker.modelGreeks if ticker else None
    value = number(getattr(greeks, name)) if greeks else None
    return None if value is None or value == NOT_COMPUTED.get(name) else round(value, DIGITS)

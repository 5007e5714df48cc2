"""A chain as a table: one line for each option."""

from __future__ import annotations

import csv
import io
from typing import Any

CSV = "text/csv"
CELL = (
    "conId",
    "localSymbol",
    "bid",
    "ask",
    "last",
    "bidSize",
    "askSize",
    "volume",
    "openInterest",
    "impliedVolatility",
    "delta",
    "gamma",
    "vega",
    "theta",
    "modelPrice",
    "close",
    "error",
)
COLUMNS = ("symbol", "expiry", "strike", "right", *CELL)


def chain_csv(chain: dict[str, Any]) -> str:
    """Options by strike, the call first; what IB did not send is empty, and so is a hole."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for row in chain["rows"]:
        for right, name in (("C", "call"), ("P", "put")):
            cell = row[name] or {}
            place = (chain["symbol"], chain["expiry"], row["strike"], right)
            writer.writerow([*place, *(cell.get(column) for column in CELL)])
    return table.getvalue()

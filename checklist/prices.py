"""Prices of the order script: percentages of the market's price become numbers.

`-20%` is a price 20 % below the market, `+1%` one above, `20% wide` an amount of that size, and
`{tomorrow}` an instant a day from now. Nothing else in an order is touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

AWAY = re.compile(r"[+-]\d+(\.\d+)?%")
WIDE = re.compile(r"(\d+(?:\.\d+)?)% wide")
TOMORROW = "{tomorrow}"
CENT = 0.01


def with_prices(value: Any, price: Callable[[], float]) -> Any:
    """The same value with numbers for percentages, also inside; `price` is asked if needed."""
    if isinstance(value, dict):
        return {name: with_prices(one, price) for name, one in value.items()}
    if isinstance(value, list):
        return [with_prices(one, price) for one in value]
    if not isinstance(value, str):
        return value
    if AWAY.fullmatch(value):
        return in_cents(price() * (1 + float(value[:-1]) / 100))
    if found := WIDE.fullmatch(value):
        return in_cents(price() * float(found[1]) / 100)
    if value == TOMORROW:
        return (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


def in_cents(amount: float) -> float:
    """Whole cents, at least one: the step of US stocks above a dollar."""
    return max(round(amount, 2), CENT)

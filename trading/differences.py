"""What TWS made of an order that was asked for: TIF, outsideRth, prices, size.

TWS may change fields by its presets (code 10349 says so for the TIF). This module compares; it
judges nothing.
"""

from __future__ import annotations

from typing import Any

# Set by TWS or by the desk, moved by TWS as the price moves, or not shown by TWS.
NOT_COMPARED = frozenset({"account", "whatIf", "trailStopPrice"})
MOVED_BY_TWS = {"TRAIL LIMIT": "lmtPrice"}


def differences(asked: dict[str, Any], told: dict[str, Any]) -> list[dict[str, Any]]:
    """`[{"field", "asked", "told"}]` in the order of the request's fields.

    Both are orders as the API shows them (`order_row`). A field that either side does not have, or
    has as None, is no difference; 100 and 100.0 are equal.
    """
    moved = MOVED_BY_TWS.get(asked.get("orderType", ""))
    return [
        {"field": name, "asked": wanted, "told": told[name]}
        for name, wanted in asked.items()
        if name not in NOT_COMPARED and name != moved and _differ(wanted, told.get(name))
    ]


def _differ(asked: Any, told: Any) -> bool:
    if asked is None or told is None:
        return False
    if isinstance(asked, dict) and isinstance(told, dict):  # TWS may add parameters of its own
        return any(_differ(value, told.get(name)) for name, value in asked.items())
    return bool(asked != told)

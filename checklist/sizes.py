"""Sizes: what an account holds of a stock, and what an order has filled."""

from __future__ import annotations

from typing import Any


def signed_fill(order: dict[str, Any]) -> float:
    """How much of it is filled; sold is negative."""
    filled = float(order["filled"] or 0)
    return filled if order["order"]["action"] == "BUY" else -filled


def held_of(rows: list[dict[str, Any]], account: str, symbol: str) -> float:
    """How much of a stock the account holds by these rows."""
    return sum(
        float(row["position"])
        for row in rows
        if row["account"] == account
        and (row["contract"]["symbol"], row["contract"]["secType"]) == (symbol, "STK")
    )

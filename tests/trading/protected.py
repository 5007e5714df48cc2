"""Positions and orders for tests about protection, as the API shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

ACCOUNT = "DU1000001"
AAPL = {"conId": 265598, "symbol": "AAPL", "secType": "STK", "currency": "USD"}
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
NUMBERS = count(1)


def position(size: float, account: str = ACCOUNT, **contract: Any) -> dict[str, Any]:
    return {"account": account, "contract": AAPL | contract, "position": size}


def order(kind: str, quantity: float | None, price: float | None = None, **more: Any) -> Any:
    """An open order to sell; `more` goes into the order's own terms or around them."""
    terms = {
        "action": "SELL",
        "orderType": kind,
        "totalQuantity": quantity,
        "lmtPrice": price if kind == "LMT" else None,
        "auxPrice": None if kind == "LMT" else price,
        "account": ACCOUNT,
    }
    number = next(NUMBERS)
    shown = {
        "clientOrderId": f"o{number}",
        "account": ACCOUNT,
        "contract": AAPL,
        "state": "live",
        "status": "Submitted",
        "orderId": number,
        "origin": "desk",
        "parent": None,
        "filled": 0,
        "remaining": quantity,
        "whyHeld": "",
        "modification": None,
    }
    around = {name: value for name, value in more.items() if name in shown}
    own = {name: value for name, value in more.items() if name not in shown}
    return shown | around | {"order": terms | own}


def stop(quantity: float | None = 100, price: float | None = 140.5, **more: Any) -> Any:
    return order("STP", quantity, price, **more)


def target(quantity: float | None = 100, price: float | None = 160.0, **more: Any) -> Any:
    return order("LMT", quantity, price, **more)

"""Ready-made facts about 100 AAPL at 228.10, for the tests of limits, sizes and price steps."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.trading.orders_for_tests import a_request
from trading.orders import OrderRequest, parse_order_request
from trading.price_rules import PriceRule
from trading.risk import Activity, OrderFacts

CENTS = PriceRule(((Decimal(0), Decimal("0.0001")), (Decimal(1), Decimal("0.01"))))
KNOWN: dict[str, Any] = {
    "con_id": 265598,
    "min_tick_rules": CENTS,
    "size_increment": Decimal(1),
    "multiplier": Decimal(1),
    "bid": Decimal("228.00"),
    "ask": Decimal("228.20"),
    "last": Decimal("228.15"),
    "quote_age": 0.5,
    "position": Decimal(0),
    "net_liquidation": Decimal(1_000_000),
    "daily_pnl": Decimal(0),
    "symbol": "AAPL",
}


def numbers(given: dict[str, object]) -> dict[str, Any]:
    """Whole numbers and texts as Decimals, for shorter tests."""
    kept = ("con_id", "quote_age", "symbol", "open_orders", "orders_last_minute")
    return {
        name: Decimal(value) if name not in kept and isinstance(value, int | str) else value
        for name, value in given.items()
    }


def facts(**given: object) -> OrderFacts:
    return OrderFacts(**(KNOWN | numbers(given)))


def activity(**given: object) -> Activity:
    none: dict[str, Any] = {"open_orders": 0, "orders_last_minute": 0}
    sums = {"working": Decimal(0), "reducing": Decimal(0), "open_notional": Decimal(0)}
    return Activity(**(none | sums | numbers(given)))


def a_limit_order(price: float = 228.1, quantity: int = 100, **order: Any) -> OrderRequest:
    return a_request(orderType="LMT", lmtPrice=price, totalQuantity=quantity, **order)


def a_cash_order(cash: float = 500, action: str = "BUY") -> OrderRequest:
    """Euros for so many dollars."""
    order = {"action": action, "orderType": "MKT", "cashQty": cash}
    return parse_order_request({"contract": {"symbol": "EUR", "secType": "CASH"}, "order": order})


def a_combo(price: float = 1, quantity: int = 1) -> OrderRequest:
    """A stock bought against another one."""
    legs = [
        {"conId": 265598, "ratio": 1, "action": "BUY"},
        {"conId": 272093, "ratio": 1, "action": "SELL"},
    ]
    contract = {"symbol": "AAPL,MSFT", "secType": "BAG", "comboLegs": legs}
    return a_request(contract=contract, orderType="LMT", lmtPrice=price, totalQuantity=quantity)

"""What to say of an order of which nothing was heard in time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from trading.orders import OrderRequest, OrderResult
from trading.ports import OrderDesk
from trading.refusals import TradingError

# Nothing is proven of an order in one of these states.
IN_DOUBT = frozenset({"intent", "sending", "unknown"})


def unknown(order: OrderRequest) -> OrderResult:
    """The order may or may not exist; the answer names what was asked."""
    payload: dict[str, Any] = {
        "clientOrderId": order.client_order_id,
        "account": order.order.account,
        "contract": order.contract.to_payload(),
        "order": order.order.to_payload(),
        "orderId": None,
        "status": None,
        "messages": [],
        "state": "unknown",
        "sent": "unknown",
    }
    return OrderResult(order.client_order_id, "unknown", "unknown", None, False, payload)


def unheard(order_desk: OrderDesk, order: OrderRequest) -> OrderResult:
    """The desk's own knowledge if that is certain; else the order may or may not exist."""
    asked = unknown(order)
    try:
        known = order_desk.order(order.client_order_id)
    except TradingError:  # it is not known, or nobody is there who could know it
        return asked
    if known.state not in IN_DOUBT:
        return known
    payload = {**asked.payload, **known.payload, "state": "unknown", "sent": "unknown"}
    return replace(known, state="unknown", sent="unknown", payload=payload)

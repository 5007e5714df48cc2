"""What to say of an order of which nothing was heard in time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from trading.orders import OrderRequest, OrderResult
from trading.ports import OrderDesk
from trading.refusals import TradingError

# Nothing is proven of an order in one of these states.
IN_DOUBT = frozenset({"intent", "sending", "unknown"})


def unknown(request: OrderRequest) -> OrderResult:
    """The answer while nobody can tell whether IB has the order: it names what was asked."""
    payload: dict[str, Any] = {
        "clientOrderId": request.client_order_id,
        "account": request.order.account,
        "contract": request.contract.to_payload(),
        "order": request.order.to_payload(),
        "state": "unknown",
        "sent": "unknown",
        "orderId": None,
        "status": None,
        "messages": [],
    }
    return OrderResult(request.client_order_id, "unknown", "unknown", None, False, payload)


def unheard(order_desk: OrderDesk, request: OrderRequest) -> OrderResult:
    """The desk's own knowledge if that is certain; else the order may or may not exist."""
    asked = unknown(request)
    try:
        known = order_desk.order(request.client_order_id)
    except TradingError:  # it is not known, or nobody is there who could know it
        return asked
    if known.state not in IN_DOUBT:
        return known
    payload = {**asked.payload, **known.payload, "state": "unknown", "sent": "unknown"}
    return replace(known, state="unknown", sent="unknown", payload=payload)

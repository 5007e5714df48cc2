"""What to say of an order of which nothing was heard in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trading.orders import OrderRequest, OrderResult
from trading.ports import OrderDesk
from trading.refusals import NotFound

# Nothing is proven of an order in one of these states.
IN_DOUBT = frozenset({"intent", "sending", "unknown"})


def unheard(order_desk: OrderDesk, order: OrderRequest) -> OrderResult:
    """The desk's own knowledge if that is certain; else the order may or may not exist."""
    try:
        known = order_desk.order(order.client_order_id)
    except NotFound:
        known = OrderResult(order.client_order_id, "unknown", "unknown", None, False, {})
    if known.state not in IN_DOUBT:
        return known
    payload: Mapping[str, Any] = {
        "clientOrderId": order.client_order_id,
        "account": order.order.account,
        "contract": order.contract.to_payload(),
        "order": order.order.to_payload(),
        "orderId": known.order_id,
        "status": None,
        "messages": [],
        **known.payload,
        "state": "unknown",
        "sent": "unknown",
    }
    return replace(known, state="unknown", sent="unknown", payload=dict(payload))

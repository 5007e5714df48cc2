"""A request as the whole body of POST /orders again: how it travels to the agent of its user.

Parsing the body gives an equal request. What is not in a body (who asked, and whether the order
closes a position) travels beside it.
"""

from __future__ import annotations

from typing import Any

from trading.brackets import bracket_of
from trading.orders import OrderRequest


def whole_body(request: OrderRequest) -> dict[str, Any]:
    """Plain JSON values under the API's names: contract, order, key, wait and bracket."""
    body = request.to_body() | {
        "clientOrderId": request.client_order_id,
        "wait": request.wait,
        "confirmDuplicate": request.confirm_duplicate,
    }
    if request.legs:
        body["bracket"] = bracket_of([leg.order for leg in request.legs])
    return body

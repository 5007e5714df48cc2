"""The mission's own names for the same views: `/api/ib-connection/…`.

Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request

from trading.refusals import FieldError, NotFound, Refused
from web import api, exits, orders, placing
from web.bodies import read_json
from web.desk import current_desk

routes = Blueprint("mission", __name__, url_prefix="/api/ib-connection")
routes.add_url_rule("/status", view_func=api.status)
routes.add_url_rule("/positions", view_func=api.positions)
routes.add_url_rule("/place-order", view_func=orders.place_order, methods=["POST"])

WHICH_ORDER = "The body must name the order by clientOrderId or by orderId"


@routes.post("/cancel-order")
def cancel_order() -> Response:
    """Cancel the order that the body names: `{"clientOrderId": …}` or `{"orderId": …}`."""
    body = read_json(request)
    if not isinstance(body, Mapping) or len(body) != 1:
        raise Refused(WHICH_ORDER, FieldError("", WHICH_ORDER))
    name, value = next(iter(body.items()))
    if name == "clientOrderId" and isinstance(value, str):
        return exits.cancelled(placing.known_form(value))
    if name == "orderId" and type(value) is int:
        return exits.cancelled(_named(value))
    raise Refused(WHICH_ORDER, FieldError(f"/{name}", WHICH_ORDER))


def _named(order_id: int) -> str:
    """The clientOrderId of this desk's newest order with that orderId.

    Other programs count their orders from 1 as well: theirs are never meant.
    """
    for order in current_desk().order_desk.orders():
        if order.order_id == order_id and order.payload["origin"] == "desk":
            return order.client_order_id
    raise NotFound(f"There is no order {order_id}")

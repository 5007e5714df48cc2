"""Order routes: preview, place, list, look at and dismiss. Changes and cancels are in
`web/exits.py`, an order's timeline in `web/recorder.py`.

A body becomes an OrderRequest or is refused; the OrderDesk does the rest. An answer never claims
more than is known: what cannot be proven is `unknown`, with 202 and a place to look.
"""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from trading.orders import OrderResult
from trading.refusals import NotConnected
from trading.snapshots import iso
from web import placing, queries
from web.answers import json_response
from web.audit_trail import noted, state_of
from web.bodies import an_object, read_json, refused
from web.desk import current_desk, utc_now, wait

routes = Blueprint("orders", __name__, url_prefix="/api/v1")

LISTS = {"open": False, "done": True, "all": None}
MAX_ROWS = 1000
DISMISS_SECONDS = 10.0  # TWS lists its orders within five


@routes.post("/orders")
def place_order() -> Response:
    """Place the order in the body, or preview it when `order.whatIf` is true."""
    return placing.place(read_json(request), request.headers.get("Idempotency-Key"))


@routes.get("/orders")
def orders() -> Response:
    """Orders, newest first; `status` open, done or all.

    Every open order and the newest `limit` finished ones; with `before` (a clientOrderId) the
    `limit` orders that are older than that one.
    """
    wanted = LISTS[queries.one_of("status", tuple(LISTS), "all")]
    as_of = iso(utc_now())  # before the look: what comes while it lasts is newer
    desk = current_desk().order_desk
    if not desk.has_read_orders():
        raise NotConnected(desk.status().reason or "TWS has not listed its orders yet")
    limit = queries.whole("limit", MAX_ROWS, 1, MAX_ROWS)
    before = queries.text("before")
    if before:
        known = desk.older_orders(placing.known_form(before), limit)
    else:
        known = _without_old_finished(desk.orders(), limit)
    shown = [order.payload for order in known if wanted is None or order.is_final is wanted]
    return json_response({"asOf": as_of, "orders": shown})


@routes.get("/orders/<client_order_id>")
def order(client_order_id: str) -> Response:
    found = current_desk().order_desk.order(placing.known_form(client_order_id))
    return json_response(found.payload)


@routes.post("/orders/<client_order_id>/dismiss")
def dismiss_order(client_order_id: str) -> Response:
    """The caller has looked for an unknown order in TWS, and it is not there.

    The body must say `{"confirm": true}`. TWS is asked once more, and nothing is sent.
    """
    body = an_object(read_json(request), {"confirm"})
    if body.get("confirm") is not True:
        raise refused("/confirm", "Say confirm: true when you have looked for the order in TWS")
    key = placing.known_form(client_order_id)
    with noted("order dismissed", key) as ending:
        result = wait(current_desk().order_desk.dismiss(key, g.caller.user.name), DISMISS_SECONDS)
        ending.outcome = state_of(result)
    return json_response(result.payload)


def _without_old_finished(newest_first: list[OrderResult], most: int) -> list[OrderResult]:
    """An open order is never left out, however old: whoever reads the list may cancel it."""
    finished = [order.client_order_id for order in newest_first if order.is_final]
    left_out = set(finished[most:])
    return [order for order in newest_first if order.client_order_id not in left_out]

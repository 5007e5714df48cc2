"""Every order that the journal knows, a page at a time, with filters; the same as CSV.

Memory has the newest word about an order and every open one, the journal has all of them. A page
is read from the journal and overlaid with memory; where the next one begins is a place in the
journal, so that no order is passed over however memory sorts its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from trading.orders import OrderResult
from trading.refusals import NotConnected
from trading.snapshots import iso
from web import placing, queries
from web.answers import json_response
from web.csv_answers import csv_response, field
from web.desk import Desk, current_desk, utc_now
from web.history_filters import Wanted, wanted

routes = Blueprint("order_history", __name__, url_prefix="/api/v1")

# The chips of the blotter: each order is in one of them.
LISTS: dict[str, frozenset[str]] = {
    "working": frozenset({"intent", "sending", "live", "duplicated"}),
    "filled": frozenset({"filled"}),
    "cancelled": frozenset({"cancelled", "expired", "dismissed"}),
    "rejected": frozenset({"rejected", "not_sent", "not_placed"}),
    "unknown": frozenset({"unknown"}),
}
PAGE_ROWS = 500
MAX_ROWS = 1000
MOST_LOOKED_AT = 5_000  # for one answer, however few of them are wanted
MOST_LINES = 20_000
TOO_MANY = f"These are more than {MOST_LINES} orders: choose fewer days"
NOT_LISTED = "TWS has not listed its orders yet"
COLUMNS = {
    "submittedAt": field("submittedAt"),
    "updatedAt": field("updatedAt"),
    "clientOrderId": field("clientOrderId"),
    "orderId": field("orderId"),
    "permId": field("permId"),
    "account": field("account"),
    "action": field("order", "action"),
    "totalQuantity": field("order", "totalQuantity"),
    "filled": field("filled"),
    "symbol": field("contract", "symbol"),
    "secType": field("contract", "secType"),
    "localSymbol": field("contract", "localSymbol"),
    "exchange": field("contract", "exchange"),
    "currency": field("contract", "currency"),
    "orderType": field("order", "orderType"),
    "lmtPrice": field("order", "lmtPrice"),
    "auxPrice": field("order", "auxPrice"),
    "tif": field("order", "tif"),
    "avgFillPrice": lambda order: order.get("avgFillPrice") or None,
    "commission": field("commission"),
    "commissionCurrency": field("commissionCurrency"),
    "state": field("state"),
    "status": field("status"),
    "whyHeld": field("whyHeld"),
    "source": field("source"),
    "origin": field("origin"),
    "message": lambda order: next((m["text"] for m in reversed(order["messages"])), None),
}
Orders = dict[str, OrderResult]


@routes.get("/order-history")
def page() -> Response:
    """Orders, newest first; `next` is the `before` of the page that follows, null at the end.

    The first page has every open order and about `limit` others.
    """
    before = queries.text("before")
    limit = queries.whole("limit", PAGE_ROWS, 1, MAX_ROWS)
    start = placing.known_form(before) if before else None
    desk, as_of = _listed(), iso(utc_now())  # what comes while it looks is newer
    with desk.waiting.read():  # it may take a while: a cancel always finds a thread
        found, following = _look(desk, start, limit, MOST_LOOKED_AT)
    return json_response({"asOf": as_of, "orders": _shown(found), "next": following})


@routes.get("/order-history.csv")
def as_csv() -> Response:
    """All of them as one file, or a refusal: never a part that looks like the whole."""
    desk = _listed()
    with desk.waiting.read():
        found, following = _look(desk, None, MOST_LINES + 1, None)
    if following or len(found) > MOST_LINES:
        raise queries.refused("from", TOO_MANY)
    return csv_response("orders", COLUMNS, _shown(found))


def _listed() -> Desk:
    desk = current_desk()
    if not desk.order_desk.has_read_orders():
        raise NotConnected(desk.order_desk.status().reason or NOT_LISTED)
    return desk


def _look(desk: Desk, start: str | None, limit: int, most: int | None) -> tuple[Orders, str | None]:
    """Orders that are wanted, and the last one looked at while older ones may be wanted too."""
    status = queries.one_of("status", ("all", *LISTS), "all")
    filters, states = wanted(), LISTS.get(status)
    known = {order.client_order_id: order for order in desk.order_desk.orders()}
    found: Orders = {}

    def take(orders: list[OrderResult]) -> None:
        for order in orders:
            newest = known.get(order.client_order_id, order)
            if _is_wanted(newest.payload, filters, states):
                found[newest.client_order_id] = newest

    if start is None:
        take(list(known.values()))
    looked: set[str] = set()
    cursor = start
    while most is None or len(looked) < most:
        page = desk.order_desk.older_orders(cursor, min(limit, MAX_ROWS))
        # What was told before is no older page: whoever answers so would never come to an end.
        older = [order for order in page if order.client_order_id not in looked]
        take(older)
        if not older or _is_before(older[-1].payload, filters):
            return found, None
        looked.update(order.client_order_id for order in older)
        cursor = older[-1].client_order_id
        if len(found) >= limit:
            break
    return found, cursor


def _is_wanted(order: Mapping[str, Any], filters: Wanted, states: frozenset[str] | None) -> bool:
    is_so = states is None or order["state"] in states
    return is_so and filters.takes(_time(order), order["account"], order["contract"])


def _is_before(order: Mapping[str, Any], filters: Wanted) -> bool:
    """The journal has its orders as they came: whatever is older than this one is too old."""
    return (order["submittedAt"] or filters.since) < filters.since


def _time(order: Mapping[str, Any]) -> str:
    """Nobody here saw an order of another program being placed."""
    return str(order["submittedAt"] or order["updatedAt"])


def _shown(found: Orders) -> list[dict[str, Any]]:
    """Newest first."""
    return sorted((order.payload for order in found.values()), key=_time, reverse=True)

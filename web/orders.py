"""Order routes: preview, place, list, look at and cancel.

A body becomes an OrderRequest or is refused; the OrderDesk does the rest. An answer never claims
more than is known: what cannot be proven is `unknown`, with 202 and a place to look.
"""

from __future__ import annotations

from concurrent.futures import CancelledError, Future
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, request

from trading.orders import (
    CLIENT_ORDER_ID,
    OrderRequest,
    OrderResult,
    parse_order_request,
)
from trading.refusals import ORDER_TIMEOUT, NoAnswer, NotConnected, NotFound
from trading.snapshots import iso
from web import queries
from web.answers import json_response
from web.bodies import read_json
from web.desk import Desk, current_desk, utc_now, wait, wait_for_read
from web.errors import order_not_sent, order_refused_by_ib

routes = Blueprint("orders", __name__, url_prefix="/api/v1")

# The desk answers within the order timeout by itself; this is what a stuck desk gets on top.
GRACE_SECONDS = 5.0
CANCEL_SECONDS = 10.0
CANCEL_UNCONFIRMED = "The cancel is not confirmed yet. Check TWS: the order may still fill."
ACCEPTED = frozenset({"sending", "unknown"})
LISTS = {"open": False, "done": True, "all": None}


@routes.post("/orders")
def place_order() -> Response:
    """Place the order in the body, or preview it when `order.whatIf` is true."""
    order = parse_order_request(read_json(request), request.headers.get("Idempotency-Key"))
    g.client_order_id = order.client_order_id
    desk = current_desk()
    if order.what_if:
        preview = wait_for_read(desk.order_desk.preview(order), desk.settings.order_timeout)
        return json_response(preview.payload)
    with desk.waiting.order() as may_wait:
        if not may_wait:
            order = replace(order, wait="none")
        return placed(_outcome(desk, order))


@routes.get("/orders")
def orders() -> Response:
    """Every order known, newest first; `status` open, done or all."""
    wanted = LISTS[queries.one_of("status", tuple(LISTS), "all")]
    desk = current_desk().order_desk
    if not desk.has_read_orders():
        raise NotConnected(desk.status().reason or "TWS has not listed its orders yet")
    known = desk.orders()
    shown = [order.payload for order in known if wanted is None or order.is_final is wanted]
    return json_response({"asOf": iso(utc_now()), "orders": shown})


@routes.delete("/orders")
def cancel_all() -> Response:
    """Cancel every open order of this desk; each answer says where its order stands."""
    try:
        results = wait(current_desk().order_desk.cancel_all(), CANCEL_SECONDS)
    except NoAnswer as error:
        raise NoAnswer(CANCEL_UNCONFIRMED, sent="unknown") from error
    return json_response({"cancels": [result.payload for result in results]})


@routes.get("/orders/<client_order_id>")
def order(client_order_id: str) -> Response:
    return json_response(current_desk().order_desk.order(known_form(client_order_id)).payload)


@routes.get("/orders/<client_order_id>/events")
def events(client_order_id: str) -> Response:
    """The order's timeline: every message of IB about it with its time."""
    timeline = current_desk().order_desk.events(known_form(client_order_id))
    return json_response({"events": timeline})


@routes.delete("/orders/<client_order_id>")
def cancel_order(client_order_id: str) -> Response:
    return cancelled(known_form(client_order_id))


def cancelled(client_order_id: str) -> Response:
    """Ask IB to cancel: 200 when the order is final, 202 while the request is under way."""
    desk = current_desk()
    future = desk.order_desk.cancel(client_order_id)
    try:
        result = wait(future, CANCEL_SECONDS)
    except NoAnswer:
        known = desk.order_desk.order(client_order_id)
        return json_response(known.payload | {"error": CANCEL_UNCONFIRMED}, 202)
    if result.is_final:
        return json_response(result.payload)
    if result.payload.get("cancelRefused"):
        return order_refused_by_ib(result, result.payload["cancelRefused"])
    return json_response(result.payload, 202)


def placed(result: OrderResult) -> Response:
    """The answer to a POST, by what is known of the order."""
    response = _by_state(result)
    response.headers["Location"] = f"{routes.url_prefix}/orders/{result.client_order_id}"
    if result.payload.get("replayed"):
        response.headers["Idempotent-Replayed"] = "true"
        if response.status_code == 201:
            response.status_code = 200
    return response


def known_form(client_order_id: str) -> str:
    """A name that an order can have; another one is nobody's."""
    if not CLIENT_ORDER_ID.fullmatch(client_order_id):
        raise NotFound("There is no order of that clientOrderId")
    return client_order_id


def _by_state(result: OrderResult) -> Response:
    if result.state == "rejected":
        return order_refused_by_ib(result, _last_reject(result))
    if result.state == "not_sent":
        return order_not_sent(result)
    if result.state == "unknown":
        return json_response(result.payload | {"error": ORDER_TIMEOUT}, 202)
    return json_response(result.payload, 202 if result.state in ACCEPTED else 201)


def _last_reject(result: OrderResult) -> dict[str, Any] | None:
    messages = result.payload.get("messages", ())
    return next((m for m in reversed(messages) if m["kind"] == "reject"), None)


def _outcome(desk: Desk, order: OrderRequest) -> OrderResult:
    """What is known of the order when its Future ends, or when nothing was heard in time."""
    future: Future[OrderResult] = desk.order_desk.submit(order)
    try:
        return future.result(timeout=desk.settings.order_timeout + GRACE_SECONDS)
    except (TimeoutError, CancelledError):
        return _unheard(desk, order)


def _unheard(desk: Desk, order: OrderRequest) -> OrderResult:
    """The desk's own knowledge if that is certain; else the order may or may not exist."""
    try:
        known = desk.order_desk.order(order.client_order_id)
    except NotFound:
        known = OrderResult(order.client_order_id, "unknown", "unknown", None, False, {})
    if known.state not in ACCEPTED:
        return known
    payload = {
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
    return replace(known, state="unknown", sent="unknown", payload=payload)

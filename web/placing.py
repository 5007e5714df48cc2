"""From a body to an order's answer: parse, size, hand over, wait, and say no more than is known."""

from __future__ import annotations

from concurrent.futures import CancelledError, Future
from dataclasses import replace
from typing import Any

from flask import Response, g

from trading.orders import CLIENT_ORDER_ID, OrderRequest, OrderResult, parse_order_request
from trading.outcomes import IN_DOUBT, unheard
from trading.refusals import NOT_CONNECTED, ORDER_TIMEOUT, NotFound, TradingError
from web import sizes
from web.answers import json_response
from web.audit_trail import noted, state_of
from web.desk import Desk, current_desk, wait_for_read
from web.errors import order_not_sent, order_refused_by_ib

# The desk answers within the order timeout by itself; this is what a stuck desk gets on top.
GRACE_SECONDS = 5.0
ORDERS_PATH = "/api/v1/orders"
NOT_PLACED = "IB does not have this order: it was asked twice. You can place it again."


def place(body: object, key: str | None) -> Response:
    """The answer to POST /orders: the preview, or where the order stands."""
    order = read_order(body, key)
    desk = current_desk()
    if order.what_if:
        preview = wait_for_read(desk.order_desk.preview(order), desk.order_seconds)
        return json_response(preview.payload)
    return placed(_submit(desk, order))


def close(body: object, key: str) -> OrderResult:
    """As `place`, for an order that must do no more than close a position."""
    return _submit(current_desk(), replace(read_order(body, key), is_closing=True))


def read_order(body: object, key: str | None) -> OrderRequest:
    """The request in a body with who asks; a size in money or percent becomes a quantity."""
    order = parse_order_request(sizes.resolved(body, key), key)
    g.client_order_id = order.client_order_id
    caller = g.caller
    # A program that asks twice means two orders; a page may have been clicked in two tabs.
    is_named = order.is_named or bool(caller.key)
    how = f"key {caller.key[:8]}..." if caller.key else "browser"  # ASCII: it goes to agents
    return replace(order, source=f"{caller.user.name} via {how}", is_named=is_named)


def placed(result: OrderResult) -> Response:
    """The answer to a POST, by what is known of the order."""
    response = _by_state(result)
    response.headers["Location"] = f"{ORDERS_PATH}/{result.client_order_id}"
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


def _submit(desk: Desk, order: OrderRequest) -> OrderResult:
    with desk.waiting.order() as may_wait:
        if not may_wait:
            order = replace(order, wait="none")
        with noted("order sent", order.client_order_id) as ending:
            result = _outcome(desk, order)
            ending.outcome = state_of(result)
        return result


def _by_state(result: OrderResult) -> Response:
    if result.state == "rejected":
        return order_refused_by_ib(result, _last_reject(result))
    if result.state == "not_sent":
        return order_not_sent(result, _why_not_sent(result))
    if result.state == "not_placed":
        return order_not_sent(result, NOT_PLACED)
    if result.state == "unknown":
        return json_response(result.payload | {"error": ORDER_TIMEOUT}, 202)
    return json_response(result.payload, 202 if result.state in IN_DOUBT else 201)


def _why_not_sent(result: OrderResult) -> str:
    """The reason in its timeline, unless the connection is simply away."""
    desk = current_desk().order_desk
    try:
        events = desk.events(result.client_order_id) if desk.status().is_connected else []
    except TradingError:  # relay mode: the agent has gone meanwhile
        events = []
    return next((e["reason"] for e in reversed(events) if e["kind"] == "notSent"), NOT_CONNECTED)


def _last_reject(result: OrderResult) -> dict[str, Any] | None:
    messages = result.payload.get("messages", ())
    return next((m for m in reversed(messages) if m["kind"] == "reject"), None)


def _outcome(desk: Desk, order: OrderRequest) -> OrderResult:
    """What is known of the order when its Future ends, or when nothing was heard in time."""
    future: Future[OrderResult] = desk.order_desk.submit(order)
    try:
        return future.result(timeout=desk.order_seconds + GRACE_SECONDS)
    except (TimeoutError, CancelledError):
        return unheard(desk.order_desk, order)

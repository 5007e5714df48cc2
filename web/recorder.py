"""The flight recorder: an order's timeline, why it is what it is, and the desk's health.

It reads what the rooms know and asks TWS nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, render_template

from trading.contracts import parse_contract
from trading.policy import is_paper
from trading.refusals import TradingError
from trading.sessions import MarketNow, market_now, sessions_of
from trading.why import explain
from trading.why_parts import Surroundings
from web import placing
from web.answers import json_response
from web.desk import Desk, current_desk, utc_now, wait_for_read
from web.page_values import page_values

routes = Blueprint("recorder", __name__)

ORDER_LOOP = "OrderHandler"  # the name of the order connection's thread
HOURS_SECONDS = 2.0  # they are usually known already, and never worth a longer wait
NAMED = ("conId", "symbol", "secType", "currency")


@routes.get("/api/v1/orders/<client_order_id>/events")
def events(client_order_id: str) -> Response:
    """The order's timeline: what was done and every message of IB about it, with its time."""
    timeline = current_desk().order_desk.events(placing.known_form(client_order_id))
    return json_response({"events": timeline})


@routes.get("/api/v1/orders/<client_order_id>/why")
def why(client_order_id: str) -> Response:
    """Why the order is PendingSubmit, or whatever it is: an answer, its checks, the evidence."""
    desk, key = current_desk(), placing.known_form(client_order_id)
    order = desk.order_desk.order(key).payload
    timeline = desk.order_desk.events(key)
    found = explain(order, timeline, surroundings(desk, order, timeline, utc_now()))
    return json_response(found.to_payload())


@routes.get("/health")
def health() -> str:
    """The desk's state as a page; its script asks `GET /api/v1/status`."""
    return render_template("health.html", **page_values())


def surroundings(
    desk: Desk, order: Mapping[str, Any], timeline: Sequence[Mapping[str, Any]], now: datetime
) -> Surroundings:
    """What stands around the order."""
    data, orders = desk.reader.status(), desk.order_desk.status()
    loop = next((loop for loop in desk.loops if loop.name == ORDER_LOOP), None)
    sent = next((event for event in timeline if event["kind"] == "sent"), None)
    heard = orders.last_message_at
    return Surroundings(
        client_id=orders.client_id,
        read_client_id=data.client_id,
        state=orders.state,
        reason=orders.reason,
        broker_link=orders.broker_link,
        is_paper=all(map(is_paper, orders.accounts)) if orders.accounts else None,
        sleep_seconds=sum(_sleep_steps(desk)),
        is_thread_alive=loop.is_alive if loop else None,
        seconds_since_tick=loop.seconds_since_tick() if loop else None,
        seconds_since_message=(now - heard).total_seconds() if heard else None,
        seconds_since_sent=_seconds_since(sent["time"], now) if sent else None,
        farms=data.farms,
        market=_market(desk, order, now) if order["state"] == "live" else None,
        is_frozen=desk.order_desk.is_frozen(),
        journal_failure=desk.order_desk.journal_failure(),
        has_read_orders=desk.order_desk.has_read_orders(),
        absence_seconds=desk.settings.absence_seconds,
        parent=_known(desk, order["parent"]) if order["parent"] else None,
    )


def _market(desk: Desk, order: Mapping[str, Any], now: datetime) -> MarketNow | None:
    """A combo has no hours of its own."""
    contract = order["contract"]
    if contract["secType"] == "BAG":
        return None
    try:
        asked = parse_contract({name: contract[name] for name in NAMED if contract.get(name)})
        found = wait_for_read(desk.reader.sessions(asked), HOURS_SECONDS)
    except TradingError:
        return None
    return market_now(sessions_of(found["sessions"]), now)


def _sleep_steps(desk: Desk) -> Sequence[float]:
    """In relay mode the agent has its own."""
    if desk.seats is None:
        return desk.settings.paper_sleep
    return list(map(float, desk.status()["sleepWorkaround"]["seconds"]))


def _seconds_since(iso_time: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(iso_time)).total_seconds()


def _known(desk: Desk, client_order_id: str) -> Mapping[str, Any] | None:
    """Another order, if the desk knows it."""
    try:
        return desk.order_desk.order(client_order_id).payload
    except TradingError:
        return None

"""For whoever watches the desk: is it alive, could it place an order, and its numbers."""

from __future__ import annotations

from flask import Blueprint, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import select

from store.database import StoreError, transaction
from trading.ports import OrderDesk
from web.answers import json_response
from web.desk import Desk, current_desk

routes = Blueprint("health", __name__)

# A loop ticks several times a second; longer silence means that it is stuck or dead.
TICK_SECONDS = 2.0


@routes.get("/healthz")
def healthz() -> Response:
    """200 while every loop turns, else 503 and which one does not."""
    stuck = {
        loop.name: round(loop.seconds_since_tick(), 3)
        for loop in current_desk().loops
        if loop.seconds_since_tick() >= TICK_SECONDS
    }
    return json_response({"alive": not stuck, "stuck": stuck}, 503 if stuck else 200)


@routes.get("/readyz")
def readyz() -> Response:
    """200 exactly when a new order could be placed now, else 503 and the reasons.

    In relay mode it is about the desk, not about one user's agent: relay and database answer.
    """
    desk = current_desk()
    reasons = _engine_blockers(desk.order_desk) if desk.seats is None else _relay_blockers(desk)
    return json_response({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)


@routes.get("/metrics")
def metrics() -> Response:
    return Response(current_app.extensions["metrics"].text(), content_type=CONTENT_TYPE_LATEST)


def _engine_blockers(desk: OrderDesk) -> list[str]:
    reasons, failure = list(desk.blockers()), desk.journal_failure()
    return [*reasons, failure] if failure and failure not in reasons else reasons


def _relay_blockers(desk: Desk) -> list[str]:
    reasons = desk.seats.blockers() if desk.seats else []
    try:
        with transaction(desk.people.engine) as connection:
            connection.execute(select(1))
    except StoreError as error:
        reasons.append(str(error))
    return reasons

"""The pages for people: desk, options, orders and one of them, fills, the API's description."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, render_template, request

from web.answers import json_response
from web.desk import current_desk
from web.openapi.docs import docs_values
from web.openapi.document import document
from web.page_values import page_values
from web.placing import known_form

routes = Blueprint("pages", __name__)


@routes.get("/")
def desk() -> str:
    set_up = current_desk().set_up
    values = page_values()
    offers = values["is_admin"] and set_up is not None and set_up.first_run.is_offered
    return render_template("desk.html", **values, offers_set_up=offers)


@routes.get("/options")
def options() -> str:
    """The option chain of an underlying; `?symbol=&expiry=&strikes=` are read by its script."""
    return render_template("options.html", **page_values())


@routes.get("/orders")
def orders() -> str:
    """The blotter: every order, with filters that stand in its address."""
    return render_template("orders.html", **page_values())


@routes.get("/executions")
def executions() -> str:
    """The trade history: fills by day."""
    return render_template("executions.html", **page_values())


@routes.get("/orders/<client_order_id>")
def order(client_order_id: str) -> str:
    """Everything about one order; its numbers arrive over the API and the stream."""
    found = current_desk().order_desk.order(known_form(client_order_id))
    name = f"#{found.order_id}" if found.order_id else found.client_order_id[:11]
    return render_template(
        "order.html",
        **page_values(),
        client_order_id=found.client_order_id,
        order_name=name,
    )


@routes.get("/settings")
def settings() -> str:
    """What a browser keeps for itself: colours, keys, sounds. The desk learns none of it."""
    return render_template("settings.html", **page_values())


@routes.get("/docs")
def docs() -> str:
    settings = current_desk().settings
    limits = {
        "order_timeout": settings.order_timeout,
        "max_waiting_orders": settings.max_waiting_orders,
    }
    values = docs_values(_document(), request.host_url.rstrip("/"))
    return render_template("docs.html", **page_values(), **limits, **values)


@routes.get("/api/v1/openapi.json")
def openapi() -> Response:
    return json_response(_document())


def _document() -> dict[str, Any]:
    return document(current_desk().version, current_app.config["SESSION_COOKIE_NAME"])

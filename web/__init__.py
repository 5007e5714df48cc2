"""The web layer: pages, JSON API, live stream, sign-in. It decides nothing about trading.

It knows the desk through `web.desk.Desk` and the two Protocols of `trading/ports.py`; it may not
import ib_async, asyncio or the rooms that own a connection.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from web import (
    account,
    api,
    audit_views,
    auth,
    chains,
    checklists,
    commands,
    errors,
    executions,
    exits,
    guards,
    health,
    keys_api,
    market_data,
    mission_routes,
    order_history,
    orders,
    pages,
    people_api,
    people_pages,
    portfolio,
    presets,
    profit,
    recorder,
    security,
    setup,
    sign_in,
    strategies,
    stream_route,
    watchlist,
)
from web.bodies import MAX_BODY
from web.desk import Desk
from web.metrics import Metrics

ROOT = Path(__file__).resolve().parent.parent
ROUTES = (
    sign_in.routes,
    pages.routes,
    api.routes,
    market_data.routes,
    orders.routes,
    order_history.routes,
    executions.routes,
    exits.routes,
    recorder.routes,
    stream_route.routes,
    mission_routes.routes,
    health.routes,
    account.routes,
    people_pages.routes,
    setup.routes,
    audit_views.pages,
    keys_api.routes,
    people_api.routes,
    audit_views.routes,
    checklists.routes,
    chains.routes,
    strategies.routes,
    profit.routes,
    portfolio.routes,
    watchlist.routes,
    presets.routes,
)


def build_web(desk: Desk) -> Flask:
    """The Flask app over a desk. It starts nothing and connects nowhere."""
    app = Flask("web", root_path=str(ROOT))
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.extensions["desk"] = desk
    # The order matters: time first, then the door, then the views.
    metrics = app.extensions["metrics"] = Metrics(desk)
    metrics.register(app)
    guards.register(app, desk)
    auth.register(app, desk)
    security.register(app)
    errors.register(app)
    for routes in ROUTES:
        app.register_blueprint(routes)
    commands.register(app)
    return app

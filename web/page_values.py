"""What every page shows around its content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app, g

from store.roles import allows
from trading.snapshots import iso
from web import last_sign_in
from web.desk import current_desk, utc_now

CHART_LIBRARY = "vendor/lightweight-charts.standalone.production.mjs"


def page_values() -> dict[str, Any]:
    """Variables of the templates: the mode and the account are on every page."""
    desk = current_desk()
    caller = g.get("caller")
    scope = caller.scope if caller else None
    return {
        "mode": desk.mode,
        "account": desk.account if caller else None,
        "user_name": caller.user.name if caller else None,
        "last_sign_in": last_sign_in.kept() if caller else None,
        "is_admin": scope is not None and allows(scope, "admin"),
        "may_audit": scope is not None and allows(scope, "approve"),
        "may_trade": scope is not None and allows(scope, "trade"),
        "may_freeze": scope is not None and allows(scope, desk.scope_to_stop("approve")),
        "may_kill": scope is not None and allows(scope, desk.scope_to_stop("admin")),
        "is_shared": desk.seats is None,
        "synthetic_prices": desk.has_synthetic_prices,
        "chart_library": chart_library().is_file(),
        "version": desk.version,
        "now": iso(utc_now()),
    }


def chart_library() -> Path:
    """Where the chart library is when it is installed."""
    return Path(str(current_app.static_folder)) / CHART_LIBRARY

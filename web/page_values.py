"""What every page shows around its content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app, g

from store.roles import allows
from web import last_sign_in
from web.desk import current_desk

CHART_LIBRARY = "vendor/lightweight-charts.standalone.production.mjs"


def page_values() -> dict[str, Any]:
    """Variables of the templates: the mode and the account are on every page."""
    desk = current_desk()
    caller = g.get("caller")
    return {
        "mode": desk.settings.trading_mode,
        "account": desk.account if caller else None,
        "user_name": caller.user.name if caller else None,
        "may_freeze": caller is not None and allows(caller.scope, "approve"),
        "last_sign_in": last_sign_in.kept() if caller else None,
        "is_admin": caller is not None and allows(caller.scope, "admin"),
        "synthetic_prices": desk.gateway.embedded,
        "chart_library": chart_library().is_file(),
        "version": desk.version,
    }


def chart_library() -> Path:
    """Where the chart library is when it is installed."""
    return Path(str(current_app.static_folder)) / CHART_LIBRARY

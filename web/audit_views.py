"""The audit log: its page, and the same over the API."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, render_template
from werkzeug.wrappers import Response as AnyResponse

from store.audit import ACTIONS, Entry
from store.audit_export import FORMATS
from web import people_rows, queries
from web.answers import json_response
from web.audit_trail import note
from web.desk import current_desk
from web.page_values import page_values

pages = Blueprint("audit", __name__)
routes = Blueprint("audit_api", __name__, url_prefix="/api/v1/audit")

MEDIA = {"jsonl": "application/jsonl", "csv": "text/csv"}
INTACT = "Every line of the audit log is as it was written."
PAGE_ROWS = 100
MAX_ROWS = 1000


@pages.get("/audit")
def page() -> str:
    """The newest entries; `verify` in the query walks the whole chain."""
    found = _found(PAGE_ROWS + 1)
    shown = {name: queries.text(name) or "" for name in ("who", "what", "day")}
    values = page_values() | {
        "entries": found[:PAGE_ROWS],
        "older": found[PAGE_ROWS - 1].number if len(found) > PAGE_ROWS else None,
        "shown": shown,
        "is_first": not queries.text("before"),
        "actions": sorted(ACTIONS),
        "names": [user.name for user in current_desk().users.all()],
        "checked": _checked() if queries.text("verify") else None,
        "intact": INTACT,
    }
    return render_template("audit.html", **values)


@routes.get("")
def entries() -> Response:
    """Entries, the newest first; `who`, `what` and `day` choose, `before` and `limit` page on."""
    limit = queries.whole("limit", PAGE_ROWS, 1, MAX_ROWS)
    return json_response({"entries": [people_rows.entry_row(entry) for entry in _found(limit)]})


@routes.get("/verify")
def verify() -> Response:
    """Walk the whole chain of the audit log."""
    broken = _checked()
    return json_response({"intact": not broken, "text": broken or INTACT})


@routes.get("/export")
def export() -> AnyResponse:
    """The whole log, the oldest line first, as JSON lines or CSV."""
    form = queries.one_of("format", tuple(FORMATS), "jsonl")
    current_desk().people.audit_writer.flush(1.0)
    note("audit exported", form)
    lines = FORMATS[form](current_desk().people.audit)
    named = {"Content-Disposition": f'attachment; filename="audit.{form}"'}
    return Response(lines, mimetype=MEDIA[form], headers=named)


def _found(limit: int) -> list[Entry]:
    desk = current_desk()
    desk.people.audit_writer.flush(1.0)  # one's own last act is shown
    return desk.people.audit.newest(
        limit,
        queries.whole("before", 0, 1, 2**62) or None,
        (queries.text("who") or "").lower(),
        queries.text("what") or "",
        _day(),
    )


def _day() -> date | None:
    text = queries.text("day")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise queries.refused("day", "day must be a date such as 2026-11-28") from None


def _checked() -> str:
    """The first fault of the chain as a sentence, or nothing."""
    current_desk().people.audit_writer.flush(1.0)
    return current_desk().people.audit.verify() or ""

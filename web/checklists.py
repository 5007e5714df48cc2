"""The pre-live checklist at the desk: its page, its reports, and the start of a run.

A run is a process of its own (`checklist/`); this only starts it and reads what it writes. In relay
mode nothing runs here: the checklist belongs beside the TWS.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import Conflict, NotFound

import config
from checklist import files
from checklist.plan import SYMBOL, reports_folder
from web.answers import json_response
from web.audit_trail import note
from web.bodies import an_object, read_json, refused, text_of
from web.desk import current_desk
from web.page_values import page_values
from web.security import POLICY

routes = Blueprint("checklists", __name__)

MOST_REPORTS = 20
ONE_AT_A_TIME = "A checklist runs already; there is one at a time."
BESIDE_TWS = (
    "In relay mode the checklist runs beside the TWS, not from the desk: "
    ".venv/bin/python -m checklist, where the agent runs."
)
NO_SYMBOL = "symbol must be a US stock such as AAPL"
BROKEN_OFF = (
    "The run ended without a word. Look in TWS for orders whose reference begins with cl-{name}-."
)
SUMMARY = ("name", "state", "word", "sentence", "symbol", "startedAt", "endedAt", "seconds")
NONE_HERE: dict[str, Any] = {
    "refusal": BESIDE_TWS,
    "running": False,
    "current": None,
    "lastWords": "",
    "reports": [],
}
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def folder() -> Path:
    return reports_folder(current_desk().settings)


@routes.get("/checklist")
def page() -> str:
    refusal = None if current_desk().checklists else BESIDE_TWS
    return render_template("checklist.html", **page_values(), refusal=refusal, symbol=SYMBOL)


@routes.get("/checklist/<name>")
def report(name: str) -> Response:
    """One report as it was written: a page of its own, with its own style and no script."""
    path = folder() / f"{name}.html"
    if not current_desk().checklists or not files.NAME.fullmatch(name) or not path.is_file():
        raise NotFound("There is no such report.")
    text = path.read_text()
    response = Response(text, mimetype="text/html")
    response.headers[POLICY] = _policy(text)
    return response


@routes.get("/api/v1/checklist")
def checklist() -> Response:
    """Whether one runs, how far it is, and the last reports."""
    runs = current_desk().checklists
    if runs is None:
        return json_response(NONE_HERE)
    is_running = runs.is_running()
    found = [files.read(folder(), name) for name in files.names(folder())[:MOST_REPORTS]]
    known = [one for one in found if one is not None]
    running = next((one for one in known if one["state"] == "running"), None)
    current = (_current(running) if running else None) if is_running else None
    return json_response(
        {
            "refusal": None,
            "running": is_running,
            "current": current,
            "lastWords": runs.last_words(),
            "reports": [_summary(one) for one in known if not is_running or one is not running],
        }
    )


@routes.post("/api/v1/checklist")
def start() -> Response:
    """Start a run: `{"symbol": "AAPL"}`; it goes on by itself, GET tells how far it is."""
    runs = current_desk().checklists
    if runs is None:
        raise Conflict(BESIDE_TWS)
    body = an_object(read_json(request), {"symbol"})
    symbol = text_of(body, "symbol", SYMBOL).upper()
    if not config.SYMBOL.fullmatch(symbol):
        raise refused("/symbol", NO_SYMBOL)
    try:
        name = runs.start(symbol)
    except files.AlreadyRunning:
        raise Conflict(ONE_AT_A_TIME) from None
    note("checklist started", name, symbol)
    return json_response({"name": name}, 201)


def _summary(report: dict[str, Any]) -> dict[str, Any]:
    """A line of the list. A run that is marked as running and does not run was broken off."""
    summary = {key: report[key] for key in SUMMARY}
    if report["state"] == "running":
        broken = BROKEN_OFF.format(name=report["name"])
        summary |= {"state": "broken off", "word": "red", "sentence": broken}
    columns = [{key: one[key] for key in ("title", "account")} for one in report["columns"]]
    return summary | {"counts": report["counts"], "total": report["total"], "columns": columns}


def _current(report: dict[str, Any]) -> dict[str, Any]:
    """How far the run is: the rows of the column that it works on, in the order of their end."""
    nothing: dict[str, Any] = {"findings": {}, "title": "", "now": ""}
    column = report["columns"][-1] if report["columns"] else nothing
    words = {row["key"]: row["words"] for row in report["rows"]}
    lines = [
        {"key": key, "words": words[key], "verdict": one["verdict"], "seen": one["seen"]}
        | {"seconds": one["seconds"]}
        for key, one in column["findings"].items()
    ]
    now = column["now"]
    return _summary(report) | {
        "state": "running",
        "word": "running",
        "sentence": report["sentence"],
        "title": column["title"],
        "now": f"{now} {words[now]}" if now in words else now,
        "lines": lines,
    }


def _policy(text: str) -> str:
    """Nothing may be loaded or run; only the report's own style, by its hash."""
    found = STYLE.search(text)
    digest = hashlib.sha256((found[1] if found else "").encode()).digest()
    style = f"style-src 'sha256-{base64.b64encode(digest).decode()}'"
    closed = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return f"default-src 'none'; {style}; {closed}"

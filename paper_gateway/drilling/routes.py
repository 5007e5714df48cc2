"""What the control port answers: the page and its parts, the table, the state, the verdict, and the
pressing of drills, switches and scripts.

May not read HTTP: the control module does, and hands over bodies that are JSON objects. Raises
ValueError (DrillError, JournalError) for what cannot be done; the caller is told its text.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paper_gateway.clock import ClockError
from paper_gateway.drilling import table
from paper_gateway.drilling.journals import parse_journal
from paper_gateway.drilling.scripts import parse_script
from paper_gateway.drilling.state import live, state
from paper_gateway.drilling.verdict import judge
from paper_gateway.drills import DrillError, defaults

if TYPE_CHECKING:
    from paper_gateway.server import Server

Body = dict[str, Any]
JSON = "application/json"
_PAGE = Path(__file__).with_name("page")


@dataclass(frozen=True, slots=True)
class Content:
    """An answer: its media type and its bytes."""

    kind: str
    data: bytes


Route = Callable[["Server", Body], "Content | Awaitable[Content]"]


def as_json(value: object) -> Content:
    return Content(JSON, json.dumps(value).encode())


def _file(name: str, kind: str, _server: Server, _body: Body) -> Content:
    return Content(kind, (_PAGE / name).read_bytes())


def _state(server: Server, _body: Body) -> Content:
    return as_json(state(server))


def _live(server: Server, body: Body) -> Content:
    return as_json({**live(server), "verdict": _judged(server, body)})


def _table(_server: Server, _body: Body) -> Content:
    return as_json({"drills": table.as_json(), "switches": defaults()})


def _press(server: Server, body: Body) -> Content:
    """Switches and commands by name."""
    server.apply(body)
    return as_json(asdict(server.drills))


def _drill(server: Server, body: Body) -> Content:
    """A drill of the table: {"name": "link-lost", "parameters": {"seconds": 5}}. The answer is the
    number under which the state shows what is still to come of it."""
    name, given = _text(body, "name"), body.get("parameters", {})
    if not isinstance(given, dict):
        raise DrillError("parameters are an object")
    return as_json({"number": server.play(table.drill_script(name, given))})


def _script(server: Server, body: Body) -> Content:
    """A script: {"text": "at 2s swallowed-order", "name": "mine"}, or {"stop": true}."""
    if body.get("stop") is True:
        server.player.stop()
        return as_json({"scripts": server.player.status()})
    name = body.get("name", "script")
    if not isinstance(name, str) or not 0 < len(name) <= 100:
        raise DrillError("a name has 1 to 100 characters")
    script = parse_script(_text(body, "text"), name, table.expand)
    return as_json({"number": server.play(script)})


async def _clock(server: Server, body: Body) -> Content:
    """Move a clock that stands still: {"advance": 3600}."""
    seconds = body.get("advance", "")
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if body.keys() != {"advance"} or not is_number:
        raise ClockError('send {"advance": seconds}')
    await server.advance(float(seconds))
    return as_json({"time": server.hub.clock()})


def _verdict(server: Server, body: Body) -> Content:
    """From the own book; with {"journal": "..."} compared with the client's."""
    return as_json(_judged(server, body))


def _judged(server: Server, body: Body) -> dict[str, Any]:
    journal = parse_journal(_text(body, "journal")) if "journal" in body else None
    hub = server.hub
    orders, fills = hub.book.orders.values(), len(hub.book.executions)
    return judge(orders, hub.counters.lost, fills, journal).as_json()


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise DrillError(f"{name} is a text")
    return value


ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "/"): partial(_file, "drills.html", "text/html; charset=utf-8"),
    ("GET", "/drills.css"): partial(_file, "drills.css", "text/css; charset=utf-8"),
    ("GET", "/drills.js"): partial(_file, "drills.js", "text/javascript; charset=utf-8"),
    ("GET", "/drills.svg"): partial(_file, "drills.svg", "image/svg+xml"),
    ("GET", "/drills"): _table,
    ("GET", "/state"): _state,
    ("GET", "/live"): _live,
    ("GET", "/verdict"): _verdict,
    ("POST", "/drills"): _press,
    ("POST", "/drill"): _drill,
    ("POST", "/script"): _script,
    ("POST", "/verdict"): _verdict,
    ("POST", "/clock"): _clock,
}

"""GET /api/v1/stream: the live stream as server-sent events."""

from __future__ import annotations

import socket
from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import MethodNotAllowed, ServiceUnavailable

from trading.snapshots import iso
from web.auth import is_still_signed_in
from web.desk import current_desk, usage, utc_now
from web.queries import text

routes = Blueprint("stream", __name__, url_prefix="/api/v1")

RETRY_AFTER_SECONDS = 3
# Where a server keeps the connection; without one a lost page shows when the next event is written.
SOCKET_NAMES = ("gunicorn.socket", "werkzeug.socket")
HEADERS = {"X-Accel-Buffering": "no"}


@routes.get("/stream")
def stream() -> Response:
    """Events from `Last-Event-ID` on, or from now; 503 when all places are taken."""
    if request.method == "HEAD":
        raise MethodNotAllowed(["GET"])
    desk, caller = current_desk(), g.caller
    connection = next((request.environ[n] for n in SOCKET_NAMES if n in request.environ), None)

    def hello(reset: bool) -> dict[str, Any]:
        """A page may be greeted again long after this request: the status is asked anew."""
        now = desk.of(caller.user.name, caller.scope)
        return {"time": iso(utc_now()), "mode": now.mode, "account": now.account, "reset": reset}

    def may_go_on() -> bool:
        return not is_gone(connection) and is_still_signed_in(desk, caller)

    # A browser's own header is newer than the address that the page opened the stream with.
    last = request.headers.get("Last-Event-ID") or text("lastEventId") or ""
    page = desk.stream.open(last, hello, may_go_on)
    if page is None:
        cap = usage(desk.stream)["cap"]
        raise ServiceUnavailable(
            f"All {cap} live streams are in use.", retry_after=RETRY_AFTER_SECONDS
        )
    return Response(page, mimetype="text/event-stream", headers=HEADERS)


def is_gone(connection: socket.socket | None) -> bool:
    """True when the other side has closed the connection: it reads as its end."""
    if connection is None:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except (BlockingIOError, ValueError):
        return False  # nothing to read; TLS sockets cannot be peeked at
    except OSError:
        return True

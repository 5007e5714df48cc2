"""The control port: drills and counters over HTTP with JSON, on the loopback interface.

May not be pressed from a web page of another origin: it wants a JSON content type and a loopback
Host header, which such a page cannot send.

    GET  /           a page to press drills on
    GET  /drills     the table of drills, and the switches of a fresh gateway
    GET  /state      what has arrived, what is open, and the whole book
    GET  /live       the same in short, as the page shows it
    GET  /verdict    what became of the orders; POST with {"journal": "..."}: and does a client know
    POST /drill      {"name": "link-lost", "parameters": {"seconds": 5}}: a drill of the table
    POST /drills     {"swallow_orders": 1}: see the drills module for the names of switches and the
                     commands module for those of commands
    POST /clock      {"advance": 3600}: move a clock that stands still (--speed 0) by so much;
                     answered when all that was due has been done
    POST /script     {"text": "at 2s swallowed-order"}: see drilling.scripts; {"stop": true}
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable
from http import HTTPStatus
from typing import TYPE_CHECKING

from paper_gateway.clock import ClockError
from paper_gateway.drilling.journals import JournalError
from paper_gateway.drilling.routes import ROUTES, Body, Content, Route, as_json
from paper_gateway.drilling.state import state as state
from paper_gateway.drills import DrillError

if TYPE_CHECKING:
    from paper_gateway.server import Server

logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
MAX_HEAD = 64 * 1024
MAX_BODY = 4 * 1024 * 1024
_READ_SECONDS = 5.0
_LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})

# The page loads its parts from here and nothing from elsewhere, and stands in no frame.
_HEADERS = (
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options: nosniff",
    "Referrer-Policy: no-referrer",
    "Cache-Control: no-store",
    "Connection: close",
)


class BadRequest(Exception):
    """What was sent is not understood; carries the status to answer with."""

    def __init__(self, text: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(text)
        self.status = status


async def listen(server: Server, port: int) -> asyncio.Server:
    """Open the control port. Raises OSError when it is taken."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            route, asked = await asyncio.wait_for(_read(reader), _READ_SECONDS)
            status, content = HTTPStatus.OK, await _answer(route(server, asked))
        except BadRequest as error:
            status, content = error.status, _error(str(error))
        except (ClockError, DrillError, JournalError) as error:
            status, content = HTTPStatus.BAD_REQUEST, _error(str(error))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            status, content = HTTPStatus.BAD_REQUEST, _error("the request is not complete")
        except Exception:
            # The outermost door: whatever was sent, the gateway goes on and the log says why.
            logger.exception("a control request could not be handled")
            status, content = HTTPStatus.INTERNAL_SERVER_ERROR, _error("see the log")
        try:
            writer.write(_encode(status, content))
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except ConnectionError:
            # The caller did not wait for the answer; there is nobody to tell.
            writer.close()

    return await asyncio.start_server(answer, LOOPBACK, port, limit=MAX_HEAD)


async def _answer(found: Content | Awaitable[Content]) -> Content:
    """What takes a while is waited for."""
    return found if isinstance(found, Content) else await found


async def _read(reader: asyncio.StreamReader) -> tuple[Route, Body]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request_line, *lines = head.split("\r\n")
    words = request_line.split(" ")
    if len(words) != 3:
        raise BadRequest("this is not an HTTP request")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines)
    }
    if headers.get("host", "").rpartition(":")[0] not in _LOCAL_NAMES:
        raise BadRequest("the control port is for this machine only", HTTPStatus.FORBIDDEN)
    route = ROUTES.get((words[0], words[1]))
    if route is None:
        known = ", ".join(" ".join(each) for each in ROUTES)
        raise BadRequest(f"there are {known}", HTTPStatus.NOT_FOUND)
    return route, await _body(reader, headers) if words[0] == "POST" else {}


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> Body:
    if headers.get("content-type", "").partition(";")[0] != "application/json":
        raise BadRequest("send application/json", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    length = headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()) or int(length) > MAX_BODY:
        raise BadRequest(f"a body of up to {MAX_BODY} bytes is needed")
    try:
        body = json.loads(await reader.readexactly(int(length)))
    except (ValueError, RecursionError) as error:
        raise BadRequest("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadRequest("the body is not a JSON object")
    return body


def _error(text: str) -> Content:
    return as_json({"error": text})


def _encode(status: HTTPStatus, content: Content) -> bytes:
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Content-Type: {content.kind}",
        f"Content-Length: {len(content.data)}",
        *_HEADERS,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + content.data

"""The control port: drills and counters over HTTP with JSON, on the loopback interface.

May not be reached from a web page: it wants a JSON content type and a loopback Host header, which
a page of another origin cannot send.

    GET  /state                  what has arrived and what is open
    POST /drills                 {"swallow_orders": 1}: see the drills module for the names;
                                 besides them {"drop_connections": true} and {"notice": 1100}
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import asdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from paper_gateway.drills import NOTICES, DrillError

if TYPE_CHECKING:
    from paper_gateway.server import Server

logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
MAX_BODY = 64 * 1024
_READ_SECONDS = 5.0
_LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})

Answer = tuple[HTTPStatus, dict[str, Any]]


class BadRequest(Exception):
    """What was sent is not understood; carries the status to answer with."""

    def __init__(self, text: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(text)
        self.status = status


async def listen(server: Server, port: int) -> asyncio.Server:
    """Open the control port. Raises OSError when it is taken."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            status, body = await asyncio.wait_for(_handle(server, reader), _READ_SECONDS)
        except BadRequest as error:
            status, body = error.status, {"error": str(error)}
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            status, body = HTTPStatus.BAD_REQUEST, {"error": "the request is not complete"}
        except Exception:
            # The outermost door: whatever was sent, the gateway goes on and the log says why.
            logger.exception("a control request could not be handled")
            status, body = HTTPStatus.INTERNAL_SERVER_ERROR, {"error": "see the log"}
        try:
            writer.write(_encode(status, body))
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except ConnectionError:
            # The caller did not wait for the answer; there is nobody to tell.
            writer.close()

    return await asyncio.start_server(answer, LOOPBACK, port, limit=MAX_BODY)


async def _handle(server: Server, reader: asyncio.StreamReader) -> Answer:
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
    if words[:2] == ["GET", "/state"]:
        return HTTPStatus.OK, state(server)
    if words[:2] == ["POST", "/drills"]:
        return _press(server, await _body(reader, headers))
    raise BadRequest("there are GET /state and POST /drills", HTTPStatus.NOT_FOUND)


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> dict[str, Any]:
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


def _press(server: Server, body: dict[str, Any]) -> Answer:
    notice = body.pop("notice", None)
    drops = body.pop("drop_connections", False)
    if notice is not None and (type(notice) is not int or notice not in NOTICES):
        raise BadRequest(f"notice is one of {', '.join(map(str, NOTICES))}")
    if not isinstance(drops, bool):
        raise BadRequest("drop_connections is true or false")
    try:
        server.apply(body)
    except DrillError as error:
        raise BadRequest(str(error)) from error
    if notice is not None:
        server.broadcast(notice)
    if drops:
        server.drop_connections()
    return HTTPStatus.OK, asdict(server.drills)


def state(server: Server) -> dict[str, Any]:
    """Everything a test of a client wants to count."""
    hub = server.hub
    return {
        "account": hub.account.name,
        "connections": hub.counters.connections,
        "sessions": [
            {
                "clientId": client_id,
                "version": session.version,
                "connectedAt": session.connected_at,
            }
            for client_id, session in sorted(hub.sessions.items())
        ],
        "received": {str(message_id): count for message_id, count in hub.counters.received.items()},
        "ordersReceived": dict(hub.counters.orders),
        "orders": [
            {
                "permId": order.perm_id,
                "clientId": order.client_id,
                "orderId": order.order_id,
                "orderRef": order.ticket.order_ref,
                "symbol": order.definition.symbol,
                "status": order.status.value,
                "filled": order.filled,
            }
            for order in hub.book.orders.values()
        ],
        "positions": {
            position.definition.local_symbol: position.quantity for position in hub.account.held()
        },
        "drills": asdict(server.drills),
    }


def _encode(status: HTTPStatus, body: dict[str, Any]) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + content

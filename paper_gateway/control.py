"""The control port: drills and counters over HTTP with JSON, on the loopback interface.

May not be reached from a web page: it wants a JSON content type and a loopback Host header, which
a page of another origin cannot send.

    GET  /state                  what has arrived, what is open, and the whole book
    POST /drills                 {"swallow_orders": 1}: see the drills module for the names of
                                 switches and the commands module for those of commands
    POST /clock                  {"advance": 3600}: move a clock that stands still (--speed 0) by so
                                 many seconds; answered when all that was due has been done
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from paper_gateway.clock import ClockError
from paper_gateway.drills import DrillError

if TYPE_CHECKING:
    from paper_gateway.account import Account
    from paper_gateway.orders import Execution, Order
    from paper_gateway.server import Server

logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
MAX_BODY = 64 * 1024
_READ_SECONDS = 5.0
_WHATS = ("GET /state", "POST /drills", "POST /clock")
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
            asked = await asyncio.wait_for(_read(reader), _READ_SECONDS)
            status, body = await _answer(server, asked)
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was sent: ``GET /state`` and the like, and the body of a POST."""

    what: str
    body: dict[str, Any]


async def _read(reader: asyncio.StreamReader) -> _Asked:
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
    what = " ".join(words[:2])
    if what not in _WHATS:
        raise BadRequest(f"there are {', '.join(_WHATS)}", HTTPStatus.NOT_FOUND)
    return _Asked(what, await _body(reader, headers) if words[0] == "POST" else {})


async def _answer(server: Server, asked: _Asked) -> Answer:
    if asked.what == "POST /drills":
        return _press(server, asked.body)
    if asked.what == "POST /clock":
        return await _advance(server, asked.body)
    return HTTPStatus.OK, state(server)


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
    try:
        server.apply(body)
    except DrillError as error:
        raise BadRequest(str(error)) from error
    return HTTPStatus.OK, asdict(server.drills)


async def _advance(server: Server, body: dict[str, Any]) -> Answer:
    seconds = body.get("advance", "")
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if body.keys() != {"advance"} or not is_number:
        raise BadRequest('send {"advance": seconds}')
    try:
        await server.advance(float(seconds))
    except ClockError as error:
        raise BadRequest(str(error)) from error
    return HTTPStatus.OK, {"time": server.hub.clock()}


def state(server: Server) -> dict[str, Any]:
    """Everything a test of a client wants to count or to compare with what the client believes.

    ``draining`` are the client ids whose socket is gone and whose messages are not all handled.
    ``rates`` hold, per client id, the messages so far and the most in any one second.
    """
    hub = server.hub
    return {
        "account": server.account,
        "accounts": list(hub.accounts.names),
        "time": hub.clock(),
        "port": server.port,
        "connections": hub.counters.connections,
        "sockets": len(server.sockets),
        "sessions": [
            {
                "clientId": client_id,
                "version": session.version,
                "connectedAt": session.connected_at,
            }
            for client_id, session in sorted(hub.sessions.items())
            if not session.is_gone
        ],
        "draining": sorted(
            client_id for client_id, session in hub.sessions.items() if session.is_gone
        ),
        "received": {str(message_id): count for message_id, count in hub.counters.received.items()},
        "rates": {
            str(client_id): {"received": meter.total, "mostPerSecond": meter.highest}
            for client_id, meter in hub.counters.rates.items()
        },
        "ordersReceived": dict(hub.counters.orders),
        "orders": [_order(order) for order in hub.book.orders.values()],
        "executions": [_execution(execution) for execution in hub.book.executions],
        "positions": _positions(hub.account),
        "holdings": {account.name: _holdings(account) for account in hub.accounts},
        "drills": asdict(server.drills),
    }


def _positions(account: Account) -> dict[str, float]:
    return {position.definition.local_symbol: position.quantity for position in account.held()}


def _holdings(account: Account) -> dict[str, Any]:
    """The cash and the positions of one account."""
    return {"cash": account.cash, "positions": _positions(account)}


def _order(order: Order) -> dict[str, Any]:
    ticket, definition = order.ticket, order.definition
    return {
        "permId": order.perm_id,
        "clientId": order.client_id,
        "account": order.account,
        "orderId": ticket.order_id,
        "orderRef": ticket.order_ref,
        "conId": definition.con_id,
        "symbol": definition.symbol,
        "action": ticket.action,
        "quantity": ticket.quantity,
        "orderType": ticket.order_type,
        "status": order.status.value,
        "filled": order.filled,
        "avgFillPrice": order.average_price,
        "whyHeld": order.why_held,
    }


def _execution(execution: Execution) -> dict[str, Any]:
    return {
        "execId": execution.exec_id,
        "permId": execution.perm_id,
        "clientId": execution.client_id,
        "orderId": execution.order_id,
        "orderRef": execution.order_ref,
        "conId": execution.con_id,
        "side": execution.side,
        "shares": execution.shares,
        "price": execution.price,
        "time": execution.time,
    }


def _encode(status: HTTPStatus, body: dict[str, Any]) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + content

"""Wires that are connected to nothing: what they write is kept, what TWS says is told by a test."""

from __future__ import annotations

import asyncio
import struct
from typing import Any

import ib_async
from ib_async.client import Client

from ib.wire import Wire

AAPL = ib_async.Contract(conId=265598, symbol="AAPL")


class FakeListener:
    """Remembers what it was told, as (method, arguments)."""

    def __init__(self) -> None:
        self.told: list[tuple[str, tuple[Any, ...]]] = []

    def _note(self, name: str, *arguments: Any) -> None:
        self.told.append((name, arguments))

    def on_error(self, req_id: int, code: int, text: str) -> None:
        self._note("error", req_id, code, text)

    def on_next_valid_id(self, order_id: int) -> None:
        self._note("next valid id", order_id)

    def on_open_order(self, *arguments: Any) -> None:
        self._note("open order", *arguments)

    def on_order_status(self, *arguments: Any) -> None:
        self._note("order status", *arguments)

    def on_execution(self, *arguments: Any) -> None:
        self._note("execution", *arguments)

    def on_commission(self, *arguments: Any) -> None:
        self._note("commission", *arguments)

    def on_completed_order(self, *arguments: Any) -> None:
        self._note("completed order", *arguments)


class FakeTransport(asyncio.Transport):
    """Keeps what is written; `abort` only notes that it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_aborted = False

    def write(self, data: Any) -> None:
        self.written += data

    def abort(self) -> None:
        self.is_aborted = True


def hear(wire: Wire, *fields: object) -> None:
    """A message of TWS, as ib_async hands it to its decoder."""
    wire.client.decoder.serverVersion = 178
    wire.client.decoder.interpret([str(field) for field in fields])


def plug(wire: Wire) -> FakeTransport:
    """Connect the wire to nothing, ready for requests."""
    transport = FakeTransport()
    wire.client.conn.transport = transport
    wire.client.connState = Client.CONNECTED
    wire.client._apiReady = True
    wire.client._serverVersion = wire.client.decoder.serverVersion = 178
    return transport


def message(*fields: object) -> bytes:
    """A message of TWS as it stands in the stream."""
    frame = "".join(f"{field}\0" for field in fields).encode()
    return struct.pack(">I", len(frame)) + frame


def place(wire: Wire, order_id: int, **fields: Any) -> None:
    order = ib_async.Order(action="BUY", totalQuantity=1, orderType="MKT", **fields)
    wire.client.placeOrder(order_id, AAPL, order)  # type: ignore[no-untyped-call]


def start(wire: Wire, key: object) -> asyncio.Future[Any]:
    """A request that waits for TWS."""
    request: asyncio.Future[Any] = wire.wrapper.startReq(key, AAPL)
    return request

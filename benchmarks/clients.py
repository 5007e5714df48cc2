"""Clients with next to no cost of their own: the desk is measured, not they."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator

from ib_async import IB, MarketOrder, Stock, Trade

ORDERS_PATH = "/api/v1/orders"


def order_body(turn: int) -> str:
    """Buy one and sell one in turns, so that the position stays small."""
    order = {"action": "BUY" if turn % 2 else "SELL", "totalQuantity": 1, "orderType": "MKT"}
    return json.dumps({"contract": {"symbol": "AAPL"}, "order": order})


def post_message(key: str, body: str) -> bytes:
    return (
        f"POST {ORDERS_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


class RawConnection:
    """One kept-alive HTTP connection."""

    def __init__(self, port: int, key: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._key = key

    def post(self, body: str) -> bytes:
        """Send the body, return the answer's body."""
        self._socket.sendall(post_message(self._key, body))
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._socket.recv(65536)
        head, _, answer = received.partition(b"\r\n\r\n")
        while len(answer) < content_length(head):
            answer += self._socket.recv(65536)
        return answer

    def close(self) -> None:
        self._socket.close()


def content_length(head: bytes) -> int:
    return int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])


def filled(answer: bytes) -> None:
    if json.loads(answer).get("state") != "filled":
        raise SystemExit(f"an order was not filled: {answer.decode()}")


async def post_all(port: int, key: str, count: int, in_flight: int) -> float:
    """Post `count` orders over `in_flight` connections; seconds until all are filled."""
    turns = iter(range(count))
    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(_post_in_turn(port, key, turns))
    return time.perf_counter() - started


async def _post_in_turn(port: int, key: str, turns: Iterator[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for turn in turns:
        writer.write(post_message(key, order_body(turn)))
        head = await reader.readuntil(b"\r\n\r\n")
        filled(await reader.readexactly(content_length(head)))
    writer.close()


async def connect(port: int) -> IB:
    """ib_async alone, without its throttle."""
    ib = IB()
    ib.client.MaxRequests = 0
    await ib.connectAsync("127.0.0.1", port, clientId=7)
    return ib


async def place_all(ib: IB, count: int, in_flight: int) -> float:
    """As `post_all`, with ib_async alone."""
    turns = iter(range(count))
    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(_place_in_turn(ib, turns))
    return time.perf_counter() - started


async def _place_in_turn(ib: IB, turns: Iterator[int]) -> None:
    for turn in turns:
        await place(ib, "BUY" if turn % 2 else "SELL")


async def place(ib: IB, action: str) -> float:
    """One order with ib_async alone; milliseconds until it is filled."""
    reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def on_filled(_trade: Trade) -> None:
        if not reached.done():
            reached.set_result(None)

    started = time.perf_counter()
    trade = ib.placeOrder(Stock("AAPL", "SMART", "USD"), MarketOrder(action, 1, tif="DAY"))
    trade.filledEvent += on_filled
    await reached
    return (time.perf_counter() - started) * 1000

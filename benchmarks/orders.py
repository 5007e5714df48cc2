"""One order after the other: ib_async alone beside POST /api/v1/orders, until each is Filled.

Sleep workaround and throttle are off, the gateway's latency is as given. The two take turns in
blocks on the same gateway, so that both meet the machine in the same moods.
"""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import tempfile
import time
from pathlib import Path

from ib_async import IB, MarketOrder, Stock, Trade

from benchmarks.figures import line, percentile
from tests.processes import RunningDesk, desk, paper_gateway

BLOCK = 100
WARM_UP = 50


def run(count: int, latency_ms: float) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        paper_gateway(Path(folder, "gateway"), latency_ms=latency_ms) as gateway,
        desk(
            Path(folder, "desk"),
            IB_PORT=str(gateway.port),
            PAPER_SLEEP="0",
            MAX_REQUESTS_PER_SECOND="0",
        ) as running,
    ):
        direct, posted = asyncio.run(_take_turns(gateway.port, running, count))
    print(f"Order to Filled, gateway latency {latency_ms:g} ms")
    print(line("ib_async alone", direct))
    print(line("POST /api/v1/orders", posted))
    added = percentile(posted, 0.5) - percentile(direct, 0.5)
    print(f"added at the median: {added:.3f} ms (goal 1.0; p99 goal 10)\n")


async def _take_turns(
    port: int, running: RunningDesk, count: int
) -> tuple[list[float], list[float]]:
    ib = IB()
    ib.client.MaxRequests = 0
    await ib.connectAsync("127.0.0.1", port, clientId=7)
    gc.freeze()
    connection = RawConnection(running.port, running.key)
    direct: list[float] = []
    posted: list[float] = []
    try:
        await _direct(ib, WARM_UP)
        _post(connection, WARM_UP)
        for _ in range(count // BLOCK):
            direct += await _direct(ib, BLOCK)
            posted += await asyncio.to_thread(_post, connection, BLOCK)
    finally:
        connection.close()
        ib.disconnect()
    return direct, posted


async def _direct(ib: IB, count: int) -> list[float]:
    return [await _place(ib, "BUY" if turn % 2 else "SELL") for turn in range(count)]


async def _place(ib: IB, action: str) -> float:
    filled: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def on_filled(_trade: Trade) -> None:
        if not filled.done():
            filled.set_result(None)

    started = time.perf_counter()
    trade = ib.placeOrder(Stock("AAPL", "SMART", "USD"), MarketOrder(action, 1, tif="DAY"))
    trade.filledEvent += on_filled
    await filled
    return (time.perf_counter() - started) * 1000


class RawConnection:
    """One kept-alive HTTP connection with next to no cost of its own: the desk is measured."""

    def __init__(self, port: int, key: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = (
            "POST /api/v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {key}\r\nContent-Type: application/json\r\n"
        )

    def post(self, body: str) -> bytes:
        """Send the body, return the answer's body."""
        message = f"{self._head}Content-Length: {len(body)}\r\n\r\n{body}"
        self._socket.sendall(message.encode())
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._socket.recv(65536)
        head, _, answer = received.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(answer) < length:
            answer += self._socket.recv(65536)
        return answer

    def close(self) -> None:
        self._socket.close()


def _post(connection: RawConnection, count: int) -> list[float]:
    taken = []
    for turn in range(count):
        order = {"action": "BUY" if turn % 2 else "SELL", "totalQuantity": 1, "orderType": "MKT"}
        body = json.dumps({"contract": {"symbol": "AAPL"}, "order": order})
        started = time.perf_counter()
        answer = connection.post(body)
        taken.append((time.perf_counter() - started) * 1000)
        if json.loads(answer).get("state") != "filled":
            raise SystemExit(f"an order was not filled: {answer.decode()}")
    return taken

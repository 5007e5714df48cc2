"""The paper gateway alone: how soon it serves, what it delivers, and what it keeps in memory."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ib_async import IB, Contract, LimitOrder, Stock, Trade

from paper_gateway.contracts import Catalogue
from tests.processes import Gateway, paper_gateway

SPEED = 100.0  # virtual seconds per real one: a hundred times the ticks of a day
LINES = 100  # what one client may watch
TICK_SECONDS = 5.0
CLIENTS, ORDERS_EACH = 8, 500
WATCHED, WATCH_SECONDS = 500, 10.0


def run() -> None:
    started = time.perf_counter()
    with _gateway():
        seconds = time.perf_counter() - started
    print(f"The paper gateway serves {seconds:.2f} s after its start (goal 1.0)")
    with _gateway(speed=SPEED) as gateway:
        rate = asyncio.run(_ticks(gateway.port))
        print(f"Ticks to one ib_async client: {rate:,.0f}/s (goal 150,000)")
    with _gateway() as gateway:
        rate = asyncio.run(_orders(gateway.port))
        print(f"Orders of {CLIENTS} clients: {rate:,.0f}/s acknowledged (goal 2,000)")
    with _gateway() as gateway:
        gateway.drill(data_lines=WATCHED)
        asyncio.run(_watch(gateway.port))
        status = Path(f"/proc/{gateway.program.process.pid}/status").read_text()
        mebibytes = int(status.split("VmRSS:")[1].split()[0]) / 1024
        print(f"{WATCHED} instruments moving: {mebibytes:.0f} MiB (goal 150)\n")


@contextmanager
def _gateway(speed: float = 1) -> Iterator[Gateway]:
    with (
        tempfile.TemporaryDirectory() as folder,
        paper_gateway(Path(folder), latency_ms=0, speed=speed) as gateway,
    ):
        yield gateway


async def _connected(port: int, client_id: int) -> IB:
    ib = IB()
    ib.client.MaxRequests = 0
    await ib.connectAsync("127.0.0.1", port, clientId=client_id)
    return ib


def _contracts(count: int) -> Sequence[Contract]:
    known = [each for each in Catalogue.default().definitions if each.sec_type != "BOND"]
    return [Contract(conId=each.con_id, exchange=each.exchange) for each in known[:count]]


async def _ticks(port: int) -> float:
    """Messages a second that ib_async has decoded."""
    ib = await _connected(port, 1)
    for contract in _contracts(LINES):
        ib.reqMktData(contract)
    await asyncio.sleep(1)
    before, started = ib.client.connectionStats().numMsgRecv, time.perf_counter()
    await asyncio.sleep(TICK_SECONDS)
    rate = (ib.client.connectionStats().numMsgRecv - before) / (time.perf_counter() - started)
    ib.disconnect()
    return rate


async def _orders(port: int) -> float:
    """Limit orders a second until each is Submitted."""
    clients = [await _connected(port, number) for number in range(1, CLIENTS + 1)]
    acknowledged: set[tuple[int, int]] = set()
    done = asyncio.Event()

    def on_status(trade: Trade) -> None:
        if trade.orderStatus.status == "Submitted":
            acknowledged.add((trade.order.clientId, trade.order.orderId))
        if len(acknowledged) == CLIENTS * ORDERS_EACH:
            done.set()

    for ib in clients:
        ib.orderStatusEvent += on_status
    started = time.perf_counter()
    for _ in range(ORDERS_EACH):
        for ib in clients:
            ib.placeOrder(Stock("AAPL", "SMART", "USD"), LimitOrder("BUY", 1, 1.0, tif="DAY"))
        await asyncio.sleep(0)
    await done.wait()
    rate = CLIENTS * ORDERS_EACH / (time.perf_counter() - started)
    for ib in clients:
        ib.disconnect()
    return rate


async def _watch(port: int) -> None:
    ib = await _connected(port, 1)
    for contract in _contracts(WATCHED):
        ib.reqMktData(contract)
    await asyncio.sleep(WATCH_SECONDS)
    ib.disconnect()

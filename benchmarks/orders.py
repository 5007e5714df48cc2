"""One order after the other: ib_async alone beside POST /api/v1/orders, until each is Filled.

Journal on, sleep workaround and throttle off, the gateway's latency is as given. The two take turns
in blocks on the same gateway, so that both meet the machine in the same moods.
"""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from pathlib import Path

from ib_async import IB

from benchmarks.clients import RawConnection, connect, filled, order_body, place
from benchmarks.figures import line, percentile
from tests.processes import RunningDesk, desk, paper_gateway

BLOCK = 100
WARM_UP = 50


def run(count: int, latency_ms: float) -> None:
    direct, posted = measure(count, latency_ms)
    print(f"Order to Filled, gateway latency {latency_ms:g} ms, journal on")
    print(line("ib_async alone", direct))
    print(line("POST /api/v1/orders", posted))
    added = percentile(posted, 0.5) - percentile(direct, 0.5)
    print(f"added at the median: {added:.3f} ms (goal 1.0; p99 goal 10)\n")


def run_delays() -> None:
    """How much of the time is ours when the gateway takes some itself."""
    for latency_ms, count, goal in ((20, 200, 1.10), (100, 100, 1.03)):
        direct, posted = measure(count, latency_ms)
        ratio = percentile(posted, 0.5) / percentile(direct, 0.5)
        print(f"Order to Filled, gateway latency {latency_ms} ms: {ratio:.3f} x (goal {goal:.2f})")
    print()


def measure(count: int, latency_ms: float) -> tuple[list[float], list[float]]:
    """Milliseconds per order: (ib_async alone, through the desk)."""
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
        return asyncio.run(_take_turns(gateway.port, running, count))


async def _take_turns(
    port: int, running: RunningDesk, count: int
) -> tuple[list[float], list[float]]:
    ib = await connect(port)
    gc.freeze()
    connection = RawConnection(running.port, running.key)
    block = min(BLOCK, count)
    direct: list[float] = []
    posted: list[float] = []
    try:
        await _direct(ib, min(WARM_UP, count))
        post(connection, min(WARM_UP, count))
        for _ in range(count // block):
            direct += await _direct(ib, block)
            posted += await asyncio.to_thread(post, connection, block)
    finally:
        connection.close()
        ib.disconnect()
    return direct, posted


async def _direct(ib: IB, count: int) -> list[float]:
    return [await place(ib, "BUY" if turn % 2 else "SELL") for turn in range(count)]


def post(connection: RawConnection, count: int) -> list[float]:
    """Milliseconds of each order, one after the other."""
    taken = []
    for turn in range(count):
        started = time.perf_counter()
        answer = connection.post(order_body(turn))
        taken.append((time.perf_counter() - started) * 1000)
        filled(answer)
    return taken

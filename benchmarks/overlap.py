"""What overlaps: 20 paper orders with the sleep workaround on, and 50 position requests at once."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.processes import RunningDesk, desk, paper_gateway

ORDERS = 20
READERS = 50
REQ_POSITIONS = "61"


def run() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        paper_gateway(Path(folder, "gateway"), latency_ms=10) as gateway,
        desk(Path(folder, "desk"), IB_PORT=str(gateway.port)) as running,
    ):
        one = _seconds(running, _order, 1)
        many = _seconds(running, _order, ORDERS)
        print(f"Paper orders, sleep workaround on: one {one:.2f} s, {ORDERS} at once {many:.2f} s")
        print(f"ratio {many / one:.3f} (goal 1.1)\n")
        _seconds(running, _positions, READERS)
        asked = gateway.state()["received"].get(REQ_POSITIONS)
        print(
            f"{READERS} position requests at once: {asked} reqPositions at the gateway (goal 1)\n"
        )


def _seconds(running: RunningDesk, ask: Callable[[RunningDesk], int], count: int) -> float:
    started = time.perf_counter()
    with ThreadPoolExecutor(count) as threads:
        statuses = set(threads.map(ask, [running] * count))
    taken = time.perf_counter() - started
    if not statuses <= {200, 201}:
        raise SystemExit(f"unexpected answers: {statuses}")
    return taken


def _order(running: RunningDesk) -> int:
    order = {"action": "BUY", "totalQuantity": 1, "orderType": "MKT"}
    body = {"contract": {"symbol": "MSFT"}, "order": order}
    return running.call("POST", "/api/v1/orders", body)[0]


def _positions(running: RunningDesk) -> int:
    return running.call("GET", "/api/v1/positions")[0]

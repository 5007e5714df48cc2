"""An option chain from nothing and from memory, against what IB's pace allows.

Messages = 1 details + 1 parameters + 1 price + 1 wildcard + N snapshots; 45 may leave in any
second, so from an empty window it takes ceil(messages / 45) - 1 seconds, and no less.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Any

from tests.processes import Gateway, RunningDesk, desk, paper_gateway

PACE = 45
STRIKES = 100
FIXED = 4  # details, parameters, price, wildcard
QUIET_SECONDS = 1.5  # until what the desk asked at its start has left the window
READER = "999"
EACH = ("MSFT", "TSLA", "SPY")


def run() -> None:
    messages = FIXED + 2 * STRIKES
    least = ceil(messages / PACE) - 1
    print(f"{STRIKES} strikes x 2 rights: {messages} messages, {least} s by IB's pace")
    for symbol in EACH:
        with _world() as (gateway, running):
            time.sleep(QUIET_SECONDS)
            gateway.drill(reset_rates=True)
            first, chain = _fetch(running, symbol)
            rates = gateway.state()["rates"][READER]
            again, _ = _fetch(running, symbol)
            most = rates["mostPerSecond"]
        print(
            f"{symbol:5} {len(chain['rows'])} strikes in {first:.3f} s, {first / least:.3f} of the "
            f"pace (goal 1.05); again {again * 1000:.0f} ms (goal 300); "
            f"at most {most} messages in a second (goal 45)"
        )
    print()


def _fetch(running: RunningDesk, symbol: str) -> tuple[float, Any]:
    started = time.perf_counter()
    status, chain = running.call("GET", f"/api/v1/fetch-chain?symbol={symbol}&strikes={STRIKES}")
    seconds = time.perf_counter() - started
    assert status == 200 and not chain["partial"], chain
    return seconds, chain


@contextmanager
def _world() -> Iterator[tuple[Gateway, RunningDesk]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        paper_gateway(Path(folder, "gateway"), latency_ms=0) as gateway,
        desk(Path(folder, "desk"), IB_PORT=str(gateway.port), PAPER_SLEEP="0") as running,
    ):
        yield gateway, running

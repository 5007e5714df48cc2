"""A hundred moving symbols in ten browsers: how old a tick is when it arrives, and what it costs.

The age is the instant at which the desk heard the tick (`time` of the quote) against the instant at
which the browser's connection has it; both clocks are this machine's.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from datetime import datetime
from pathlib import Path

import orjson

from benchmarks.figures import line
from paper_gateway.contracts import Catalogue
from tests.processes import Gateway, RunningDesk, desk, paper_gateway

SYMBOLS, BROWSERS = 100, 10
WARM_SECONDS, SECONDS = 5.0, 20.0
REQUEST_MARKET_DATA = "1"  # message id on the wire


def run() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        paper_gateway(Path(folder, "gateway"), latency_ms=0) as gateway,
        desk(Path(folder, "desk"), IB_PORT=str(gateway.port)) as running,
    ):
        _watch(running)
        ages, share = asyncio.run(_follow(running))
        print(line(f"{SYMBOLS} symbols to {BROWSERS} browsers, age", ages) + "  (goal max 250)")
        print(f"The desk's processor time: {share:.0%} of a core (goal 30 %)")
        print(f"Lines asked for at TWS: {_lines(gateway)} (goal {SYMBOLS}: one per contract)\n")


def _watch(running: RunningDesk) -> None:
    """Look at as many stocks as the benchmark wants, as a page with a long watchlist does."""
    known = [each for each in Catalogue.default().definitions if each.sec_type == "STK"]
    contracts = [{"conId": each.con_id} for each in known[:SYMBOLS]]
    status, answer = running.call("POST", "/api/v1/watching", {"contracts": contracts})
    if status != 200 or answer["failed"]:
        raise SystemExit(f"not every symbol is watched: {status} {answer}")


def _lines(gateway: Gateway) -> int:
    return int(gateway.state()["received"][REQUEST_MARKET_DATA])


async def _follow(running: RunningDesk) -> tuple[list[float], float]:
    """The ages of all quotes in milliseconds, and the desk's share of a core meanwhile."""
    ages: list[float] = []
    browsers = [asyncio.create_task(_browse(running, ages)) for _ in range(BROWSERS)]
    await asyncio.sleep(WARM_SECONDS)
    ages.clear()
    spent, started = _processor_seconds(running), time.perf_counter()
    await asyncio.sleep(SECONDS)
    share = (_processor_seconds(running) - spent) / (time.perf_counter() - started)
    for browser in browsers:
        browser.cancel()
    await asyncio.gather(*browsers, return_exceptions=True)
    if not ages:
        raise SystemExit("no quote has arrived")
    return ages, share


async def _browse(running: RunningDesk, ages: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port, limit=2**20)
    writer.write(
        b"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Authorization: Bearer " + running.key.encode() + b"\r\n\r\n"
    )
    is_quote = False
    try:
        async for row in reader:
            if row.startswith(b"event: "):
                is_quote = row == b"event: quote\n"
            elif is_quote and row.startswith(b"data: "):
                heard = datetime.fromisoformat(orjson.loads(row[6:])["time"]).timestamp()
                ages.append((time.time() - heard) * 1000)
    finally:
        writer.close()


def _processor_seconds(running: RunningDesk) -> float:
    """Of the desk's server and its workers."""
    pids = [running.program.process.pid]
    for pid in pids:
        pids += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])  # utime and stime
    return ticks / os.sysconf("SC_CLK_TCK")

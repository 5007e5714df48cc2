"""Cached positions on the server's side: from the question to the encoded answer, 1,000 rows."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import ib_async

from benchmarks.figures import line
from ib.portfolio import Portfolio
from loop_thread import LoopThread
from web.answers import json_response

ROWS = 1_000
TIMES = 500


async def _idle() -> None:
    await asyncio.Event().wait()


def run() -> None:
    portfolio = Portfolio()
    for con_id in range(1, ROWS + 1):
        contract = ib_async.Contract(conId=con_id, symbol=f"S{con_id}", secType="STK")
        portfolio.on_position(ib_async.Position("DU1", contract, 100, 10.5))
        portfolio.on_price(con_id, 11.25)
    thread = LoopThread("positions", _idle)
    thread.start()

    async def ask() -> dict[str, object]:
        return portfolio.positions(None, datetime.now(UTC)).to_payload("positions")

    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        json_response(thread.submit(ask()).result())
        taken.append((time.perf_counter() - started) * 1000)
    thread.stop()
    print(line(f"cached positions, {ROWS} rows", taken) + "  (goal p50 0.6)\n")

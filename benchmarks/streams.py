"""Cancels beside fifty open pages; then as many streams as the cap allows, plus one."""

from __future__ import annotations

import http.client
import socket
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.figures import line
from tests.processes import RunningDesk, desk, paper_gateway

TIMES = 200
DESKS = 50
PAUSE = 0.1  # faster, and IB's pace of 50 messages a second would be measured


def run() -> None:
    """Both tables, each at a desk of its own."""
    _run_cancels()
    _run_cap()


def _run_cancels() -> None:
    """Fifty pages read their streams while orders are placed and cancelled one by one."""
    with (
        tempfile.TemporaryDirectory() as folder,
        paper_gateway(Path(folder, "gateway"), latency_ms=0) as gateway,
        desk(Path(folder, "desk"), IB_PORT=str(gateway.port), PAPER_SLEEP="0") as running,
    ):
        streams = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(DESKS)]
        heard = [0] * DESKS
        for n, stream in enumerate(streams):
            stream.sendall(
                b"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Authorization: Bearer " + running.key.encode() + b"\r\n\r\n"
            )
            threading.Thread(target=_read, args=(stream, heard, n)).start()
        order = {"action": "BUY", "totalQuantity": 1, "orderType": "LMT", "lmtPrice": 1}
        body = {"contract": {"symbol": "KO"}, "order": order, "wait": "ack"}
        taken = []
        for _ in range(TIMES):
            status, answer = running.call("POST", "/api/v1/orders", body)
            if status != 201:
                raise SystemExit(f"no order: {status} {answer}")
            started = time.perf_counter()
            status, answer = running.call("DELETE", f"/api/v1/orders/{answer['clientOrderId']}")
            taken.append((time.perf_counter() - started) * 1000)
            if status not in (200, 202):
                raise SystemExit(f"not cancelled: {status} {answer}")
            time.sleep(PAUSE)
        for stream in streams:
            stream.shutdown(socket.SHUT_RDWR)
        if min(heard) < TIMES:  # changes within ten milliseconds are one for a page
            raise SystemExit(f"a page has heard only {min(heard)} changes")
        print(line(f"DELETE /orders/… beside {DESKS} desks", taken) + "  (goal p99 50)")


def _read(stream: socket.socket, heard: list[int], n: int) -> None:
    """Count the changes of orders that this page hears of, until its connection is closed."""
    with stream, stream.makefile("rb") as rows:
        for row in rows:
            heard[n] += row == b"event: order\n"


def _run_cap() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        paper_gateway(Path(folder, "gateway"), latency_ms=10) as gateway,
        desk(Path(folder, "desk"), IB_PORT=str(gateway.port)) as running,
    ):
        cap = running.call("GET", "/api/v1/status")[1]["streams"]["cap"]
        streams = [_open_stream(running) for _ in range(cap)]
        answers = [stream.getresponse() for stream in streams]
        if {answer.status for answer in answers} != {200}:
            raise SystemExit("a stream within the cap was refused")
        refused = _open_stream(running)
        answer = refused.getresponse()
        later = answer.getheader("Retry-After")
        print(f"{cap} streams open; one more: {answer.status}, Retry-After {later}")
        taken = []
        for _ in range(TIMES):
            started = time.perf_counter()
            status, _ = running.call("GET", "/api/v1/positions")
            taken.append((time.perf_counter() - started) * 1000)
            if status != 200:
                raise SystemExit(f"the API answered {status}")
        print(line(f"GET /positions beside {cap} streams", taken) + "  (goal 50)\n")
        for connection in [*streams, refused]:
            connection.close()


def _open_stream(running: RunningDesk) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
    connection.request("GET", "/api/v1/stream", headers={"Authorization": f"Bearer {running.key}"})
    return connection

"""As many open streams as the cap allows, plus one: the API must go on answering."""

from __future__ import annotations

import http.client
import tempfile
import time
from pathlib import Path

from benchmarks.figures import line
from tests.processes import RunningDesk, desk, paper_gateway

TIMES = 200


def run() -> None:
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

"""One order after the other through desk, relay and agent, beside a desk in local mode.

Both post to /api/v1/orders until Filled; each has a paper gateway of its own, journal on, sleep
workaround and throttle off. They take turns in blocks, so that both meet the machine in the same
moods.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.clients import RawConnection
from benchmarks.figures import line, percentile
from benchmarks.orders import BLOCK, WARM_UP, post
from tests.processes import agent, desk, paper_gateway, persons, relay, request, until

TOKEN = "a secret of relay and desk for this table"
FAST = {"PAPER_SLEEP": "0", "MAX_REQUESTS_PER_SECOND": "0"}
GOAL_MS = 3.0


def run(count: int, latency_ms: float) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        local = stack.enter_context(_local(Path(folder, "local"), latency_ms))
        relayed = stack.enter_context(_relayed(Path(folder, "relayed"), latency_ms))
        near, far = _take_turns(local, relayed, count)
    print(f"Order to Filled, gateway latency {latency_ms:g} ms, journal on")
    print(line("desk in local mode", near))
    print(line("desk, relay, agent", far))
    added = percentile(far, 0.5) - percentile(near, 0.5)
    print(f"added at the median: {added:.3f} ms (goal {GOAL_MS:g})\n")


def _take_turns(
    local: RawConnection, relayed: RawConnection, count: int
) -> tuple[list[float], list[float]]:
    block = min(BLOCK, count)
    near: list[float] = []
    far: list[float] = []
    for connection in (local, relayed):
        post(connection, min(WARM_UP, count))
    for _ in range(count // block):
        near += post(local, block)
        far += post(relayed, block)
    return near, far


@contextmanager
def _local(folder: Path, latency_ms: float) -> Iterator[RawConnection]:
    with (
        paper_gateway(folder / "gateway", latency_ms=latency_ms) as gateway,
        desk(folder / "desk", wait_ready=True, IB_PORT=str(gateway.port), **FAST) as running,
    ):
        connection = RawConnection(running.port, running.key)
        yield connection
        connection.close()


@contextmanager
def _relayed(folder: Path, latency_ms: float) -> Iterator[RawConnection]:
    keys = persons(folder / "desk", {"alice": "trader", "admin": "admin"})
    with (
        paper_gateway(folder / "gateway", latency_ms=latency_ms) as gateway,
        relay(folder / "desk", TOKEN) as middle,
        desk(folder / "desk", RELAY_URL=middle.url, RELAY_TOKEN=TOKEN) as running,
        agent(folder / "agent", middle.url, keys["alice"].agent, gateway.port, **FAST),
    ):
        _await_agent(running.port, keys["alice"].api)
        connection = RawConnection(running.port, keys["alice"].api)
        yield connection
        connection.close()


def _await_agent(port: int, key: str) -> None:
    def is_ready() -> bool:
        headers = {"Authorization": f"Bearer {key}"}
        status, body = request(port, "GET", "/api/v1/status", headers=headers)
        return status == 200 and body["blockers"] == []

    until(is_ready, "the agent could place an order")

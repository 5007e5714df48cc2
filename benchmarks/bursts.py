"""Many orders at once: bursts at IB's pace, throughput without it, and what memory keeps."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.clients import connect, place_all, post_all
from tests.processes import Gateway, RunningDesk, desk, paper_gateway

IN_FLIGHT = 64
ROUNDS = 3
ORDERS_CLIENT = "1000"


def run_bursts() -> None:
    """The throttle is on: 45 messages a second at the gateway, none lost."""
    for count, goal in ((40, 0.15), (200, 4.3)):
        with (
            tempfile.TemporaryDirectory() as folder,
            paper_gateway(Path(folder, "gateway"), latency_ms=0) as gateway,
            # As many POSTs may wait as there are orders.
            desk(
                Path(folder, "desk"),
                IB_PORT=str(gateway.port),
                PAPER_SLEEP="0",
                THREADS="300",
                MAX_WAITING_ORDERS="220",
            ) as running,
        ):
            gateway.drill(reset_rates=True)
            seconds = asyncio.run(post_all(running.port, running.key, count, count))
            most = gateway.state()["rates"][ORDERS_CLIENT]["mostPerSecond"]
            print(f"Burst of {count}, all filled in {seconds:.3f} s (goal {goal}), ", end="")
            print(f"at most {most} messages in a second (goal 45)")
    print()


def run_throughput(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, _fast(Path(folder)) as gateway:  # noqa: SIM117
        with _unthrottled(Path(folder), gateway) as running:
            direct, ours = asyncio.run(_rates(gateway.port, running, count))
    print(f"{IN_FLIGHT} in flight: ib_async alone {direct:.0f}/s, POST {ours:.0f}/s, ", end="")
    print(f"ratio {ours / direct:.2f} (goal 0.70)\n")


def run_memory(count: int) -> None:
    """Resident memory of the desk's worker before and after so many orders."""
    with tempfile.TemporaryDirectory() as folder, _fast(Path(folder)) as gateway:  # noqa: SIM117
        with _unthrottled(Path(folder), gateway) as running:
            asyncio.run(post_all(running.port, running.key, 2000, 16))
            before = _resident_kib(running)
            asyncio.run(post_all(running.port, running.key, count, 16))
            after = _resident_kib(running)
    each = (after - before) / count
    print(f"{count} finished orders: {before / 1024:.1f} -> {after / 1024:.1f} MiB, ", end="")
    print(f"{each:.2f} KiB each (goal 2)\n")


async def _rates(port: int, running: RunningDesk, count: int) -> tuple[float, float]:
    """Orders a second: (ib_async alone, through the desk); the best of some rounds."""
    ib = await connect(port)
    direct = ours = 0.0
    try:
        for _ in range(ROUNDS):
            direct = max(direct, count / await place_all(ib, count, IN_FLIGHT))
            taken = await post_all(running.port, running.key, count, IN_FLIGHT)
            ours = max(ours, count / taken)
    finally:
        ib.disconnect()
    return direct, ours


def _fast(folder: Path) -> AbstractContextManager[Gateway]:
    return paper_gateway(folder / "gateway", latency_ms=0)


def _unthrottled(folder: Path, gateway: Gateway) -> AbstractContextManager[RunningDesk]:
    return desk(
        folder / "desk",
        IB_PORT=str(gateway.port),
        PAPER_SLEEP="0",
        MAX_REQUESTS_PER_SECOND="0",
        MAX_WAITING_ORDERS="64",
        MAX_STREAMS="16",
    )


def _resident_kib(running: RunningDesk) -> int:
    """Of the process tree's largest member, which is the worker."""
    parent = running.program.process.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return max(_kib(int(pid)) for pid in [parent, *map(int, children)])


def _kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])

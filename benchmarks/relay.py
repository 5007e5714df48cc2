"""The relay: memory of idle agents, time and throughput of routed requests, an absent agent.

Relay and load have a process each, on loopback, so two cores are shared by relay, agents and
callers. Times are the caller's, from when its request left until its answer came: more than what
the relay itself takes. A bare aiohttp echo is asked the same way in the same run.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import line
from benchmarks.relay_clients import (
    Agent,
    Unexpected,
    at_rate,
    connect_agents,
    connect_caller,
    in_flight,
    message,
)
from relay.__main__ import allow_many_sockets
from tests.processes import Program, program, until

WORKING, IDLE = 1_000, 9_000
PER_SECOND, IN_FLIGHT = 1_000, 64
SECONDS = 8.0
ECHO = message("/echo", "user-0")
PORT = re.compile(r"listening on 127\.0\.0\.1:(\d+)")


def run() -> None:
    allow_many_sockets()
    with started("relay") as relay, started("echo") as echo:
        try:
            asyncio.run(_measure({"echo": echo, "relay": relay}))
        except* Unexpected as group:
            raise SystemExit(f"  not measured: {group.exceptions[0]}") from None


async def _measure(servers: dict[str, tuple[Program, int]]) -> None:
    relay, port = servers["relay"]
    empty = _kib(relay)
    agents = await connect_agents(port, 0, WORKING)
    await in_flight(port, 8, 0.5, _asked("relay"))  # both sides are warm
    print(f"Relay, {WORKING} agents, {PER_SECOND} requests/s in an open loop, auth on")
    for name, (_, where) in servers.items():
        taken = await at_rate(where, PER_SECOND, SECONDS, _asked(name))
        print(line(f"  {name}", taken) + ("  (goal p50 0.6, p99 2)" if name == "relay" else ""))
    for name, (server, where) in servers.items():
        before = _cpu_seconds(server)
        rate = await in_flight(where, IN_FLIGHT, SECONDS, _asked(name))
        each = (_cpu_seconds(server) - before) / (rate * SECONDS) * 1e6
        goal = "  (goal 8,000)" if name == "relay" else ""
        print(f"  {name}, {IN_FLIGHT} in flight: {rate:,.0f} requests/s{goal}, ", end="")
        print(f"{each:.0f} microseconds of its processor each")
    await _absent(port)
    more = await connect_agents(port, WORKING, IDLE)
    await asyncio.sleep(6)  # each has been pinged at least once
    each = (_kib(relay) - empty) / (WORKING + IDLE)
    print(f"  {WORKING + IDLE:,} connected agents: {each:.1f} KiB each (goal 20)")
    taken = await at_rate(port, PER_SECOND, SECONDS, _asked("relay"))
    print(line(f"  relay beside {WORKING + IDLE:,} agents", taken) + "  (goal p99 2)")
    lost = sum(agent.transport.is_closing() for agent in agents + more)
    print(f"  agents lost meanwhile: {lost} (goal 0)\n")
    _close(agents + more)


async def _absent(port: int) -> None:
    """A user without an agent: how soon the caller knows."""
    nobody, taken = message("/options/relay/positions", "nobody"), []
    caller = await connect_caller(port)
    for _ in range(500):
        started = time.perf_counter()
        await caller.post(nobody, expected=503)
        taken.append((time.perf_counter() - started) * 1000)
    caller.transport.close()
    print(line("  agent not connected", taken) + "  (goal 5)")


def _asked(name: str) -> Callable[[int], bytes]:
    """The messages of callers, each user in turn; an assertion is good for a minute."""
    if name == "echo":
        return lambda _number: ECHO
    messages = [message("/options/relay/positions", f"user-{n}") for n in range(WORKING)]
    return lambda number: messages[number % WORKING]


def _close(agents: list[Agent]) -> None:
    for agent in agents:
        agent.transport.close()


@contextmanager
def started(name: str, *more: str) -> Iterator[tuple[Program, int]]:
    """A program of `benchmarks.relay_programs` and its port."""
    with program("-m", "benchmarks.relay_programs", name, *more) as running:
        found = until(lambda: PORT.search(running.output), f"the {name} listens")
        yield running, int(found[1])


def _kib(running: Program) -> int:
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def _cpu_seconds(running: Program) -> float:
    """What the process has had of the processor: steadier than a rate on a shared machine."""
    fields = Path(f"/proc/{running.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

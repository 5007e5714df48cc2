"""Several relay nodes: what crossing to another one costs, and how throughput grows with them.

Agents are spread over the nodes. Requests are asked at one node, in turns of a user whose agent it
has and of one whose agent another has: whatever else the machine does meets both alike. Nodes, NATS
server, agents and callers share two cores on loopback, so the sums of requests a second say what a
core does, not what three machines would.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack

from benchmarks.figures import line
from benchmarks.relay import started
from benchmarks.relay_clients import Agent, at_rate, connect_agents, in_flight, message
from relay.__main__ import allow_many_sockets
from tests.nats import nats_server

AGENTS, IN_FLIGHT = 300, 64
RATES = (200, 1_000)
SECONDS = 8.0


def run() -> None:
    allow_many_sockets()
    for count in (1, 2, 3):
        with ExitStack() as stack:
            server = stack.enter_context(nats_server())
            ports = [
                stack.enter_context(started("relay", server.url, f"node-{number}"))[1]
                for number in range(count)
            ]
            asyncio.run(_measure(ports))


async def _measure(ports: list[int]) -> None:
    count = len(ports)
    agents: list[Agent] = []
    for number, port in enumerate(ports):
        agents += await connect_agents(port, number * AGENTS, AGENTS)
    await asyncio.sleep(2)  # every node has heard of them
    print(f"Relay nodes: {count}, {AGENTS} agents each")
    if count > 1:
        for rate in RATES:
            print(f"  {rate} requests/s in an open loop, a new one whatever is under way")
            taken = await at_rate(ports[0], rate, SECONDS, _in_turns())
            print(line("    at the agent's node", taken[::2]))
            print(line("    at another node", taken[1::2]) + "  (goal: + 1 p50, + 3 p99)")
    for name, ahead in (("the agent's node", 0), ("another node", 1))[: min(count, 2)]:
        asked = (
            in_flight(port, IN_FLIGHT // count, SECONDS, _users((number + ahead) % count))
            for number, port in enumerate(ports)
        )
        rates = await asyncio.gather(*asked)
        print(f"  {IN_FLIGHT} in flight at {name}: {sum(rates):,.0f} requests/s altogether")
    print()
    for agent in agents:
        agent.transport.close()


def _users(node: int) -> Callable[[int], bytes]:
    """The requests of the users whose agents are at that node, each in turn."""
    first = node * AGENTS
    paths = [message("/options/relay/positions", f"user-{n}") for n in range(first, first + AGENTS)]
    return lambda number: paths[number % AGENTS]


def _in_turns() -> Callable[[int], bytes]:
    """Even requests for users of the first node, odd ones for users of the second."""
    nodes = _users(0), _users(1)
    return lambda number: nodes[number % 2](number // 2)

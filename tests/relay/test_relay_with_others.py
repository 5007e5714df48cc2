"""What a relay does alone it does among others too: the same tests, with a node beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from relay.alone import Routes
from relay.hub import Hub
from relay.nats_bus import NatsBus
from relay.nodes import Nodes, together
from relay.owners import Owners
from tests.nats import NatsServer, nats_server
from tests.relay import test_agent_socket, test_server, test_streams
from tests.relay.agents_for_tests import TOKEN, World, world
from tests.relay.nodes_for_tests import until
from tests.relay.rows_for_tests import KnownRows


@pytest.fixture(scope="module")
def server() -> Iterator[NatsServer]:
    with nats_server() as running:
        yield running


@pytest.fixture
async def relay(server: NatsServer) -> AsyncIterator[World]:
    made: list[Nodes] = []

    @asynccontextmanager
    async def join(hub: Hub) -> AsyncIterator[Routes]:
        bus, owners = NatsBus([server.url], hub.node), Owners(KnownRows(), hub.node, 5.0)
        nodes = Nodes(hub, bus, owners, TOKEN)
        made.append(nodes)
        async with together(nodes, hub, bus, owners):
            yield nodes

    async with (
        world("alice", node="the other", join=join),
        world("alice", "bob", "charlie", node="this", join=join) as running,
    ):
        await until(lambda: all(len(nodes._directory) == 1 for nodes in made), "both meet")
        yield running


for module in (test_agent_socket, test_server, test_streams):
    room = module.__name__.rpartition(".test_")[2]
    for name, test in list(vars(module).items()):
        if name.startswith("test_"):
            globals()[f"test_{room}_{name.removeprefix('test_')}"] = test

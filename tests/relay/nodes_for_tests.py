"""Several relay nodes in one process, over one database and real NATS servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from sqlalchemy import Engine

from relay.alone import Routes
from relay.gate import Pass
from relay.hub import Hub
from relay.messages import Hello
from relay.nats_bus import NatsBus
from relay.nodes import Nodes, together
from relay.owners import Owners
from relay.server import Join, Settings, serve
from relay.store_keys import StoreKeys
from store.agent_keys import AgentKeys
from store.agent_nodes import NodeAgents
from store.database import connect, open_database
from store.users import Users
from tests.relay.agents_for_tests import SECONDS, TOKEN, TestAgent, World
from tests.relay.keys_for_tests import KnownKeys

USERS = ("alice", "bob", "charlie")


class StoredKeys(KnownKeys):
    """Keys in a real database; `is_away` cuts one node off from it."""

    def __init__(self, engine: Engine, node: str, secrets: dict[str, str]) -> None:
        super().__init__()
        self._store, self._stored = StoreKeys(engine, node), AgentKeys(engine)
        self._secrets = secrets

    def secret(self, user: str) -> str:
        return self._secrets[user]

    def revoke(self, user: str) -> None:
        passed = self._store.verify(self._secrets[user])
        assert passed is not None
        self._stored.revoke(passed.prefix)

    def verify(self, secret: str) -> Pass | None:
        self._look()
        return self._store.verify(secret)

    def claim(self, passed: Pass, hello: Hello) -> int:
        self._look()
        return self._store.claim(passed, hello)

    def ended(self, digests: Collection[str]) -> set[str]:
        self._look()
        return self._store.ended(digests)


class Node(World):
    """One of several nodes."""

    nodes: Nodes

    @property
    def name(self) -> str:
        return self.relay.hub.node

    async def hears(self, agent: TestAgent) -> None:
        """Wait until this node knows of the agent, wherever it is."""
        user, epoch = agent.user, agent.epoch

        def knows() -> bool:
            place = self.nodes._directory.place_of(user)
            there = place is not None and place.entry.is_connected and place.entry.epoch == epoch
            return there or self.relay.hub.epoch_of(user) == epoch

        await until(knows, f"{self.name} knows of {user}'s agent")


def database(path: Path, *users: str) -> dict[str, str]:
    """A database with these users; their agent keys."""
    engine = open_database(f"sqlite:///{path}")
    people, keys = Users(engine), AgentKeys(engine)
    secrets = {name: keys.new(people.add(name, "correct horse battery")) for name in users}
    engine.dispose()
    return secrets


def joined(
    servers: Sequence[str], rows: NodeAgents, name: str, made: list[Nodes], heartbeat: float
) -> Join:
    """Join the others over these servers; the node's own part is put into `made`."""

    @asynccontextmanager
    async def join(hub: Hub) -> AsyncIterator[Routes]:
        bus = NatsBus(servers, name)
        owners = Owners(rows, name, heartbeat)
        async with together(hub, bus, owners, TOKEN) as nodes:
            made.append(nodes)
            yield nodes

    return join


@asynccontextmanager
async def node(
    name: str, servers: Sequence[str], path: Path, secrets: dict[str, str], **settings: Any
) -> AsyncIterator[Node]:
    engine = connect(f"sqlite:///{path}")
    rows, made = NodeAgents(engine, name), list[Nodes]()
    rows.begin()
    heartbeat = settings.setdefault("heartbeat", 5.0)
    join = joined(servers, rows, name, made, heartbeat)
    wanted = Settings("127.0.0.1", 0, TOKEN, node=name, **settings)
    keys = StoredKeys(engine, name, secrets)
    try:
        async with serve(wanted, keys, join) as (relay, port), ClientSession() as client:
            running = Node(relay, port, keys, client)
            running.nodes = made[0]
            yield running
    finally:
        engine.dispose()


@asynccontextmanager
async def several(
    servers: Sequence[Sequence[str]], path: Path, **settings: Any
) -> AsyncIterator[list[Node]]:
    """One node for each list of servers, all of which know each other."""
    secrets = database(path, *USERS)
    async with AsyncExitStack() as stack:
        nodes = [
            await stack.enter_async_context(node(f"node-{n}", urls, path, secrets, **settings))
            for n, urls in enumerate(servers, 1)
        ]
        await until(lambda: all(is_ready(node, len(nodes) - 1) for node in nodes), "nodes meet")
        yield nodes


def is_ready(node: Node, others: int) -> bool:
    directory = node.nodes._directory
    return len(directory) == others and directory.is_in_step


async def until(condition: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
    """Let others run until the condition holds; fails with `what` after a while."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.002)
    except TimeoutError:
        raise AssertionError(f"not within {seconds} s: {what}") from None

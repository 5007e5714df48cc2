"""Several relay nodes in one process, over one database and real NATS servers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
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
from relay.server import Settings, serve
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

    def turned_away(self, passed: Pass, hello: Hello) -> None:
        self._store.turned_away(passed, hello)

    def ended(self, digests: Collection[str]) -> set[str]:
        self._look()
        return self._store.ended(digests)

    def close(self) -> None:
        self._store.close()


class Node(World):
    """One of several nodes."""

    nodes: Nodes
    wall: Wall

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


def database(path: Path) -> dict[str, str]:
    """A database with all users; their agent keys."""
    content, secrets = _made_once()
    path.write_bytes(content)
    return secrets


@cache
def _made_once() -> tuple[bytes, dict[str, str]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "desk.db"
        engine = open_database(f"sqlite:///{path}")
        people, keys = Users(engine), AgentKeys(engine)
        secrets = {name: keys.new(people.add(name, "correct horse battery")) for name in USERS}
        engine.dispose()
        return path.read_bytes(), secrets


@dataclass
class Wall:
    """A node's wall clock, which a test may set wrong; seconds since 1970."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@asynccontextmanager
async def node(
    name: str, servers: Sequence[str], path: Path, secrets: dict[str, str], **settings: Any
) -> AsyncIterator[Node]:
    engine = connect(f"sqlite:///{path}")
    rows, made, wall = NodeAgents(engine, name), list[Nodes](), Wall()
    rows.release()
    owners = Owners(rows, name, settings.setdefault("heartbeat", 5.0))

    @asynccontextmanager
    async def join(hub: Hub) -> AsyncIterator[Routes]:
        bus = NatsBus(servers, name)
        made.append(Nodes(hub, bus, owners, TOKEN, wall))
        async with together(made[0], hub, bus, owners):
            yield made[0]

    wanted = Settings("127.0.0.1", 0, TOKEN, node=name, **settings)
    keys = StoredKeys(engine, name, secrets)
    try:
        async with serve(wanted, keys, join) as (relay, port), ClientSession() as client:
            running = Node(relay, port, keys, client)
            running.nodes, running.wall = made[0], wall
            try:
                yield running
            finally:
                await running.end()
    finally:
        keys.close()
        engine.dispose()


@asynccontextmanager
async def several(
    servers: Sequence[Sequence[str]], path: Path, others: Sequence[int] = (), **settings: Any
) -> AsyncIterator[list[Node]]:
    """One node for each list of servers. `others`: how many others each knows, if not all."""
    secrets = database(path)
    async with AsyncExitStack() as stack:
        nodes = [
            await stack.enter_async_context(node(f"node-{n}", urls, path, secrets, **settings))
            for n, urls in enumerate(servers, 1)
        ]
        known = others or [len(nodes) - 1] * len(nodes)
        await until(lambda: all(map(is_ready, nodes, known)), "nodes meet")
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

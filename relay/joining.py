"""How a node joins the others over NATS, with the settings of the environment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Engine

import config
from relay.alone import Routes
from relay.hub import Hub
from relay.nats_bus import NatsBus
from relay.nodes import Nodes, together
from relay.owners import Owners
from relay.server import Join
from store.agent_nodes import NodeAgents


def joining(engine: Engine, node: str, settings: config.Settings) -> Join:
    """For `relay.server.serve`. Raises StoreError when the database is away."""
    rows = NodeAgents(engine, node)
    rows.release()

    @asynccontextmanager
    async def join(hub: Hub) -> AsyncIterator[Routes]:
        owners = Owners(rows, node, settings.heartbeat_seconds)
        bus = NatsBus(settings.nats_url, node)
        nodes = Nodes(hub, bus, owners, settings.relay_token)
        async with together(nodes, hub, bus, owners):
            yield nodes

    return join

"""A running gateway with a client."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from paper_gateway.server import Server, serve
from paper_gateway.settings import Settings
from tests.paper_gateway.raw_client import RawClient


@pytest.fixture
async def gateway() -> AsyncIterator[Server]:
    async with serve(Settings(latency_seconds=0.0)) as server:
        yield server


@pytest.fixture
async def client(gateway: Server) -> AsyncIterator[RawClient]:
    """Client 7, started."""
    client = await RawClient.started(gateway, 7)
    yield client
    await client.close()

"""A running gateway with a client, and the settings of the property tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import settings

from paper_gateway.server import Server, serve
from paper_gateway.settings import Settings
from tests.paper_gateway.raw_client import RawClient

# A busy machine makes a slow example, not a wrong one.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


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

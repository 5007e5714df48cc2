"""Several nodes over real NATS servers: reach, trouble, and who owns whom."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from relay.messages import Ack
from tests.nats import NatsServer, nats_server
from tests.relay.nodes_for_tests import Node, several

ORDER = {"body": {"clientOrderId": "ui-1"}}


@pytest.fixture(scope="module")
def server() -> Iterator[NatsServer]:
    with nats_server() as running:
        yield running


@pytest.fixture
async def nodes(server: NatsServer, tmp_path: Path) -> AsyncIterator[list[Node]]:
    async with several([[server.url]] * 3, tmp_path / "desk.db") as running:
        yield running


async def test_an_agent_is_reached_from_every_node(nodes: list[Node]) -> None:
    agent = await nodes[0].agent("alice", feed="IB paper")
    for node in nodes:
        await node.hears(agent)
        answer = node.calling("GET", "positions?account=DU1")
        request = await agent.request()
        assert (request.op, request.user, request.args) == (
            "positions",
            "alice",
            {"account": "DU1"},
        )
        await agent.reply(request, {"rows": [1.5]})
        done = await answer
        assert done.status == 200
        assert done.body == {"result": {"rows": [1.5]}, "source": {"own": True, "feed": "IB paper"}}


async def test_an_order_from_another_node_is_answered_and_acknowledged(nodes: list[Node]) -> None:
    agent = await nodes[0].agent("alice")
    await nodes[1].hears(agent)
    answer = nodes[1].calling("POST", "place-order", json=ORDER)
    request = await agent.request()
    assert (request.epoch, request.args) == (agent.epoch, ORDER)
    await agent.reply(request, {"state": "filled"})
    assert await agent.next() == Ack(request.id)
    assert (await answer).body["result"] == {"state": "filled"}

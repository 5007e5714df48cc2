"""The relay over real sockets: callers, agents, and what goes between them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from relay.messages import Ack
from tests.relay.agents_for_tests import World, world


@pytest.fixture
async def relay() -> AsyncIterator[World]:
    async with world("alice", "bob", "charlie") as running:
        yield running


async def test_a_read_goes_to_the_agent_and_its_answer_back(relay: World) -> None:
    agent = await relay.agent("alice", feed="IB paper")
    answer = relay.calling("GET", "positions?account=DU1&user_id=alice")
    request = await agent.request()
    assert (request.op, request.user, request.args) == ("positions", "alice", {"account": "DU1"})
    await agent.reply(request, {"rows": [1.5]})
    done = await answer
    assert done.status == 200
    assert done.body == {"result": {"rows": [1.5]}, "source": {"own": True, "feed": "IB paper"}}
    assert done.headers["Cache-Control"] == "no-store, private"


async def test_an_order_goes_to_the_agent_and_its_answer_is_acknowledged(relay: World) -> None:
    agent = await relay.agent("alice")
    body = {"body": {"clientOrderId": "ui-1", "order": {"lmtPrice": 228.1}}, "source": "api"}
    answer = relay.calling("POST", "place-order", json=body)
    request = await agent.request()
    assert (request.op, request.user, request.epoch) == ("place-order", "alice", agent.epoch)
    assert request.args == body
    await agent.reply(request, {"state": "filled"})
    assert await agent.next() == Ack(request.id)
    assert (await answer).body["result"] == {"state": "filled"}

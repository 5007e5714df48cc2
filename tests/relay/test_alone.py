"""A relay without others asks its own hub, and nobody else."""

from __future__ import annotations

import asyncio

import pytest

from relay.alone import Alone, alone
from relay.answers import Result
from relay.gate import Pass
from relay.operations import OPERATIONS
from store.users import User
from tests.relay.hubs_for_tests import HubWorld, hello
from trading.refusals import AgentNotConnected


async def test_everything_is_the_hubs() -> None:
    world = HubWorld()
    agent = world.join("alice")
    async with alone(world.hub) as routes:
        asked = asyncio.create_task(routes.ask("alice", OPERATIONS["positions"], {}))
        await asyncio.sleep(0)
        agent.reply(agent.requests[0], [1])
        assert await asked == Result("[1]", True, "")
        assert await routes.agent("alice") == routes.picture("alice") == world.hub.agent("alice")
        assert await routes.agents() == world.hub.agents()
        assert await routes.feed("alice") is world.hub.feed("alice")
        passed = Pass(User(1, "alice", "trader"), "digest", "iba_")
        assert await routes.may_enter(passed, hello("two"))
        assert world.knock("alice", "two") == [False]
        await routes.take_over("alice")
        assert world.knock("alice", "two") == [True]


async def test_nobody_is_connected() -> None:
    with pytest.raises(AgentNotConnected):
        await Alone(HubWorld().hub).ask("alice", OPERATIONS["positions"], {})

"""Who owns a user, by SQL: what counts when nodes cannot hear each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from relay.gate import GateAway
from relay.messages import TAKEN_OVER
from relay.owners import Owners
from store.agents import Agent
from tests.relay.hubs_for_tests import HubWorld, hello
from tests.relay.rows_for_tests import KnownRows

HELD = Agent(1, "alice", 4, "far", "one", "", "1", "paper", "connected", 0.0, 0.0, None, None)


@pytest.mark.parametrize(
    ("changes", "instance", "alive", "seconds", "may"),
    [
        ({}, "one", set(), 0.0, True),
        ({}, "two", set(), 0.0, False),
        ({}, "two", set(), 11.0, False),
        ({}, "two", set(), 11.1, True),
        ({}, "two", {"far"}, 0.0, True),
        ({}, "two", {"other"}, 0.0, False),
        ({"node": ""}, "two", set(), 0.0, True),
        ({"node": "here"}, "two", set(), 0.0, True),
    ],
)
async def test_another_instance_stays_outside_while_the_row_is_fresh(
    changes: dict[str, Any], instance: str, alive: set[str], seconds: float, may: bool
) -> None:
    owners = Owners(KnownRows(replace(HELD, **changes), seconds), "here", 5.0)
    assert await owners.may_enter(1, hello(instance), alive) is may


async def test_a_user_who_never_had_an_agent_may_enter() -> None:
    assert await Owners(KnownRows(), "here", 5.0).may_enter(1, hello(), set())


async def test_without_the_database_nobody_new_comes_in_and_who_is_there_stays() -> None:
    world, rows = HubWorld(), KnownRows(is_away=True)
    agent = world.join("alice")
    owners = Owners(rows, "here", 5.0, world.clock)
    with pytest.raises(GateAway):
        await owners.may_enter(1, hello(), set())
    await owners.look(world.hub)
    assert agent.closed is None


async def test_an_agent_that_is_elsewhere_by_a_higher_epoch_is_closed() -> None:
    world = HubWorld()
    old, new = world.join("alice", epoch=4), world.join("bob", epoch=9)
    owners = Owners(KnownRows(elsewhere=[("alice", 5), ("bob", 8), ("charlie", 1)]), "here", 5.0)
    await owners.look(world.hub)
    assert old.closed == (TAKEN_OVER, "replaced") and new.closed is None


async def test_after_an_outage_the_look_goes_back_to_its_beginning() -> None:
    world = HubWorld()
    rows = KnownRows()
    owners = Owners(rows, "here", 5.0, world.clock)
    world.clock.now += 1
    await owners.look(world.hub)
    rows.is_away = True
    world.clock.now += 60
    await owners.look(world.hub)
    rows.is_away = False
    world.clock.now += 1
    await owners.look(world.hub)
    assert rows.windows == [11.0, 71.0]


async def test_what_has_ended_is_written_once_the_database_is_there() -> None:
    world, rows = HubWorld(), KnownRows(is_away=True)
    owners = Owners(rows, "here", 5.0, world.clock)
    owners.gone("alice", 4)
    await owners.look(world.hub)
    rows.is_away = False
    await owners.look(world.hub)
    await owners.look(world.hub)
    assert rows.ended == [{"alice": 4}]
    await owners.end()
    rows.is_away = True
    await owners.end()
    assert rows.released == 1


async def test_the_node_says_each_heartbeat_that_it_lives() -> None:
    world, rows = HubWorld(), KnownRows()
    owners = Owners(rows, "here", 5.0, world.clock)
    for _ in range(11):
        world.clock.now += 1
        await owners.look(world.hub)
    assert rows.kept == 2

"""Heartbeats: whose turn it is, and who is silent."""

from __future__ import annotations

import pytest

from relay.heartbeats import AT_ONCE, Heartbeats, milliseconds
from relay.messages import Ping, Pong
from tests.relay.hubs_for_tests import FakeAgent, HubWorld


def joined(world: HubWorld, heartbeats: Heartbeats, user: str = "alice") -> FakeAgent:
    agent = world.join(user)
    heartbeats.add(agent.agent, 100.0)
    return agent


def test_each_agent_is_pinged_once_per_heartbeat() -> None:
    world, heartbeats = HubWorld(), Heartbeats(5.0)
    agent = joined(world, heartbeats)
    for now in (104.9, 105.0, 105.1, 110.0):
        assert list(heartbeats.look(now)) == []
    assert agent.connection.frames(Ping) == [Ping(105_000), Ping(110_000)]


@pytest.mark.failure("F65")
def test_who_says_nothing_for_a_heartbeat_and_a_second_is_silent() -> None:
    world, heartbeats = HubWorld(), Heartbeats(5.0)
    quiet, lively = joined(world, heartbeats), joined(world, heartbeats, "bob")
    list(heartbeats.look(105.0))
    lively.agent.heard = 105.5
    assert list(heartbeats.look(110.9)) == []
    assert list(heartbeats.look(111.0)) == [quiet.agent]


def test_an_agent_that_is_gone_is_left_alone() -> None:
    world, heartbeats = HubWorld(), Heartbeats(5.0)
    agent = joined(world, heartbeats)
    agent.agent.is_gone = True
    for now in (105.0, 111.0, 120.0):
        assert list(heartbeats.look(now)) == []
    assert agent.connection.frames(Ping) == []


def test_only_the_answer_to_the_last_ping_is_measured() -> None:
    world, heartbeats = HubWorld(), Heartbeats(5.0)
    agent = joined(world, heartbeats)
    list(heartbeats.look(105.0))
    heartbeats.pong(agent.agent, Pong(104_000), 105.1)
    assert agent.agent.latency_ms is None
    heartbeats.pong(agent.agent, Pong(105_000), 105.25)
    heartbeats.pong(agent.agent, Pong(105_000), 199.0)
    assert agent.agent.latency_ms == 250.0


def test_many_agents_that_are_due_are_pinged_in_several_looks() -> None:
    world, heartbeats = HubWorld(), Heartbeats(5.0)
    agents = [joined(world, heartbeats, f"user {number}") for number in range(AT_ONCE + 1)]
    pinged = []
    for _ in range(2):
        list(heartbeats.look(105.0))
        pinged.append(sum(bool(agent.connection.frames(Ping)) for agent in agents))
    assert pinged == [AT_ONCE, AT_ONCE + 1]


def test_two_missed_heartbeats_make_an_agent_silent_for_a_newcomer() -> None:
    world, heartbeats = HubWorld(), Heartbeats(5.0)
    agent = joined(world, heartbeats)
    assert not heartbeats.is_silent(agent.agent, 109.9)
    assert heartbeats.is_silent(agent.agent, 110.0)


def test_the_clock_of_frames_is_in_whole_milliseconds() -> None:
    assert milliseconds(1.2345) == 1234

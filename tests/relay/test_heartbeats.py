"""Heartbeats: whose turn it is, and who is silent."""

from __future__ import annotations

from relay.heartbeats import AT_ONCE, Heartbeats, milliseconds
from relay.messages import Ping, Pong
from relay.registry import Agent
from tests.relay.hubs_for_tests import FakeAgent, HubWorld


class Case:
    """Heartbeats of 5 s from 100 s on, and agents that came then."""

    def __init__(self) -> None:
        self.world = HubWorld()
        self.heartbeats = Heartbeats(5.0, 100.0)
        self.now = 100.0

    def join(self, user: str = "alice") -> FakeAgent:
        agent = self.world.join(user)
        self.heartbeats.add(agent.agent)
        return agent

    def look_until(self, end: float) -> list[Agent]:
        """Look every half second until then; who was found silent."""
        silent: list[Agent] = []
        while self.now < end:
            self.now = min(self.now + 0.5, end)
            silent += self.heartbeats.look(self.now)
        return silent


def test_each_agent_is_pinged_once_per_heartbeat() -> None:
    case = Case()
    agent = case.join()
    case.look_until(104.9)
    assert agent.connection.frames(Ping) == []
    agent.agent.heard = 110.0
    case.look_until(105.0)
    case.look_until(110.0)
    assert agent.connection.frames(Ping) == [Ping(105_000), Ping(110_000)]


def test_who_says_nothing_for_a_heartbeat_and_a_second_is_silent() -> None:
    case = Case()
    quiet, lively = case.join(), case.join("bob")
    case.look_until(105.0)
    lively.agent.heard = 105.5
    assert case.look_until(110.9) == []
    assert case.look_until(111.0) == [quiet.agent]


def test_an_agent_that_is_gone_is_left_alone() -> None:
    case = Case()
    agent = case.join()
    agent.agent.is_gone = True
    assert case.look_until(120.0) == []
    assert agent.connection.frames(Ping) == []


def test_a_pause_of_the_relay_itself_does_not_make_its_agents_silent() -> None:
    """What they said in the pause is still in their sockets."""
    case = Case()
    agent = case.join()
    case.look_until(105.0)
    case.now = 3_600.0  # the machine slept
    assert list(case.heartbeats.look(case.now)) == []
    agent.agent.heard = case.now + 0.1
    assert case.look_until(3_608.0) == []


def test_an_agent_that_is_silent_after_a_pause_is_found_all_the_same() -> None:
    case = Case()
    agent = case.join()
    case.look_until(105.0)
    case.now = 3_600.0
    assert list(case.heartbeats.look(case.now)) == []
    assert case.look_until(3_605.0) == [agent.agent]


def test_only_the_answer_to_the_last_ping_is_measured() -> None:
    case = Case()
    agent = case.join()
    case.look_until(105.0)
    case.heartbeats.pong(agent.agent, Pong(104_000), 105.1)
    assert agent.agent.latency_ms is None
    case.heartbeats.pong(agent.agent, Pong(105_000), 105.25)
    case.heartbeats.pong(agent.agent, Pong(105_000), 199.0)
    assert agent.agent.latency_ms == 250.0


def test_many_agents_that_are_due_are_pinged_in_several_looks() -> None:
    case = Case()
    agents = [case.join(f"user {number}") for number in range(AT_ONCE + 1)]
    case.look_until(104.5)
    pinged = []
    for _ in range(2):
        list(case.heartbeats.look(105.0))
        pinged.append(sum(bool(agent.connection.frames(Ping)) for agent in agents))
    assert pinged == [AT_ONCE, AT_ONCE + 1]


def test_two_missed_heartbeats_make_an_agent_silent_for_a_newcomer() -> None:
    case = Case()
    agent = case.join()
    assert not case.heartbeats.is_silent(agent.agent, 109.9)
    assert case.heartbeats.is_silent(agent.agent, 110.0)


def test_the_clock_of_frames_is_in_whole_milliseconds() -> None:
    assert milliseconds(1.2345) == 1234

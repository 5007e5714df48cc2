"""Who may come in when there is an agent already (F63, F64)."""

from __future__ import annotations

import pytest

from relay.entrance import Entrance
from relay.heartbeats import Heartbeats
from relay.messages import Ping
from relay.registry import Agent
from tests.relay.hubs_for_tests import FakeAgent, HubWorld

pytestmark = pytest.mark.failure("F64")


class Door:
    """An entrance with a holder inside who was last heard at 100 s; it notes who is closed."""

    def __init__(self) -> None:
        self.entrance = Entrance(Heartbeats(5.0, 100.0))
        self.holder: FakeAgent = HubWorld().join("alice", "one")
        self.closed: list[Agent] = []

    def knock(self, instance: str, now: float) -> list[bool]:
        answers: list[bool] = []
        self.entrance.knock(self.holder.agent, instance, now, answers.append)
        return answers

    def look(self, now: float) -> None:
        self.entrance.look(now, self.closed.append)

    @property
    def pings(self) -> int:
        return len(self.holder.connection.frames(Ping))


def test_the_first_agent_of_a_user_may_enter() -> None:
    answers: list[bool] = []
    Entrance(Heartbeats(5.0, 100.0)).knock(None, "one", 100.0, answers.append)
    assert answers == [True]


def test_a_holder_that_was_heard_lately_keeps_its_place() -> None:
    door = Door()
    assert door.knock("two", 109.9) == [False]
    assert door.pings == 0


def test_a_silent_holder_is_pinged_once_and_closed_when_it_does_not_answer() -> None:
    door = Door()
    answers = door.knock("two", 110.0)
    assert (answers, door.pings) == ([], 1)
    door.look(110.9)
    assert answers == []
    door.look(111.0)
    assert answers == [True] and door.closed == [door.holder.agent]


def test_a_silent_holder_that_answers_keeps_its_place() -> None:
    door = Door()
    answers = door.knock("two", 110.0)
    door.holder.agent.heard = 110.5
    door.look(110.6)
    assert answers == [False] and door.closed == []


def test_a_silent_holder_that_is_gone_by_itself_makes_room() -> None:
    door = Door()
    answers = door.knock("two", 110.0)
    door.holder.agent.is_gone = True
    door.look(110.1)
    assert answers == [True] and door.closed == []


def test_only_one_newcomer_waits() -> None:
    door = Door()
    assert door.knock("two", 110.0) == []
    assert door.knock("three", 110.1) == [False]
    assert door.pings == 1


def test_the_same_instance_may_always_enter() -> None:
    assert Door().knock("one", 100.0) == [True]


def test_a_take_over_is_used_up_by_the_other_instance_only() -> None:
    door = Door()
    holder = door.holder.agent
    door.entrance.take_over("alice", 100.0)
    door.entrance.entered("alice", holder, "one")
    assert door.entrance.may_enter(holder, "two", 159.9)
    door.entrance.entered("alice", holder, "two")
    assert not door.entrance.may_enter(holder, "three", 159.9)


def test_a_take_over_is_over_after_a_minute() -> None:
    door = Door()
    door.entrance.take_over("alice", 100.0)
    door.look(160.0)
    assert not door.entrance.may_enter(door.holder.agent, "two", 160.0)

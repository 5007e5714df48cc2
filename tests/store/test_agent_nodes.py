"""What a node writes of its agents, and what it reads of the others'."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from store.agent_nodes import NodeAgents
from store.agents import Agents, Presence
from store.users import User, Users
from tests.fakes import FakeClock


@pytest.fixture
def alice(engine: Engine) -> User:
    return Users(engine).add("alice", "correct horse battery staple")


class Case:
    """Two nodes over one database, with one clock."""

    def __init__(self, engine: Engine) -> None:
        self.clock = FakeClock()
        self.agents = Agents(engine, self.clock)
        self.one, self.two = (NodeAgents(engine, name, self.clock) for name in ("one", "two"))

    def claim(self, user: User, node: str) -> int:
        epoch = self.agents.claim(user, Presence(node, "instance"))
        assert epoch is not None
        return epoch


def test_a_node_hears_of_agents_that_came_elsewhere_and_not_of_its_own(
    engine: Engine, alice: User
) -> None:
    case = Case(engine)
    epoch = case.claim(alice, "two")
    assert case.one.taken(10) == [("alice", epoch)] and case.two.taken(10) == []
    case.clock.pass_by(11)
    assert case.one.taken(10) == []


def test_an_agent_is_as_old_as_its_nodes_last_word(engine: Engine, alice: User) -> None:
    case = Case(engine)
    case.claim(alice, "one")
    case.clock.pass_by(7)
    holder = case.two.holder(alice.user_id)
    assert holder is not None and case.two.age(holder) == 7
    case.two.keep()
    case.one.keep()
    holder = case.two.holder(alice.user_id)
    assert holder is not None and case.two.age(holder) == 0


def test_what_has_ended_is_gone_unless_a_later_one_took_over(engine: Engine, alice: User) -> None:
    case = Case(engine)
    first = case.claim(alice, "one")
    second = case.claim(alice, "two")
    case.one.gone({"alice": first, "nobody": 1})
    holder = case.one.holder(alice.user_id)
    assert holder is not None and (holder.node, holder.epoch) == ("two", second)
    case.two.gone({"alice": second})
    holder = case.one.holder(alice.user_id)
    assert holder is not None and not holder.is_connected


def test_a_node_that_starts_ends_what_an_earlier_run_of_it_left(
    engine: Engine, alice: User
) -> None:
    case = Case(engine)
    case.claim(alice, "one")
    case.two.release()
    assert case.one.holder(alice.user_id).is_connected  # type: ignore[union-attr]
    case.one.release()
    assert not case.one.holder(alice.user_id).is_connected  # type: ignore[union-attr]


def test_a_user_without_an_agent_has_no_holder(engine: Engine, alice: User) -> None:
    assert Case(engine).one.holder(alice.user_id) is None

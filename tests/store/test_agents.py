"""Who serves each user: the latest epoch, and nobody else."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine

from store.agents import Agents, Presence
from store.users import User, Users
from tests.fakes import FakeClock

HOME = Presence("node-1", "instance-1", "at home", "0.1.0", "paper")
OFFICE = Presence("node-2", "instance-2", "office", "0.1.0", "live")


@pytest.fixture
def bob(users: Users) -> User:
    return users.add("bob", "secret")


@pytest.fixture
def agents(engine: Engine, clock: FakeClock) -> Agents:
    return Agents(engine, clock)


def test_each_connection_has_a_higher_epoch(agents: Agents, bob: User, users: Users) -> None:
    assert agents.owner_of(bob.user_id) is None
    assert [agents.claim(bob, place) for place in (HOME, OFFICE, HOME)] == [1, 2, 3]
    assert agents.claim(users.add("ann", "secret"), HOME) == 1


def test_the_owner_is_what_connected_last(agents: Agents, bob: User, clock: FakeClock) -> None:
    agents.claim(bob, HOME)
    clock.pass_by(5)
    agents.claim(bob, OFFICE)
    owner = agents.owner_of(bob.user_id)
    assert owner is not None
    assert (owner.user_name, owner.epoch, owner.node, owner.mode) == ("bob", 2, "node-2", "live")
    assert (owner.instance, owner.label, owner.version) == ("instance-2", "office", "0.1.0")
    assert (owner.connected_at, owner.seen_at, owner.state) == (1005, 1005, "connected")
    assert owner.is_connected


def test_a_claim_on_an_epoch_that_has_passed_changes_nothing(agents: Agents, bob: User) -> None:
    assert agents.claim(bob, HOME, if_epoch=0) == 1
    assert agents.claim(bob, OFFICE, if_epoch=0) is None
    owner = agents.owner_of(bob.user_id)
    assert owner is not None
    assert (owner.epoch, owner.node) == (1, "node-1")
    assert agents.claim(bob, OFFICE, if_epoch=1) == 2


def test_what_is_told_is_kept_and_the_rest_stays(
    agents: Agents, bob: User, clock: FakeClock
) -> None:
    agents.claim(bob, HOME)
    clock.pass_by(5)
    assert agents.seen(bob.user_id, 1, state="no TWS", latency_ms=1.5)
    clock.pass_by(5)
    assert agents.seen(bob.user_id, 1, last_order_at=1009.0)
    owner = agents.owner_of(bob.user_id)
    assert owner is not None
    assert (owner.state, owner.latency_ms, owner.last_order_at) == ("no TWS", 1.5, 1009.0)
    assert (owner.connected_at, owner.seen_at) == (1000, 1010)


def test_an_old_connection_can_change_nothing(agents: Agents, bob: User) -> None:
    agents.claim(bob, HOME)
    agents.claim(bob, OFFICE)
    before = agents.owner_of(bob.user_id)
    assert not agents.seen(bob.user_id, 1, state="no TWS")
    assert not agents.gone(bob.user_id, 1)
    assert agents.owner_of(bob.user_id) == before


def test_an_agent_that_is_gone_is_still_known(agents: Agents, bob: User) -> None:
    agents.claim(bob, HOME)
    assert agents.gone(bob.user_id, 1)
    owner = agents.owner_of(bob.user_id)
    assert owner is not None
    assert (owner.is_connected, owner.state, owner.label) == (False, "gone", "at home")
    assert agents.claim(bob, HOME) == 2


def test_the_last_order_outlives_a_connection(agents: Agents, bob: User) -> None:
    agents.claim(bob, HOME)
    agents.seen(bob.user_id, 1, last_order_at=1000.5)
    agents.claim(bob, HOME)
    owner = agents.owner_of(bob.user_id)
    assert owner is not None
    assert owner.last_order_at == 1000.5


def test_all_are_listed_by_name(agents: Agents, bob: User, users: Users) -> None:
    agents.claim(bob, HOME)
    agents.claim(users.add("ann", "secret"), OFFICE)
    users.add("cid", "secret")
    assert [agent.user_name for agent in agents.all()] == ["ann", "bob"]


@pytest.mark.parametrize("if_epoch", [None, 0])
def test_nodes_that_claim_at_once_get_different_epochs(
    agents: Agents, bob: User, if_epoch: int | None
) -> None:
    epochs: list[int | None] = []
    claiming = [
        threading.Thread(target=lambda: epochs.append(agents.claim(bob, HOME, if_epoch)))
        for _ in range(5)
    ]
    for thread in claiming:
        thread.start()
    for thread in claiming:
        thread.join()
    if if_epoch is None:
        assert sorted(epoch or 0 for epoch in epochs) == [1, 2, 3, 4, 5]
    else:
        assert sorted(epoch or 0 for epoch in epochs) == [0, 0, 0, 0, 1]


def test_long_words_of_an_agent_are_cut(agents: Agents, bob: User) -> None:
    agents.claim(bob, Presence(*["x" * 500] * 5))
    owner = agents.owner_of(bob.user_id)
    assert owner is not None
    assert (len(owner.label), len(owner.mode)) == (80, 10)

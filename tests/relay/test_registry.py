"""The two ways to an agent."""

from __future__ import annotations

import inspect

import pytest

from relay.registry import FOREIGN_QUOTES, Agent, Registry
from tests.relay.hubs_for_tests import HubWorld
from trading.refusals import AgentNotConnected, Busy


def agent(user: str, **hello: object) -> Agent:
    return HubWorld().join(user, **hello).agent


def test_there_are_two_ways_to_an_agent_and_neither_has_a_flag() -> None:
    ways = [
        name
        for name, method in inspect.getmembers(Registry, inspect.isfunction)
        if not name.startswith("_") and inspect.signature(method).return_annotation == "Agent"
    ]
    assert ways == ["agent_of", "any_agent"]
    assert list(inspect.signature(Registry.agent_of).parameters) == ["self", "user"]
    assert list(inspect.signature(Registry.any_agent).parameters) == ["self", "prefer"]


def test_agent_of_never_gives_another_users_agent() -> None:
    registry = Registry()
    registry.put(agent("bob", shares=True))
    with pytest.raises(AgentNotConnected):
        registry.agent_of("alice")


def test_the_next_agent_of_a_user_takes_the_place_of_the_first() -> None:
    registry, first, second = Registry(), agent("alice", shares=True), agent("alice")
    assert registry.put(first) is None
    assert registry.put(second) is first
    assert registry.agent_of("alice") is second
    assert not registry.remove(first)
    assert registry.agent_of("alice") is second
    with pytest.raises(AgentNotConnected):
        registry.any_agent("bob")  # the second one does not share
    assert registry.remove(second)
    assert list(registry) == [] and len(registry) == 0


def test_the_sharing_agent_with_the_least_to_do_is_next() -> None:
    registry, one, two = Registry(), agent("bob", shares=True), agent("carl", shares=True)
    registry.put(one)
    registry.put(two)
    registry.lend(one)
    assert registry.any_agent("alice") is two
    registry.lend(two)
    registry.lend(two)
    assert registry.any_agent("alice") is one
    registry.give_back(two)
    registry.give_back(two)
    assert registry.any_agent("alice") is two


def test_no_agent_is_asked_for_more_than_its_share() -> None:
    registry, one = Registry(), agent("bob", shares=True)
    registry.put(one)
    for _ in range(FOREIGN_QUOTES):
        registry.lend(registry.any_agent("alice"))
    with pytest.raises(Busy):
        registry.any_agent("alice")
    assert registry.any_agent("bob") is one
    registry.remove(one)
    with pytest.raises(AgentNotConnected):
        registry.any_agent("alice")


def test_what_a_removed_agent_gives_back_does_not_bring_it_back() -> None:
    registry, one = Registry(), agent("bob", shares=True)
    registry.put(one)
    registry.lend(one)
    registry.remove(one)
    registry.give_back(one)
    with pytest.raises(AgentNotConnected):
        registry.any_agent("alice")

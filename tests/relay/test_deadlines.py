"""Deadlines over all agents."""

from __future__ import annotations

from relay.deadlines import Deadlines
from relay.operations import OPERATIONS
from relay.pending import Waiting
from tests.relay.hubs_for_tests import HubWorld
from tests.relay.test_pending import ignored


def waiting(name: str, operation: str, now: float) -> Waiting:
    seconds = OPERATIONS[operation].seconds
    return Waiting(name, OPERATIONS[operation], now + seconds, ignored, True)


def test_who_is_due_comes_out_once_whatever_else_waits_longer() -> None:
    agent, deadlines = HubWorld().join("alice").agent, Deadlines()
    order = waiting("order", "place-order", 0.0)
    first, second = waiting("first", "positions", 1.0), waiting("second", "positions", 2.0)
    for one in (order, first, second):
        deadlines.add(one, agent)
    assert list(deadlines.due(15.9)) == []
    assert list(deadlines.due(16.0)) == [(first, agent)]
    assert len(deadlines) == 2
    assert {one.id for one, _ in deadlines.due(99.0)} == {"order", "second"}
    assert list(deadlines.due(99.0)) == []


def test_who_was_answered_is_not_due() -> None:
    agent, deadlines = HubWorld().join("alice").agent, Deadlines()
    one = waiting("one", "positions", 0.0)
    deadlines.add(one, agent)
    deadlines.remove(one)
    deadlines.remove(one)
    assert list(deadlines.due(99.0)) == [] and len(deadlines) == 0

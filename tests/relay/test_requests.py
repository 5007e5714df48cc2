"""Requests under way: ids, the order's own name, and the end of each."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from relay.answers import Unknown
from relay.operations import OPERATIONS
from relay.registry import Registry
from relay.requests import Requests
from tests.relay.hubs_for_tests import START, Caller, FakeAgent, HubWorld
from trading.refusals import Busy


class Case:
    """Requests with one agent that shares, on no clock at all."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.registry = Registry()
        self.requests = Requests(self.registry, self.counts)
        self.agent: FakeAgent = HubWorld().join("alice", shares=True)
        self.registry.put(self.agent.agent)

    def send(self, operation: str, user: str = "alice", **args: Any) -> Caller:
        caller = Caller()
        self.requests.send(user, OPERATIONS[operation], args, caller, (100.0, START, 10.0))
        return caller


def test_ids_differ_between_requests_and_between_relays() -> None:
    one, two = Case(), Case()
    for case in (one, two, one):
        case.send("positions")
    ids = [request.id for case in (one, two) for request in case.agent.requests]
    assert len(set(ids)) == 3 and len({name.split("-")[0] for name in ids}) == 2


@pytest.mark.parametrize(
    ("operation", "args", "name"),
    [
        ("place-order", {"body": {"clientOrderId": "ui-1"}}, "ui-1"),
        ("place-order", {"body": {}}, None),
        ("place-order", {"body": "x"}, None),
        ("place-order", {}, None),
        ("modify-order", {"clientOrderId": "ui-2", "changes": {}}, "ui-2"),
        ("cancel-order", {"clientOrderId": "x" * 41}, None),
        ("cancel-order", {"clientOrderId": ["ui-1"]}, None),
    ],
)
def test_an_unknown_order_is_named_as_its_caller_named_it(
    operation: str, args: dict[str, Any], name: str | None
) -> None:
    case = Case()
    caller = case.send(operation, **args)
    case.requests.agent_ended(case.agent.agent)
    assert caller.answer == Unknown(name)


def test_the_last_order_is_noted_and_a_read_is_not() -> None:
    case = Case()
    case.send("positions")
    assert case.agent.agent.last_order_at is None
    case.send("cancel-all")
    assert case.agent.agent.last_order_at == START


def test_whatever_ends_a_foreign_quote_frees_its_place() -> None:
    case = Case()
    for number in range(32):
        case.send("stock-quote", f"user {number}")
    with pytest.raises(Busy):
        case.send("stock-quote", "one more")
    case.requests.look(100.0 + OPERATIONS["stock-quote"].seconds)
    assert case.agent.agent.lent == 0 and len(case.requests) == 0
    assert case.counts["requests without an answer in time"] == 32
    case.send("stock-quote", "one more")
    case.registry.remove(case.agent.agent)
    case.requests.agent_ended(case.agent.agent)
    assert case.agent.agent.lent == 0 and len(case.requests) == 0

"""Breaks at random moments while orders are placed: each is placed once, and each is answered."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from agent.agent import Agent
from relay.messages import Event, Reply, Request
from tests.agent.conftest import body
from tests.agent.fake_relay import FakeRelay
from tests.conftest import PaperGateway, wait_until

ORDERS = 40


def replies(relay: FakeRelay, request: Request) -> list[Reply]:
    return [reply for visit in relay.visits for reply in visit.replies(request.id)]


def told(relay: FakeRelay) -> list[Event]:
    """What a relay hands on: each event once, as its numbers say."""
    known: dict[int, Event] = {}
    for visit in list(relay.visits):
        for event in visit.events():
            known.setdefault(event.seq, event)
    return [known[number] for number in sorted(known)]


@pytest.mark.failure("F62", "F66")
@pytest.mark.parametrize("seed", range(3))
def test_every_order_once_and_every_answer_at_least_once(
    relay: FakeRelay, make_agent: Callable[..., Agent], gateway: PaperGateway, seed: int
) -> None:
    dice = random.Random(seed)
    agent = make_agent()
    relay.acks = False
    asked: dict[str, Request] = {}
    for number in range(ORDERS):
        wait_until(lambda: agent.link.reason is None and not relay.visits[-1].is_over)
        name = f"b-{number}"
        asked[name] = relay.send(relay.request("place-order", body=body(name, totalQuantity=1)))
        if dice.random() < 0.5:
            relay.send(asked[name])  # delivered twice
        if dice.random() < 0.2:
            wait_until(lambda: gateway.orders_received(name) or dice.random() < 0.3)  # noqa: B023 - as above
            visit = relay.visits[-1]
            relay.cut()
            wait_until(lambda: visit.is_over)  # noqa: B023 - it is called here
    wait_until(lambda: agent.link.reason is None and not relay.visits[-1].is_over)
    for name, first in asked.items():  # whoever got no answer asks again under the same key
        again = relay.ask("place-order", body=body(name, totalQuantity=1))
        for reply in (again, *replies(relay, first)):
            assert reply.error is None
            assert reply.result["state"] == "filled"
    assert {name: gateway.orders_received(name) for name in asked} == dict.fromkeys(asked, 1)
    wait_until(
        lambda: (
            set(asked)
            == {
                event.data["clientOrderId"]
                for event in told(relay)
                if event.kind == "order" and event.data["state"] == "filled"
            }
        )
    )
    numbers = [event.seq for event in told(relay)]
    assert numbers == list(range(1, len(numbers) + 1))

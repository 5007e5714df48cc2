"""From the engine's threads into the outbox, without waiting and without a silent loss."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from agent.events import MOST_HANDED_OVER, Events
from agent.outbox import Outbox
from relay.messages import Event
from trading.refusals import NotConnected


class Loop:
    """The link's loop: it runs what was handed over when the test says so."""

    def __init__(self) -> None:
        self.handed: list[Callable[[], None]] = []
        self.is_running = True

    def hand_over(self, function: Callable[[], None]) -> None:
        if not self.is_running:
            raise NotConnected("AgentLink is not running")
        self.handed.append(function)


def made(loop: Loop) -> tuple[Events, Outbox]:
    outbox = Outbox()

    def may_tell(kind: str, payload: Mapping[str, Any]) -> bool:
        return payload.get("account") != "DU9"

    numbers = iter(range(100))
    events = Events(
        outbox, loop.hand_over, lambda: {"number": next(numbers)}, may_tell, lambda: None
    )
    return events, outbox


def told(outbox: Outbox) -> list[Event]:
    frames = []
    while frame := outbox.next(1):
        assert isinstance(frame, Event)
        frames.append(frame)
    return frames


def test_many_events_wake_the_loop_once() -> None:
    loop = Loop()
    events, outbox = made(loop)
    for number in range(10):
        events.publish("order", {"number": number})
    assert len(loop.handed) == 1
    loop.handed[0]()
    assert [event.data["number"] for event in told(outbox)] == list(range(10))
    events.publish("order", {})
    assert len(loop.handed) == 2


def test_events_of_other_accounts_get_no_number() -> None:
    events, outbox = made(Loop())
    for account in ("DU9", "DU1"):
        events.publish("order", {"account": account})
    events.take()
    assert [(event.seq, event.data["account"]) for event in told(outbox)] == [(1, "DU1")]


def test_a_loop_that_cannot_follow_is_no_silent_loss() -> None:
    events, outbox = made(Loop())
    for _ in range(MOST_HANDED_OVER + 3):
        events.publish("order", {})
    events.take()
    events.publish("order", {})
    events.take()
    assert outbox.lost > 3  # some were too many for the outbox as well
    assert told(outbox)[-1].seq == MOST_HANDED_OVER + 4


def test_a_link_that_does_not_run_hinders_nobody() -> None:
    loop = Loop()
    events, outbox = made(loop)
    loop.is_running = False
    events.publish("order", {})
    loop.is_running = True
    events.publish("order", {})
    loop.handed[0]()
    assert len(told(outbox)) == 2


async def test_the_first_status_comes_at_once_and_the_next_ones_together() -> None:
    events, outbox = made(Loop())
    events.begin()
    assert [event.data for event in told(outbox)] == [{"number": 0}]
    for _ in range(50):
        events.publish("status", {})
        events.take()
    assert told(outbox) == []
    async with asyncio.timeout(10):
        while not (later := told(outbox)):
            await asyncio.sleep(0.01)
    assert [event.data for event in later] == [{"number": 1}]

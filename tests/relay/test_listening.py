"""Listening to a user's events: in order, and on again after a loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from relay.link import Asking, RelayLink
from relay.listening import listen
from relay.server_sent import ServerSent
from tests.conftest import wait_until
from tests.relay.fake_relay import FakeRelay, linked


@dataclass
class Ear:
    """A listener that keeps what it hears."""

    events: list[ServerSent] = field(default_factory=list)
    losses: int = 0

    def resumes_after(self) -> str:
        return self.events[-1].event_id if self.events else ""

    async def heard(self, event: ServerSent) -> None:
        self.events.append(event)

    async def lost(self) -> None:
        self.losses += 1


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    with FakeRelay() as relay:
        yield relay


@pytest.fixture
def link(relay: FakeRelay) -> Iterator[RelayLink]:
    with linked(relay) as link:
        yield link


def test_every_event_is_heard_in_order(relay: FakeRelay, link: RelayLink) -> None:
    ear = Ear()
    link.submit(listen(link, Asking("alice", "read"), ear))
    wait_until(relay.listeners)
    relay.tell(b": keep-alive\n\n")
    for number in (1, 2, 3):
        relay.event(f"b-{number}", "order", {"n": number})
    wait_until(lambda: len(ear.events) == 3)
    assert [event.data for event in ear.events] == [b'{"n":1}', b'{"n":2}', b'{"n":3}']
    assert (relay.asked[0].user, ear.losses) == ("alice", 0)


def test_after_a_loss_it_goes_on_from_the_last_event(relay: FakeRelay, link: RelayLink) -> None:
    ear = Ear()
    link.submit(listen(link, Asking("alice", "read"), ear))
    wait_until(relay.listeners)
    relay.event("b-7", "order", {})
    wait_until(lambda: ear.events)
    relay.cut()
    wait_until(lambda: len(relay.resumed) == 2)
    assert relay.resumed == ["", "b-7"]
    assert ear.losses == 1


def test_a_relay_that_is_away_is_told_once_and_tried_again(
    relay: FakeRelay, link: RelayLink
) -> None:
    ear = Ear()
    relay.stop()
    link.submit(listen(link, Asking("alice", "read"), ear))
    wait_until(lambda: ear.losses)
    relay.start()
    wait_until(relay.listeners)
    relay.event("b-1", "order", {})
    wait_until(lambda: ear.events)
    assert ear.losses == 1


def test_what_is_no_stream_of_events_is_a_loss(relay: FakeRelay, link: RelayLink) -> None:
    ear = Ear()
    link.submit(listen(link, Asking("alice", "read"), ear))
    wait_until(relay.listeners)
    relay.tell(b"event: \xff\n\n")
    wait_until(lambda: len(relay.resumed) == 2)
    assert (ear.events, ear.losses) == ([], 1)


def test_nobody_listens_after_the_end(relay: FakeRelay, link: RelayLink) -> None:
    future = link.submit(listen(link, Asking("alice", "read"), Ear()))
    wait_until(relay.listeners)
    future.cancel()
    wait_until(lambda: not relay.listeners())

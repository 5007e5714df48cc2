"""Everybody's streams in one worker: who listens when, and how many pages there may be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from relay.link import RelayLink
from tests.conftest import wait_until
from tests.relay.fake_relay import FakeRelay, linked, status_form
from trading.refusals import NotConnected
from web.stream_page import Page
from web.user_streams import UserStreams


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    with FakeRelay(results={"status": status_form()}, greets="boot-5") as relay:
        yield relay


@pytest.fixture
def link(relay: FakeRelay) -> Iterator[RelayLink]:
    with linked(relay) as link:
        yield link


@pytest.fixture
def streams(link: RelayLink) -> Iterator[UserStreams]:
    streams = UserStreams(link, 3, lambda status, stream: status, per_user=2)
    yield streams
    streams.close()


def opened(streams: UserStreams, user: str, last_event_id: str = "") -> Page:
    page = streams.of(user).open(last_event_id, lambda reset: {"reset": reset})
    assert page is not None
    return page


def test_the_relay_is_listened_to_while_a_page_is_open(
    relay: FakeRelay, streams: UserStreams
) -> None:
    assert relay.listeners() == 0
    one, two = opened(streams, "alice"), opened(streams, "alice")
    assert relay.listeners() == 1
    one.close()
    assert relay.listeners() == 1
    two.close()
    wait_until(lambda: not relay.listeners())
    assert streams.found("alice") is None
    assert streams.places.taken == 0


def test_every_user_hears_the_own_events(relay: FakeRelay, streams: UserStreams) -> None:
    alice, bob = opened(streams, "alice"), opened(streams, "bob")
    assert sorted(one.user for one in relay.asked) == ["alice", "bob"]
    next(alice), next(bob)
    relay.event("boot-6", "order", {"for": "alice"}, user="alice")
    assert b'"for":"alice"' in next(alice)
    found = streams.found("bob")
    assert found is not None
    assert found.last_event_id == "boot-5"
    bob.close()
    alice.close()


def test_a_page_with_a_last_event_goes_on_from_there(
    relay: FakeRelay, streams: UserStreams
) -> None:
    relay.greets = "boot-2"
    page = opened(streams, "alice", "boot-2")
    assert relay.resumed == ["boot-2"]
    assert b'"reset":false' in next(page)
    page.close()


def test_one_user_has_so_many_pages_and_no_more(streams: UserStreams) -> None:
    pages = [opened(streams, "alice"), opened(streams, "alice")]
    assert streams.of("alice").open("", lambda reset: {}) is None
    bobs = opened(streams, "bob")
    assert streams.of("bob").open("", lambda reset: {}) is None  # all three places are taken
    assert (streams.of("alice").open_pages, streams.of("bob").open_pages) == (2, 1)
    for page in (*pages, bobs):
        page.close()
    assert streams.of("alice").open_pages == 0


def test_a_page_that_finds_no_place_leaves_nobody_listening(
    relay: FakeRelay, streams: UserStreams
) -> None:
    pages = [opened(streams, "alice"), opened(streams, "alice"), opened(streams, "bob")]
    assert streams.of("charlie").open("", lambda reset: {}) is None
    wait_until(lambda: relay.listeners() == 2)
    assert streams.found("charlie") is None
    for page in pages:
        page.close()


def test_without_a_relay_a_page_is_told_so(relay: FakeRelay, streams: UserStreams) -> None:
    streams.begin_seconds = 0.2
    relay.stop()
    with pytest.raises(NotConnected) as caught:
        opened(streams, "alice")
    assert caught.value.code == "relay_away"
    assert streams.found("alice") is None
    relay.start()


def test_the_end_says_bye_to_every_page_and_lets_none_in(
    relay: FakeRelay, streams: UserStreams
) -> None:
    page = opened(streams, "alice")
    next(page)
    streams.close()
    assert b"event: bye" in next(page)
    wait_until(lambda: not relay.listeners())
    with pytest.raises(NotConnected):
        opened(streams, "bob")


def test_what_was_published_is_the_users_own(streams: UserStreams) -> None:
    page = opened(streams, "alice")
    assert streams.of("bob").published == 0
    assert streams.of("alice").published > 0
    streams.of("alice").close()  # one user's view cannot end anything
    assert streams.of("alice").open_pages == 1
    page.close()

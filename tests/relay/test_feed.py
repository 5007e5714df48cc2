"""One user's feed: numbers, bounds, resume and reset."""

from __future__ import annotations

import pytest

from relay.feed import Feed
from tests.relay.hubs_for_tests import parsed


def test_events_are_numbered_and_read_after_a_cursor() -> None:
    feed = Feed("boot")
    feed.publish("order", {"n": 1})
    feed.publish("quote", {"n": 2})
    assert feed.after(0) == [
        b'id: boot-1\nevent: order\ndata: {"n":1}\n\n',
        b'id: boot-2\nevent: quote\ndata: {"n":2}\n\n',
    ]
    assert feed.after(1) == [b'id: boot-2\nevent: quote\ndata: {"n":2}\n\n']
    assert feed.after(2) == []


def test_a_line_break_in_data_stays_inside_one_line() -> None:
    feed = Feed("boot")
    feed.publish("message", {"text": "a\n\nevent: order\ndata: {}"})
    [event] = feed.after(0) or []
    assert event.count(b"\n") == 4
    assert parsed(event) == ("message", {"text": "a\n\nevent: order\ndata: {}"})


def test_the_ring_keeps_so_many_events() -> None:
    feed = Feed(max_events=3)
    for number in range(5):
        feed.publish("order", number)
    assert feed.after(1) is None
    kept = feed.after(2)
    assert kept is not None and [parsed(event)[1] for event in kept] == [2, 3, 4]


def test_the_ring_keeps_so_many_bytes() -> None:
    feed = Feed(max_bytes=1000)
    for _ in range(20):
        feed.publish("order", "x" * 150)
    kept = feed.after(feed.last - 5)
    assert kept is not None and sum(map(len, kept)) <= 1000
    assert feed.after(feed.last - 6) is None


def test_an_event_that_is_too_big_to_keep_becomes_a_reset() -> None:
    feed = Feed("boot", max_bytes=1000)
    feed.publish("order", 1)
    feed.publish("order", "x" * 600)
    assert feed.after(1) == [b"id: boot-2\nevent: reset\ndata: {}\n\n"]
    assert feed.after(0) is None


def test_a_reader_goes_on_where_it_was() -> None:
    feed = Feed("boot", max_events=2)
    for number in range(4):
        feed.publish("order", number)
    assert feed.cursor_of("boot-4") == 4
    assert feed.cursor_of("boot-2") == 2


@pytest.mark.parametrize(
    "asked", ["", "boot", "boot-", "boot-x", "boot-1", "boot-5", "other-4", "boot--1", "boot-٣"]
)
def test_what_cannot_be_resumed_is_not(asked: str) -> None:
    feed = Feed("boot", max_events=2)
    for number in range(4):
        feed.publish("order", number)
    assert feed.cursor_of(asked) is None


def test_a_number_of_a_thousand_digits_costs_nothing() -> None:
    assert Feed("boot").cursor_of("boot-" + "9" * 1000) is None


def test_subscribers_are_woken_until_they_leave() -> None:
    feed, woken = Feed(), []

    def wake() -> None:
        woken.append(feed.last)

    feed.subscribe(wake)
    feed.publish("order", 1)
    feed.reset()
    feed.unsubscribe(wake)
    feed.publish("order", 1)
    assert woken == [1, 2]
    assert feed.subscribers == 0


def test_two_feeds_have_two_names() -> None:
    assert Feed().boot != Feed().boot

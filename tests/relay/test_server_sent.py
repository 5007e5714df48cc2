"""Server-sent events, however the bytes arrive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.feed import frame
from relay.server_sent import MAX_EVENT, Events, NotEvents, ServerSent

THREE = (
    frame("b1-1", "order", '{"a":1}') + b": keep-alive\n\n" + frame("b1-2", "quote", "{}")
) + b"event: bye\ndata: {}\n\n"
FOUND = [
    ServerSent("b1-1", "order", b'{"a":1}'),
    ServerSent("b1-2", "quote", b"{}"),
    ServerSent("", "bye", b"{}"),
]


@given(cuts=st.lists(st.integers(0, len(THREE)), max_size=8))
def test_events_are_the_same_however_the_bytes_are_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(THREE)]
    events = Events()
    chunks = [THREE[start:end] for start, end in zip(places, places[1:], strict=False)]
    assert [event for chunk in chunks for event in events.feed(chunk)] == FOUND


def test_an_event_without_an_end_is_refused() -> None:
    events = Events()
    assert events.feed(b"data: " + b"x" * (MAX_EVENT - 6)) == []
    with pytest.raises(NotEvents):
        events.feed(b"x")


def test_a_name_that_is_no_text_is_refused() -> None:
    with pytest.raises(NotEvents):
        Events().feed(b"event: \xff\n\n")

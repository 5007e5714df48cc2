"""The stream: order, replay, falling behind, places and the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from web.stream import Stream
from web.stream_page import BYE, KEEP_ALIVE, Page

QUOTE = {"symbol": "AAPL", "bid": 228.38}


def hello(reset: bool) -> dict[str, Any]:
    return {"reset": reset}


@pytest.fixture
def stream() -> Iterator[Stream]:
    stream = Stream(2, ring_size=8, boot="b3f1", check_seconds=0.01, keep_alive_seconds=0.01)
    yield stream
    stream.close()


def opened(stream: Stream, last_event_id: str = "") -> Page:
    page = stream.open(last_event_id, hello)
    assert page is not None
    return page


def events(chunk: bytes) -> list[tuple[str, str, Any]]:
    """(id, kind, payload) of each event in a chunk."""
    parsed = []
    for block in chunk.decode().strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        parsed.append((fields["id"], fields["event"], orjson.loads(fields["data"])))
    return parsed


def read(page: Page, count: int) -> list[tuple[str, str, Any]]:
    """The next `count` events; keep-alive comments do not count."""
    found: list[tuple[str, str, Any]] = []
    while len(found) < count:
        chunk = next(page)
        found.extend(events(chunk) if chunk != KEEP_ALIVE else [])
    return found


def test_a_new_page_is_greeted_and_told_to_fetch_everything(stream: Stream) -> None:
    assert read(opened(stream), 1) == [("b3f1-0", "hello", {"reset": True})]


def test_events_arrive_in_order_with_growing_ids(stream: Stream) -> None:
    page = opened(stream)
    for number in range(3):
        stream.publish("order", {"n": number})
    assert read(page, 1)[0][1] == "hello"
    stream.publish("order", {"n": 3})
    assert [event[0] for event in read(page, 1)] == ["b3f1-4"]


def test_every_page_gets_every_event(stream: Stream) -> None:
    pages = [opened(stream), opened(stream)]
    for page in pages:
        next(page)
    stream.publish("order", {"n": 1})
    assert [read(page, 1)[0] for page in pages] == [("b3f1-1", "order", {"n": 1})] * 2


def test_quotes_are_gathered_until_an_order_event_comes() -> None:
    stream = Stream(1, batch_seconds=60)
    page = opened(stream)
    next(page)
    for number in range(5):
        stream.publish("quote", QUOTE | {"n": number})
    stream.publish("order", {"n": 5})
    kinds = [kind for _, kind, _ in events(next(page))]
    assert kinds == ["quote"] * 5 + ["order"]
    stream.close()


def test_quotes_alone_arrive_after_the_batch_time(stream: Stream) -> None:
    page = opened(stream)
    next(page)
    stream.publish("quote", QUOTE)
    assert read(page, 1)[0][2] == QUOTE


def test_a_page_continues_after_its_last_event(stream: Stream) -> None:
    for number in range(1, 5):
        stream.publish("order", {"n": number})
    page = opened(stream, "b3f1-2")
    assert read(page, 1)[0] == ("b3f1-2", "hello", {"reset": False})
    assert [payload["n"] for _, _, payload in read(page, 2)] == [3, 4]


@pytest.mark.parametrize(
    "last",
    [
        "dead-2",
        "2",
        "b3f1-",
        "b3f1-99",
        "b3f1--1",
        "b3f1-0x1",
        "b3f1-²",
        "b3f1-" + "9" * 5000,
        "-",
        "x",
    ],
)
def test_an_id_that_is_not_of_this_ring_starts_anew(stream: Stream, last: str) -> None:
    stream.publish("order", {"n": 1})
    stream.publish("order", {"n": 2})
    assert read(opened(stream, last), 1) == [("b3f1-2", "hello", {"reset": True})]


@pytest.mark.failure("F70")
def test_a_page_that_was_away_too_long_starts_anew(stream: Stream) -> None:
    for number in range(1, 12):
        stream.publish("order", {"n": number})
    assert read(opened(stream, "b3f1-2"), 1) == [("b3f1-11", "hello", {"reset": True})]


@pytest.mark.failure("F70")
def test_a_page_that_reads_too_slowly_is_told_so(stream: Stream) -> None:
    page = opened(stream)
    next(page)
    for number in range(1, 12):
        stream.publish("order", {"n": number})
    assert read(page, 1) == [("b3f1-11", "hello", {"reset": True})]
    stream.publish("order", {"n": 12})
    assert read(page, 1) == [("b3f1-12", "order", {"n": 12})]


def test_a_quiet_stream_is_kept_alive(stream: Stream) -> None:
    page = opened(stream)
    next(page)
    assert next(page) == KEEP_ALIVE


def test_no_more_pages_than_places(stream: Stream) -> None:
    first = opened(stream)
    opened(stream)
    assert stream.open("", hello) is None
    first.close()
    first.close()
    assert (stream.open_pages, opened(stream) is not None) == (1, True)


def test_a_page_that_was_never_read_frees_its_place(stream: Stream) -> None:
    opened(stream).close()
    assert stream.open_pages == 0


def test_a_closed_page_is_over(stream: Stream) -> None:
    page = opened(stream)
    page.close()
    assert list(page) == []


def test_a_page_whose_user_has_gone_ends_without_a_bye(stream: Stream) -> None:
    page = stream.open("", hello, may_go_on=lambda: False)
    assert page is not None
    assert [events(chunk)[0][1] for chunk in page] == ["hello"]
    assert stream.open_pages == 0


def test_closing_the_stream_tells_what_is_left_and_says_bye() -> None:
    stream = Stream(2, batch_seconds=60)
    page = opened(stream)
    next(page)
    stream.publish("quote", QUOTE)
    stream.close()
    rest = b"".join(page)
    assert rest.endswith(BYE)
    assert b"AAPL" in rest
    assert stream.open("", hello) is None


def test_closing_the_stream_wakes_a_page_that_waits() -> None:
    stream = Stream(1, check_seconds=600, keep_alive_seconds=600)
    page = opened(stream)
    next(page)
    chunks: list[bytes] = []
    reader = threading.Thread(target=lambda: chunks.extend(page))
    reader.start()
    stream.close()
    reader.join(timeout=10)
    assert chunks == [BYE]


def test_many_publishers_lose_nothing() -> None:
    stream = Stream(1, ring_size=5000)
    page = opened(stream)
    next(page)

    def publish(name: int) -> None:
        for number in range(500):
            stream.publish("order" if number % 2 else "quote", {"name": name, "n": number})

    writers = [threading.Thread(target=publish, args=(name,)) for name in range(4)]
    for writer in writers:
        writer.start()
    found = read(page, 2000)
    for writer in writers:
        writer.join()
    assert [int(name.rpartition("-")[2]) for name, _, _ in found] == list(range(1, 2001))
    for name in range(4):
        assert [p["n"] for _, _, p in found if p["name"] == name] == list(range(500))
    stream.close()


def test_the_payload_is_taken_as_it_is_when_published(stream: Stream) -> None:
    page = opened(stream)
    next(page)
    payload = {"text": "one\ntwo\r\ndata: three"}
    stream.publish("order", payload)
    payload["text"] = "changed later"
    assert read(page, 1)[0][2] == {"text": "one\ntwo\r\ndata: three"}


def test_events_without_any_page_start_no_thread() -> None:
    stream = Stream(1)
    before = threading.active_count()
    stream.publish("order", {})
    assert threading.active_count() == before
    assert stream.published == 1
    stream.close()


def test_a_look_that_began_earlier_is_never_told_after_a_later_one(stream: Stream) -> None:
    page = opened(stream)
    assert read(page, 1)[0][1] == "hello"
    states = iter(["waiting", "connected"])
    others: list[threading.Thread] = []

    def look() -> dict[str, Any]:
        found = {"state": next(states)}
        if not others:  # while this one is looking, another thread has news too
            others.append(threading.Thread(target=stream.publish_newest, args=("status", look)))
            others[0].start()
            others[0].join(0.1)
        return found

    stream.publish_newest("status", look)
    others[0].join()
    told = [payload for _, _, payload in read(page, 2)]
    assert told == [{"state": "waiting"}, {"state": "connected"}]

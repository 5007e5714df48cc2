"""One user's stream, fed by the relay's events: their ids, gaps, resets and the status."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from relay.away import away_status
from relay.server_sent import NotEvents, ServerSent
from tests.fakes import NOW
from tests.relay.fake_relay import AGENT, AWAY, status_form
from tests.web.relay_worlds import events_in
from web.fed_stream import FedStream, Status
from web.stream_page import LiveStream, Page, Places


@dataclass
class Feeding:
    """A stream without a relay: a test says what is heard."""

    status: Status = field(default_factory=lambda: status_form() | {"agent": AGENT})
    asked: int = 0
    left: int = 0

    def __post_init__(self) -> None:
        self.stream = FedStream(Places(4), 2, self.ask, self.shown, self.on_left)
        self.stream.check_seconds = 0.01

    async def ask(self) -> Status:
        self.asked += 1
        return self.status

    def shown(self, status: Status, stream: LiveStream) -> Status:
        return {"shown": status["mode"], "agent": status["agent"], "cap": stream.cap}

    def on_left(self, stream: FedStream) -> None:
        self.left += 1

    def hears(self, event_id: str, kind: str, data: object = None) -> None:
        event = ServerSent(event_id, kind, orjson.dumps(data or {}))
        asyncio.run(self.stream.heard(event))

    def hello(self, event_id: str) -> None:
        self.hears(event_id, "hello", {"agent": AGENT})

    def page(self, last_event_id: str = "") -> Page:
        page = self.stream.open(last_event_id, lambda reset: {"reset": reset})
        assert page is not None
        return page


@pytest.fixture
def feeding() -> Any:
    feeding = Feeding()
    yield feeding
    feeding.stream.close()


def read(page: Page, chunks: int = 1) -> list[tuple[str, str]]:
    """(id, event) of what the page reads next."""
    data = b"".join(next(page) for _ in range(chunks))
    return [(event_id, kind) for event_id, kind, _ in events_in(data)]


def test_events_keep_the_relays_ids(feeding: Feeding) -> None:
    feeding.hello("boot-41")
    page = feeding.page()
    assert read(page) == [("boot-41", "hello")]
    feeding.hears("boot-42", "order", {"a": 1})
    feeding.hears("boot-43", "quote")
    assert read(page) == [("boot-42", "order"), ("boot-43", "quote")]
    assert feeding.stream.resumes_after() == "boot-43"


def test_data_is_passed_on_as_it_is(feeding: Feeding) -> None:
    feeding.hello("b-1")
    page = feeding.page()
    next(page)
    feeding.hears("b-2", "order", {"price": 228.1})
    assert events_in(next(page)) == [("b-2", "order", '{"price":228.1}')]


def test_a_page_goes_on_at_another_worker(feeding: Feeding) -> None:
    feeding.stream.begin_after("boot-7")
    assert feeding.stream.resumes_after() == "boot-7"
    feeding.hello("boot-7")
    feeding.hears("boot-8", "order")
    page = feeding.page("boot-7")
    assert b'"reset":false' in next(page)
    assert read(page) == [("boot-8", "order")]


def test_what_the_relay_no_longer_has_is_a_reset(feeding: Feeding) -> None:
    feeding.stream.begin_after("boot-7")
    page = feeding.page("boot-7")
    feeding.hello("boot-99")
    feeding.hears("boot-99", "reset")
    assert b'"reset":true' in next(page) + next(page)
    feeding.hears("boot-100", "order")
    assert read(page) == [("boot-100", "order")]


@pytest.mark.parametrize("other", ["boot-5", "boot-99", "other-3"])
def test_a_gap_is_a_reset_for_every_open_page(feeding: Feeding, other: str) -> None:
    feeding.hello("boot-1")
    page = feeding.page()
    next(page)
    feeding.hears("boot-2", "order")
    next(page)
    feeding.hears(other, "order")
    assert b'"reset":true' in next(page)


@pytest.mark.parametrize("last_event_id", ["boot-6", "old-2", "", "junk", "boot--1", "b\n-1"])
def test_what_is_not_in_the_ring_begins_with_a_reset(feeding: Feeding, last_event_id: str) -> None:
    feeding.stream.begin_after(last_event_id)
    feeding.hello("boot-9")
    page = feeding.page("old-3")
    assert b'"reset":true' in next(page)


def test_news_of_the_agent_are_the_whole_status(feeding: Feeding) -> None:
    feeding.hello("b-1")
    page = feeding.page()
    next(page)
    feeding.status = away_status("gone", AWAY, NOW)
    feeding.hears("b-2", "agent", AWAY)
    ((event_id, kind, text),) = events_in(next(page))
    assert (event_id, kind) == ("b-2", "status")
    assert orjson.loads(text) == {"shown": "paper", "agent": AWAY, "cap": 2}
    assert feeding.asked == 1


def test_a_whole_status_of_the_agent_is_not_asked_again(feeding: Feeding) -> None:
    feeding.hello("b-1")
    page = feeding.page()
    next(page)
    feeding.hears("b-2", "status", status_form(mode="live"))
    ((_, kind, text),) = events_in(next(page))
    assert (kind, orjson.loads(text)["shown"]) == ("status", "live")
    assert orjson.loads(text)["agent"] == AGENT
    assert feeding.asked == 0


def test_a_status_without_a_shape_is_asked_for(feeding: Feeding) -> None:
    feeding.hello("b-1")
    feeding.hears("b-2", "status", {"state": "connected"})
    assert feeding.asked == 1


def test_a_relay_that_is_lost_shows_at_once_and_again_when_it_is_back(feeding: Feeding) -> None:
    feeding.hello("b-1")
    page = feeding.page()
    next(page)
    asyncio.run(feeding.stream.lost())
    ((event_id, kind, text),) = events_in(next(page))
    assert (event_id, kind) == ("", "status")
    assert orjson.loads(text)["agent"] is None
    feeding.hello("b-1")
    ((event_id, kind, text),) = events_in(next(page))
    assert (kind, orjson.loads(text)["agent"]) == ("status", AGENT)
    feeding.hears("b-2", "order")
    assert read(page) == [("b-2", "order")]


def test_before_the_first_word_a_loss_is_no_news(feeding: Feeding) -> None:
    asyncio.run(feeding.stream.lost())
    assert feeding.stream.published == 0


def test_the_relays_bye_is_not_the_desks(feeding: Feeding) -> None:
    feeding.hello("b-1")
    feeding.hears("", "bye")
    assert feeding.stream.resumes_after() == "b-1"


@pytest.mark.parametrize("event_id", ["", "b", "b-x", "-1", "b-1-2"])
def test_an_event_without_an_id_is_no_event(feeding: Feeding, event_id: str) -> None:
    feeding.hello("b-1")
    with pytest.raises(NotEvents):
        feeding.hears(event_id, "order")


def test_an_agent_that_is_no_json_is_no_event(feeding: Feeding) -> None:
    feeding.hello("b-1")
    with pytest.raises(NotEvents):
        asyncio.run(feeding.stream.heard(ServerSent("b-2", "agent", b"{")))


def test_a_page_that_goes_is_told(feeding: Feeding) -> None:
    page = feeding.page()
    assert feeding.stream.places.taken == 1
    page.close()
    assert (feeding.left, feeding.stream.places.taken) == (1, 0)

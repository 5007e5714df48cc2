"""What nodes say to each other comes out as it went in."""

from __future__ import annotations

import pytest

from relay.answers import Answer, Result, Unknown
from relay.directory import Entry, News
from relay.node_forms import answer_form, answer_of, news_form, news_of, picture_of
from tests.relay.hubs_for_tests import HubWorld
from trading.refusals import AgentNotConnected, Busy, TradingError, Undelivered


@pytest.mark.parametrize(
    "answer",
    [
        Result('{"price":0.1000000000000000000001}', True, "own"),
        Result("null", False, "feed-7"),
        Unknown("ui-1"),
        Unknown(None),
    ],
)
def test_an_answer_passes_as_it_is(answer: Answer) -> None:
    assert answer_of(*answer_form(answer)) == answer


@pytest.mark.parametrize(
    "error",
    [
        AgentNotConnected("Start it"),
        Undelivered("too late", code="expired"),
        Busy("too much", 7),
        TradingError("a mistake", sent="unknown"),
    ],
)
def test_an_error_passes_with_what_was_sent(error: TradingError) -> None:
    read = answer_of(*answer_form(error))
    assert isinstance(read, type(error))
    assert (read.sentence, read.sent, read.code) == (error.sentence, error.sent, error.code)


def test_news_pass_and_a_row_shows_what_pages_show() -> None:
    world = HubWorld()
    world.join("alice")
    news = News("a1", "node-1", 7, Entry("alice", 3, True, world.hub.row("alice")))
    assert news_of(news_form(news)) == news
    assert picture_of(news.entry.row) == world.hub.agent("alice")

"""Feeds of other nodes: fetched when somebody reads, kept in step, and left when they move."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial

import pytest

from relay.directory import Entry, Place
from relay.feed import Feed
from relay.mirrors import Mirrors, split
from relay.post import Answer, Head, Post
from tests.relay.buses_for_tests import Switchboard
from tests.relay.hubs_for_tests import HubWorld
from tests.relay.nodes_for_tests import until

TOKEN = "a secret of desk and relay, long enough"


class Case:
    """This node, the home of alice's feed and another; `asked` is what those two were asked."""

    def __init__(self) -> None:
        board, self.world = Switchboard(), HubWorld()
        self.home: Place | None = Place("home", "node-2", Entry("alice", 1, False, {}))
        self.feed, self.asked = Feed("far"), list[Head]()
        self.overtaking = 0  # events that arrive before an answer that left before them
        self.mirrors = Mirrors(
            Post(board.bus(), TOKEN, "this", Counter()), self.world.hub, lambda user: self.home
        )
        for node in ("home", "elsewhere"):
            post = Post(board.bus(), TOKEN, node, Counter())
            post.open(lambda *_: None, lambda *_: None, partial(self._called, node))

    @property
    def here(self) -> Feed:
        return self.world.hub.feed("alice")

    def send(self, events: list[bytes], sender: str = "home") -> None:
        place = {"boot": self.feed.boot, "last": self.feed.last}
        self.mirrors.heard({"from": sender, "user": "alice", **place}, b"".join(events))

    def is_same(self) -> bool:
        same = (self.here.boot, self.here.last) == (self.feed.boot, self.feed.last)
        return same and self.here.kept() == self.feed.kept()

    def _called(self, node: str, head: Head, _body: bytes, answer: Answer) -> None:
        self.asked.append({**head, "node": node})
        place = {"boot": self.feed.boot, "last": self.feed.last}
        answer(place, b"".join(self.feed.kept()))
        for _ in range(self.overtaking):
            self.overtaking -= 1
            self.feed.publish("order", self.feed.last)
            self.send(self.feed.kept()[-1:])


async def test_a_feed_is_fetched_once_with_its_name_and_numbers() -> None:
    case = Case()
    case.feed.publish("order", {"text": "line\nline"})
    assert await case.mirrors.feed("alice") is case.here and case.is_same()
    await case.mirrors.feed("alice")
    assert len(case.asked) == 1


async def test_what_the_home_sends_is_added_and_what_came_already_is_not() -> None:
    case = Case()
    await case.mirrors.feed("alice")
    for number in range(3):
        case.feed.publish("order", number)
        case.send(case.feed.kept()[-1:])
        case.send(case.feed.kept()[-2:])
    assert case.is_same() and len(case.asked) == 1


async def test_a_gap_is_fetched() -> None:
    case = Case()
    await case.mirrors.feed("alice")
    case.feed.publish("order", 1)
    case.feed.publish("order", 2)
    case.send(case.feed.kept()[-1:])
    await case.mirrors.feed("alice")
    assert case.is_same() and len(case.asked) == 2


@pytest.mark.parametrize("untold", [0, 1])
async def test_an_event_that_overtakes_the_answer_to_a_fetch_is_not_lost(untold: int) -> None:
    case = Case()
    case.here.subscribe(lambda: None)
    await case.mirrors.feed("alice")
    for number in range(untold):
        case.feed.publish("order", number)
    case.overtaking = 1
    case.mirrors.renew()
    await case.mirrors.feed("alice")
    assert case.is_same()


async def test_only_the_home_is_heard() -> None:
    case = Case()
    await case.mirrors.feed("alice")
    case.feed.publish("order", 1)
    case.send(case.feed.kept(), sender="another")
    assert case.here.last == 0
    case.home = None  # the agent has come to this node
    case.send(case.feed.kept())
    assert case.here.last == 0


async def test_nobody_reads_and_nothing_is_fetched_nor_kept() -> None:
    case = Case()
    assert not case.mirrors.changed("alice")
    assert case.asked == [] and case.world.hub.readers("alice") == 0
    await case.mirrors.feed("alice")
    case.mirrors.renew()
    assert len(case.mirrors) == 0


async def test_what_is_read_is_asked_for_again_with_what_is_here() -> None:
    case = Case()
    case.here.subscribe(lambda: None)
    assert not case.mirrors.changed("alice")
    await case.mirrors.feed("alice")
    case.feed.publish("order", 1)
    case.mirrors.renew()
    await case.mirrors.feed("alice")
    assert case.is_same()
    assert [head["boot"] for head in case.asked][1:] == ["far"]


async def test_a_home_that_is_lost_is_said_once() -> None:
    case = Case()
    case.here.subscribe(lambda: None)
    await case.mirrors.feed("alice")
    case.home = None
    assert case.mirrors.changed("alice")
    assert not case.mirrors.changed("alice")
    await case.mirrors.stop()


def test_a_batch_is_split_into_its_events() -> None:
    feed = Feed("far")
    for number in range(3):
        feed.publish("order", {"text": f"{number}\n\n"})
    assert split(b"".join(feed.kept())) == feed.kept() and split(b"") == []


async def test_a_move_that_is_heard_right_after_a_fetch_is_followed() -> None:
    case = Case()

    def move() -> None:
        case.here.unsubscribe(soon)
        case.home = Place("elsewhere", "node-3", Entry("alice", 2, False, {}))
        case.mirrors.changed("alice")

    def soon() -> None:
        asyncio.get_running_loop().call_soon(move)

    case.here.subscribe(soon)
    case.here.subscribe(lambda: None)
    await case.mirrors.feed("alice")
    await until(lambda: len(case.asked) == 2, "the other node is asked too")
    assert [head["node"] for head in case.asked] == ["home", "elsewhere"]

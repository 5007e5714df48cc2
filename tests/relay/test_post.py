"""The nodes' post: who reads what, and what is dropped."""

from __future__ import annotations

import asyncio
from collections import Counter
from decimal import Decimal

import pytest

from relay.bus import NotSent, NoWord
from relay.post import SPOILED, Answer, Head, Post
from tests.relay.buses_for_tests import Switchboard

TOKEN = "a secret of desk and relay, long enough"


class Office:
    """A node's post that notes what comes in, and echoes calls."""

    def __init__(self, board: Switchboard, boot: str, token: str = TOKEN) -> None:
        self.counts: Counter[str] = Counter()
        self.all: list[Head] = []
        self.events: list[tuple[Head, bytes]] = []
        self.bus = board.bus()
        self.post = Post(self.bus, token, boot, self.counts)
        self.post.open(
            lambda head, body: self.all.append(head),
            lambda head, body: self.events.append((head, body)),
            self.called,
        )

    def called(self, head: Head, body: bytes, answer: Answer) -> None:
        answer({"asked by": head["from"], "what": head["do"]}, body)


async def test_a_call_is_answered_with_head_and_body() -> None:
    board = Switchboard()
    one, _two = Office(board, "1"), Office(board, "2")
    head, body = await one.post.call("2", {"do": "echo"}, b"line\nline")
    assert (head, body) == ({"asked by": "1", "what": "echo"}, b"line\nline")


async def test_a_node_that_is_not_there_is_not_sent_and_a_question_has_no_answer() -> None:
    one = Office(Switchboard(), "1")
    with pytest.raises(NotSent):
        await one.post.call("2", {"do": "echo"})
    assert await one.post.ask("2", {"do": "echo"}) is None


async def test_whoever_waits_hears_that_the_node_gives_up() -> None:
    board = Switchboard()
    one, _two = Office(board, "1"), Office(board, "2")
    board.drops = lambda subject: True
    with pytest.raises(NoWord):
        await one.post.call("2", {"do": "echo"}, seconds=0.01)


def test_news_reach_all_and_events_one() -> None:
    board = Switchboard()
    one, two, three = (Office(board, boot) for boot in "123")
    one.post.tell_all({"n": Decimal("0.10")})
    one.post.tell_events("3", {"user": "alice"}, b"event\n\n")
    assert one.all == two.all == three.all == [{"n": 0.1}]
    assert (two.events, three.events) == ([], [({"user": "alice"}, b"event\n\n")])


async def test_what_another_installation_says_is_dropped() -> None:
    board = Switchboard()
    one, two = Office(board, "1"), Office(board, "2")
    one.post.tell_all({"n": 1})
    [(subject, sealed)] = board.sent
    board.send(subject, sealed[:-1] + b"!")
    board.send(subject, b"")
    assert two.all == [{"n": 1}] and two.counts[SPOILED] == 2
    stranger = Office(board, "3", token="another secret " * 3)
    stranger.post.tell_all({"n": 2})
    assert two.all == [{"n": 1}]


async def test_an_answer_to_another_call_is_no_answer() -> None:
    board = Switchboard()
    one, _two = Office(board, "1"), Office(board, "2")
    await one.post.call("2", {"do": "echo"})
    old = next(data for subject, data in board.sent if subject.startswith("inbox"))
    board.drops = lambda subject: subject.startswith("inbox")

    def replay(data: bytes, reply: str) -> None:
        board.drops = lambda subject: False
        board.send(reply, old)

    _two.bus.listeners["ibrelay." + one.post._seals.name + ".node.2"] = replay
    with pytest.raises(NoWord):
        await one.post.call("2", {"do": "echo"})


async def test_an_answer_that_could_not_leave_does_so_when_the_link_is_up() -> None:
    board = Switchboard()
    one, two = Office(board, "1"), Office(board, "2")
    answers: list[Answer] = []
    door = Post(two.bus, TOKEN, "2", Counter())
    door.open(lambda *_: None, lambda *_: None, lambda head, body, answer: answers.append(answer))
    asked = asyncio.create_task(one.post.call("2", {"do": "wait"}))
    await asyncio.sleep(0)
    two.bus.is_up = False
    answers[0]({"late": True}, b"")
    assert not asked.done()
    two.bus.is_up = True
    for told in two.bus.told:
        told()
    assert (await asked)[0] == {"late": True}

"""Asking another node: what each trouble means for the one who asks."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from relay.answers import Answer, Unknown
from relay.directory import Directory, Entry
from relay.node_asking import NodeAsking
from relay.node_forms import answer_form
from relay.operations import OPERATIONS
from relay.post import Answer as Reply
from relay.post import Head, Post
from tests.relay.buses_for_tests import Switchboard
from tests.relay.hubs_for_tests import HubWorld
from trading.refusals import AgentNotConnected, Busy, NoAnswer, TradingError

TOKEN = "a secret of desk and relay, long enough"
CHANGES = ["place-order", "modify-order", "dismiss-order", "unfreeze"]
ORDERS = [*CHANGES, "cancel-order", "cancel-all", "freeze"]


class Case:
    """This node, and others which know an agent of alice; `asked` is what reached them."""

    def __init__(self, *others: str, shares: bool = False) -> None:
        self.board, self.world = Switchboard(), HubWorld()
        self.asked: list[tuple[str, Head]] = []
        self.errors: dict[str, TradingError] = {}
        self.bus = self.board.bus()
        post = Post(self.bus, TOKEN, "this", Counter())
        self.directory = Directory(lambda user: None, post.give_up)
        self.asking = NodeAsking(self.world.hub, post, self.directory, lambda: 1_000.0)
        for epoch, boot in enumerate(others, 1):
            self._other(boot, Entry("alice", epoch, shares, {"connected": True}))

    async def ask(self, operation: str, user: str = "alice", **args: Any) -> Answer:
        return await self.asking.ask(user, OPERATIONS[operation], args)

    def _other(self, boot: str, entry: Entry) -> None:
        self.directory.beat(boot, boot, 1, 0.0)
        self.directory.listed(boot, 1, [entry])
        post = Post(self.board.bus(), TOKEN, boot, Counter())

        def called(head: Head, _body: bytes, reply: Reply) -> None:
            self.asked.append((boot, head))
            if boot in self.errors:
                reply(*answer_form(self.errors[boot]))
            else:
                reply({"is": "result", "own": bool(head["user"]), "feed": boot}, b"1")

        post.open(lambda *_: None, lambda *_: None, called)


async def test_the_node_with_the_highest_epoch_is_asked_once() -> None:
    case = Case("a", "b")
    await case.ask("positions")
    [(boot, head)] = case.asked
    assert (boot, head["user"], head["epoch"]) == ("b", "alice", 2)
    assert (head["at"], head["until"]) == (1_000.0, 1_010.0)


async def test_an_agent_of_this_node_is_asked_here() -> None:
    case = Case("a")
    agent = case.world.join("alice")

    asked = asyncio.create_task(case.ask("positions"))
    await asyncio.sleep(0)
    agent.reply(agent.requests[0], 1)
    await asked
    assert case.asked == []


@pytest.mark.failure("F67")
@pytest.mark.parametrize("operation", [*ORDERS, "positions"])
async def test_a_node_that_is_gone_is_503_nothing_sent_and_not_asked_again(operation: str) -> None:
    case = Case("a")
    case.board.buses.pop()
    answer = await case.ask(operation)
    assert isinstance(answer, AgentNotConnected) and answer.sent == "no"
    sent = len(case.board.sent)
    assert isinstance(await case.ask(operation), AgentNotConnected)
    assert len(case.board.sent) == sent


@pytest.mark.parametrize("operation", [*ORDERS, "positions"])
async def test_without_a_link_nothing_is_sent_and_the_sentence_says_why(operation: str) -> None:
    case = Case("a")
    case.bus.is_up = False
    answer = await case.ask(operation)
    assert isinstance(answer, AgentNotConnected) and answer.sent == "no"
    assert "cannot reach the others" in (answer.text or "")


@pytest.mark.parametrize("operation", ORDERS)
async def test_an_order_whose_answer_is_lost_is_unknown(operation: str) -> None:

    case = Case("a")
    case.board.drops = lambda subject: True
    asked = asyncio.create_task(case.ask(operation, clientOrderId="ui-1"))
    await asyncio.sleep(0)
    case.asking.stop()
    assert await asked == Unknown("ui-1")


async def test_a_read_whose_answer_is_lost_may_be_asked_again() -> None:

    case = Case("a")
    case.board.drops = lambda subject: True
    asked = asyncio.create_task(case.ask("positions"))
    await asyncio.sleep(0)
    case.asking.stop()
    answer = await asked
    assert isinstance(answer, AgentNotConnected) and answer.sent == "no"


async def test_a_node_that_stops_asks_nobody_any_more() -> None:
    case = Case("a")
    case.asking.stop()
    with pytest.raises(AgentNotConnected):
        await case.ask("place-order")
    assert case.asked == []


@pytest.mark.parametrize("error", [Busy("enough to do"), AgentNotConnected()])
async def test_a_quote_is_asked_elsewhere_when_it_is_proven_that_nobody_took_it(
    error: TradingError,
) -> None:
    case = Case("a", "b", shares=True)
    case.errors = {"a": error}
    for _ in range(8):
        await case.ask("stock-quote", "charlie")
    assert {boot for boot, _ in case.asked} == {"a", "b"}
    assert all(head["user"] == "" and "charlie" not in repr(head) for _, head in case.asked)


async def test_a_quote_without_an_answer_is_not_asked_again() -> None:
    case = Case("a", "b", shares=True)
    case.errors = {"a": NoAnswer("silence"), "b": NoAnswer("silence")}
    assert isinstance(await case.ask("stock-quote", "charlie"), NoAnswer)
    assert len(case.asked) == 1


async def test_nobody_shares() -> None:
    case = Case("a")
    with pytest.raises(AgentNotConnected):
        await case.ask("stock-quote", "charlie")
    assert case.asked == []

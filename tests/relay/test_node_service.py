"""What a node does when another asks: once, in time, for the right epoch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from relay.directory import Entry
from relay.followers import Followers
from relay.messages import json_text
from relay.node_service import MOST_BYTES, MOST_LISTED, REMEMBER_SECONDS, NodeService
from relay.post import Head
from tests.relay.hubs_for_tests import HubWorld

NOW = 1_000_000.0
ORDER = {"body": {"clientOrderId": "ui-1"}}


@dataclass
class Case:
    """A node with a hub; `said` is what it answered."""

    world: HubWorld = field(default_factory=HubWorld)
    said: list[tuple[Head, bytes]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    wall: float = NOW

    def __post_init__(self) -> None:
        self.followers = Followers(lambda *sent: None, lambda: None)
        self.service = NodeService(
            self.world.hub,
            self.followers,
            lambda: (7, self.entries),
            lambda: self.wall,
            self.world.clock,
        )

    def call(self, do: str, body: bytes = b"", **head: Any) -> None:
        values = {"do": do, "call": "c-1", "from": "other", "user": "alice"}
        self.service.called(values | head, body, lambda *said: self.said.append(said))

    def ask(self, operation: str, args: Any = None, **head: Any) -> None:
        times = {"at": NOW, "until": NOW + 10.0}
        values = {"operation": operation, "epoch": 1} | times | head
        self.call("ask", json_text(args or {}).encode(), **values)

    @property
    def error(self) -> Any:
        [(head, _)] = self.said
        return head["form"]


def test_an_order_reaches_the_agent_with_the_time_that_is_left() -> None:
    case = Case()
    agent = case.world.join("alice")
    case.wall = NOW + 4
    case.ask("place-order", ORDER)
    [request] = agent.requests
    assert (request.ttl, request.args) == (6_000, ORDER)
    agent.reply(request, {"state": "filled"})
    assert case.said == [({"is": "result", "own": True, "feed": ""}, b'{"state":"filled"}')]


@pytest.mark.failure("F60")
@pytest.mark.parametrize("operation", ["place-order", "cancel-order"])
def test_what_comes_twice_is_done_once_and_answered_once(operation: str) -> None:
    case = Case()
    agent = case.world.join("alice")
    case.ask(operation)
    case.wall = NOW + 11  # too late by now: still no word that contradicts the first
    case.ask(operation)
    assert len(agent.requests) == 1 and case.said == []
    agent.reply(agent.requests[0])
    assert len(case.said) == 1
    case.world.clock.now += REMEMBER_SECONDS
    case.ask(operation, call="c-2")
    assert len(case.service._done) == 1


def test_a_read_that_comes_twice_may_be_asked_twice() -> None:
    case = Case()
    agent = case.world.join("alice")
    case.ask("positions")
    case.ask("positions")
    assert len(agent.requests) == 2


@pytest.mark.failure("F59")
@pytest.mark.parametrize("operation", ["place-order", "modify-order", "cancel-order", "freeze"])
def test_what_comes_too_late_is_not_begun(operation: str) -> None:
    case = Case()
    agent = case.world.join("alice")
    case.wall = NOW + 10
    case.ask(operation)
    assert agent.requests == []
    assert (case.error["kind"], case.error["code"]) == ("Undelivered", "expired")
    assert case.error["sent"] == "no"


@pytest.mark.parametrize("behind", [2.1, 3600.0])
def test_an_order_from_the_future_is_refused_since_nobody_could_say_if_it_is_late(
    behind: float,
) -> None:
    case = Case()
    agent = case.world.join("alice")
    case.wall = NOW - behind
    case.ask("place-order")
    assert agent.requests == [] and case.error["sent"] == "no"
    case.ask("cancel-order", call="c-2")
    assert [request.op for request in agent.requests] == ["cancel-order"]
    assert agent.requests[0].ttl == 10_000


def test_another_epoch_is_not_the_agent_that_was_meant() -> None:
    case = Case()
    agent = case.world.join("alice", epoch=5)
    case.ask("place-order", epoch=4)
    assert agent.requests == [] and case.error["kind"] == "AgentNotConnected"
    assert case.error["sent"] == "no"


def test_a_quote_for_nobody_in_particular_goes_to_one_that_shares() -> None:
    case = Case()
    agent = case.world.join("bob", shares=True, feed="feed-7")
    case.ask("stock-quote", user="", epoch=0)
    agent.reply(agent.requests[0], {"last": 1})
    assert agent.requests[0].user == ""
    assert case.said[0][0] == {"is": "result", "own": False, "feed": "feed-7"}


def test_a_private_operation_without_a_user_finds_nobody() -> None:
    case = Case()
    agent = case.world.join("bob", shares=True)
    case.ask("positions", user="", epoch=0)
    assert agent.requests == [] and case.error["kind"] == "AgentNotConnected"


def test_arguments_that_are_not_json_are_refused() -> None:
    case = Case()
    case.world.join("alice")
    times = {"at": NOW, "until": NOW + 10.0}
    case.call("ask", b"{", operation="place-order", epoch=1, **times)
    assert case.error["kind"] == "Refused"


def test_a_result_that_no_message_holds_is_an_error() -> None:
    case = Case()
    agent = case.world.join("alice")
    case.ask("orders")
    agent.reply(agent.requests[0], "x" * MOST_BYTES)
    assert case.error["kind"] == "NoAnswer"


def test_a_list_comes_in_pages() -> None:
    case = Case()
    users = [f"user-{number:04}" for number in range(MOST_LISTED + 1)]
    case.entries = [Entry(user, 1, False, {"connected": True}) for user in reversed(users)]
    case.call("list", after="")
    case.call("list", after=users[MOST_LISTED - 1])
    (first, _), (second, _) = case.said
    assert [entry["user"] for entry in first["entries"]] == users[:-1]
    assert [entry["user"] for entry in second["entries"]] == users[-1:]
    assert (first["number"], first["more"], second["more"]) == (7, True, False)


def test_who_follows_gets_what_it_has_not() -> None:
    case = Case()
    agent = case.world.join("alice")
    agent.event(1, n=1)
    agent.event(2, n=2)
    feed = case.world.hub.feed("alice")
    case.call("follow", boot="", last=0)
    case.call("follow", boot=feed.boot, last=feed.last - 1)
    place = {"boot": feed.boot, "last": feed.last}
    assert case.said == [(place, b"".join(feed.kept())), (place, feed.kept()[-1])]
    assert len(case.followers) == 1


def test_a_mirror_is_nobodys_home() -> None:
    case = Case()
    case.world.hub.feed("alice").mirror("elsewhere", 3, [])
    case.call("follow", boot="", last=0)
    assert case.said[0][0]["boot"] == "" and len(case.followers) == 0


def test_agent_knock_and_take_over_ask_the_hub() -> None:
    case = Case()
    case.world.join("alice", "one")
    case.call("agent")
    assert case.said[0][0] == {"agent": case.world.hub.agent("alice")}
    who: dict[str, Any] = {"instance": "two", "label": "another"}
    case.call("knock", **who)
    assert case.said[1][0] == {"may": False}
    assert "another" in case.world.hub.agent("alice")["reason"]
    case.call("take-over")
    case.call("knock", **who)
    assert case.said[3][0] == {"may": True}

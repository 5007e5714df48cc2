"""What a node does for the others: asks its own agents, and tells what it knows of them.

An order that comes twice is done once, one that comes too late not at all. Whoever asked hears "not
sent" only when that is certain: what came before already stays without a second answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from relay.answers import Answer
from relay.clock import steady_seconds
from relay.directory import Entry
from relay.feed import Feed
from relay.followers import Followers
from relay.hub import Hub
from relay.messages import MAX_FRAME, Hello
from relay.node_forms import answer_form, entry_form
from relay.operations import OPERATIONS, Operation
from relay.post import Answer as Reply
from relay.post import Head
from trading.refusals import AgentNotConnected, NoAnswer, TradingError, Undelivered
from trading.strict_json import parse_json

# By so much the clocks of two nodes may differ. NTP keeps them within milliseconds.
SKEW_SECONDS = 2.0
# For so long an order's id is known again; longer than anybody waits for one.
REMEMBER_SECONDS = 60.0
MOST_LISTED = 1_000
# Of the largest message that NATS takes unless it is told otherwise (max_payload).
MOST_BYTES = MAX_FRAME - 4 * 1024

TOO_LATE = "It came too late from another relay node and was not begun. Nothing was sent."
CLOCKS = "The clocks of the relay's nodes differ. Nothing was sent; tell who runs the relay."
MOVED = "It has just moved to another node of the relay. Nothing was sent; try again."
TOO_LARGE = "The answer is too large to pass between two nodes of the relay"


class NodeService:
    """Answers one node's calls. `entries` are its own agents, `number` its last news."""

    def __init__(
        self,
        hub: Hub,
        followers: Followers,
        listing: Callable[[], tuple[int, list[Entry]]],
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = steady_seconds,
    ) -> None:
        self._hub, self._followers, self._listing = hub, followers, listing
        self._wall, self._clock = wall, clock
        self._done: dict[str, float] = {}  # orders by id, until when they are remembered
        self._calls: dict[str, Callable[[Head, bytes, Reply], None]] = {
            "ask": self._ask,
            "knock": self._knock,
            "take-over": self._take_over,
            "agent": self._agent,
            "list": self._list,
            "follow": self._follow,
        }

    def called(self, head: Head, body: bytes, reply: Reply) -> None:
        self._calls[head["do"]](head, body, reply)

    def _ask(self, head: Head, body: bytes, reply: Reply) -> None:
        operation = OPERATIONS[head["operation"]]

        def told(answer: Answer) -> None:
            form, result = answer_form(answer)
            if len(result) > MOST_BYTES:
                form, result = answer_form(NoAnswer(TOO_LARGE))
            reply(form, result)

        if operation.is_order and self._was_here(head["call"]):
            self._hub.counts["orders that came twice"] += 1
            return
        try:
            ttl = self._seconds_left(operation, head)
            self._refuse_other_epoch(head)
            self._hub.ask(head["user"], operation, parse_json(body), told, ttl)
        except TradingError as error:
            told(error)

    def _was_here(self, call: str) -> bool:
        now = self._clock()
        while self._done and next(iter(self._done.values())) <= now:
            del self._done[next(iter(self._done))]
        if call in self._done:
            return True
        self._done[call] = now + REMEMBER_SECONDS
        return False

    def _seconds_left(self, operation: Operation, head: Head) -> float:
        """Within how many seconds the agent must begin. Raises Undelivered."""
        if not operation.is_order:
            return operation.delivery_seconds
        now = self._wall()
        left: float = head["until"] - now
        if left <= 0:
            self._hub.counts["orders that came too late"] += 1
            raise Undelivered(TOO_LATE, code="expired")
        if operation.kind == "order" and head["at"] > now + SKEW_SECONDS:
            self._hub.counts["orders from a clock that is ahead"] += 1
            raise Undelivered(CLOCKS, code="expired")
        return min(left, operation.delivery_seconds)

    def _refuse_other_epoch(self, head: Head) -> None:
        user = head["user"]
        if user and self._hub.epoch_of(user) != head["epoch"]:
            raise AgentNotConnected(MOVED)

    def _knock(self, head: Head, _body: bytes, reply: Reply) -> None:
        user, hello = head["user"], _hello(head)
        self._hub.knock(user, hello, lambda may: reply({"may": may}, b""))

    def _take_over(self, head: Head, _body: bytes, reply: Reply) -> None:
        self._hub.take_over(head["user"])
        reply({}, b"")

    def _agent(self, head: Head, _body: bytes, reply: Reply) -> None:
        reply({"agent": self._hub.agent(head["user"])}, b"")

    def _list(self, head: Head, _body: bytes, reply: Reply) -> None:
        """The agents whose users' names come after `after`, a thousand at most."""
        number, entries = self._listing()
        wanted = sorted((e for e in entries if e.user > head["after"]), key=lambda e: e.user)
        page = [entry_form(entry) for entry in wanted[:MOST_LISTED]]
        more = len(wanted) > MOST_LISTED
        reply({"number": number, "entries": page, "more": more}, b"")

    def _follow(self, head: Head, _body: bytes, reply: Reply) -> None:
        feed = self._hub.feed(head["user"])
        if feed.is_mirror:
            reply({"boot": "", "last": 0}, b"")
            return
        self._followers.follow(head["from"], head["user"], feed, self._clock())
        events = _missing(feed, head)
        reply({"boot": feed.boot, "last": feed.last}, b"".join(events))


def _missing(feed: Feed, head: dict[str, Any]) -> list[bytes]:
    """What the other node does not have yet, or all that is kept."""
    events = feed.after(head["last"]) if head["boot"] == feed.boot else None
    return feed.kept() if events is None else events


def _hello(head: Head) -> Hello:
    return Hello(head["instance"], "", "", "paper", label=head["label"])

"""What waits to be told to the relay: events by number, replies, and what must be told again.

Sans-I/O: it holds and chooses, `agent/conversation.py` sends. Everything in it is bounded. What is
told again and again anyway (quotes, positions, the status) has a place of its own, so that a busy
market never pushes out what happened to an order. What was pushed out leaves a gap in the numbers,
which the relay sees: pages then fetch everything again.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping
from typing import Any

from relay.messages import Event, Frame, Pong, Reply

MOST_FACTS = 1500
MOST_REPEATED = 500
MOST_REPLIES = 256
REPEATED = frozenset({"quote", "position", "pnl", "account", "status"})

Told = tuple[int, str, Mapping[str, Any]]  # number, kind, data


class Ring:
    """Events of one sort, oldest first: those that were sent already, and those that were not."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._sent: deque[Told] = deque()
        self._waiting: deque[Told] = deque()

    def add(self, told: Told) -> int:
        """Returns how many events were pushed out that nobody has heard: 0 or 1."""
        self._waiting.append(told)
        if len(self._sent) + len(self._waiting) <= self._most:
            return 0
        if self._sent:
            self._sent.popleft()
            return 0
        self._waiting.popleft()
        return 1

    def next_number(self) -> int | None:
        return self._waiting[0][0] if self._waiting else None

    def take(self) -> Told:
        told = self._waiting.popleft()
        self._sent.append(told)
        return told

    def resume(self, seen: int) -> None:
        """Everything after that number waits again."""
        known = [*self._sent, *self._waiting]
        self._sent.clear()
        self._waiting = deque(told for told in known if told[0] > seen)


class Outbox:
    """It belongs to the link's loop."""

    def __init__(self) -> None:
        self.lost = 0  # events that were pushed out before any relay was told of them
        self._last = 0
        self._facts, self._repeated = Ring(MOST_FACTS), Ring(MOST_REPEATED)
        self._kept: OrderedDict[str, Reply] = OrderedDict()  # of orders and exits
        self._acked: set[str] = set()  # of those that are kept
        self._replies: OrderedDict[str, Reply] = OrderedDict()  # that wait to be sent
        self._pong: int | None = None

    @property
    def waiting_replies(self) -> int:
        return len(self._replies)

    def add_event(self, kind: str, data: Mapping[str, Any]) -> None:
        self._last += 1
        ring = self._repeated if kind in REPEATED else self._facts
        self.lost += ring.add((self._last, kind, data))

    def skip(self, events: int) -> None:
        """So many events were missed before they had a number."""
        self._last += events
        self.lost += events

    def add_reply(self, reply: Reply, *, keeps: bool) -> None:
        """`keeps`: until it is acked it is sent again after a reconnect."""
        if keeps:
            self._keep(reply)
        self._replies[reply.id] = reply

    def repeat(self, request_id: str) -> bool:
        """Send a kept reply again; False when there is none."""
        reply = self._kept.get(request_id)
        if reply is not None:
            self._replies[request_id] = reply
        return reply is not None

    def add_pong(self, time: int) -> None:
        """Of several pings the newest is answered."""
        self._pong = time

    def ack(self, request_id: str) -> None:
        """The reply stays at hand for the same request, should it come twice."""
        if request_id in self._kept:
            self._acked.add(request_id)

    def resume(self, seen: int) -> None:
        """A new connection: what it must hear again. Reads of the old one are nobody's now."""
        unheard = [reply for name, reply in self._kept.items() if name not in self._acked]
        self._replies = OrderedDict((reply.id, reply) for reply in unheard)
        self._facts.resume(seen)
        self._repeated.resume(seen)
        self._pong = None

    def next(self, epoch: int) -> Frame | None:
        """The frame to send now, or None: pongs, then replies, then events in their order."""
        if self._pong is not None:
            time, self._pong = self._pong, None
            return Pong(time)
        if self._replies:
            _, reply = self._replies.popitem(last=False)
            return Reply(reply.id, epoch, reply.result, reply.error)
        numbers = [
            (number, ring)
            for ring in (self._facts, self._repeated)
            if (number := ring.next_number()) is not None
        ]
        if not numbers:
            return None
        number, kind, data = min(numbers, key=lambda one: one[0])[1].take()
        return Event(number, epoch, kind, data)

    def _keep(self, reply: Reply) -> None:
        self._kept[reply.id] = reply
        if len(self._kept) > MOST_REPLIES:
            oldest = next((name for name in self._kept if name in self._acked), None)
            # Without an ack the order's own events and the journal still tell what happened.
            oldest = oldest or next(iter(self._kept))
            del self._kept[oldest]
            self._acked.discard(oldest)
            self._replies.pop(oldest, None)

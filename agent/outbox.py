"""What waits to be told to the relay: events, replies, and what must be told again.

Sans-I/O: it holds and chooses, `agent/conversation.py` sends. Everything in it is bounded. What is
told again and again anyway (quotes, positions, the status) is a whole picture each time: until it
is sent only the newest picture waits, and it never pushes out what happened to an order. An event
gets its number when it is first sent. What had to be left out makes a gap in the numbers, which the
relay sees: pages then fetch everything again.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from relay.messages import Event, Frame, Pong, Reply

MOST_SENT = 2000  # events that may have to be sent again
MOST_FACTS = 1500
MOST_PICTURES = 500
MOST_REPLIES = 256

Data = Mapping[str, Any]

# Kind of event -> of what it is a whole picture: a newer one of the same replaces it.
PICTURES: dict[str, Callable[[Data], Hashable]] = {
    "status": lambda data: "status",
    "account": lambda data: ("account", data["account"]),
    "pnl": lambda data: ("pnl", data["account"]),
    "position": lambda data: ("position", data["account"], data["contract"]["conId"]),
    "quote": lambda data: ("quote", data["contract"]["conId"], data["symbol"]),
    # Each of a chain's events is a picture of its own: it never pushes out an order's.
    "chain": lambda data: (data["id"], data["stage"], data["seconds"], str(data["cells"][:1])),
    "bar": lambda data: ("bar", data["contract"]["conId"], *_bar_of(data)),
}


def _bar_of(data: Data) -> tuple[Hashable, ...]:
    """Which bar of which kind; one that ends the kind is a picture of its own."""
    time = data["bar"]["time"] if data["bar"] else None
    return data["barSize"], data["what"], data["rth"], time


class Outbox:
    """It belongs to the link's loop."""

    def __init__(self) -> None:
        self.lost = 0  # events that no relay was told of
        self._last = 0  # number of the newest event that was sent or left out
        self._facts: deque[tuple[str, Data]] = deque()
        self._pictures: OrderedDict[Hashable, tuple[str, Data]] = OrderedDict()
        self._sent: deque[tuple[int, str, Data]] = deque(maxlen=MOST_SENT)
        self._again: deque[tuple[int, str, Data]] = deque()
        self._kept: OrderedDict[str, Reply] = OrderedDict()  # of orders and exits
        self._acked: set[str] = set()  # of those that are kept
        self._replies: OrderedDict[str, Reply] = OrderedDict()  # that wait to be sent
        self._pong: int | None = None

    @property
    def waiting_replies(self) -> int:
        return len(self._replies)

    @property
    def has_events(self) -> bool:
        return bool(self._again or self._facts or self._pictures)

    def add_event(self, kind: str, data: Data) -> None:
        picture_of = PICTURES.get(kind)
        if picture_of is None:
            self._facts.append((kind, data))
            if len(self._facts) > MOST_FACTS:
                self._facts.popleft()
                self.leave_out(1)
            return
        key = picture_of(data)
        self._pictures.pop(key, None)
        self._pictures[key] = kind, data
        if len(self._pictures) > MOST_PICTURES:
            self._pictures.popitem(last=False)
            self.leave_out(1)

    def leave_out(self, events: int) -> None:
        """So many events are told to nobody: the next number shows it."""
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
        self._again = deque(told for told in self._sent if told[0] > seen)
        self._pong = None

    def next(self, epoch: int, *, events: bool = True) -> Frame | None:
        """The frame to send now, or None: pongs, then replies, then, if wanted, events."""
        if self._pong is not None:
            time, self._pong = self._pong, None
            return Pong(time)
        if self._replies:
            _, reply = self._replies.popitem(last=False)
            return Reply(reply.id, epoch, reply.result, reply.error)
        if not events or not self.has_events:
            return None
        number, kind, data = self._again.popleft() if self._again else self._first_time()
        return Event(number, epoch, kind, data)

    def _first_time(self) -> tuple[int, str, Data]:
        """What happened goes before what only looks different now."""
        if self._facts:
            kind, data = self._facts.popleft()
        else:
            _, (kind, data) = self._pictures.popitem(last=False)
        self._last += 1
        told = self._last, kind, data
        self._sent.append(told)
        return told

    def _keep(self, reply: Reply) -> None:
        self._kept[reply.id] = reply
        if len(self._kept) > MOST_REPLIES:
            oldest = next((name for name in self._kept if name in self._acked), None)
            # Without an ack the order's own events and the journal still tell what happened.
            oldest = oldest or next(iter(self._kept))
            del self._kept[oldest]
            self._acked.discard(oldest)

"""One client's session, without its socket: bytes in, frames out.

May not touch sockets or the state file, and answers nothing but the handshake and startApi itself:
each request goes to the handler that the hub's table names for it.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Container
from typing import TYPE_CHECKING

from paper_gateway import replies
from paper_gateway.answers import answer
from paper_gateway.bad_frames import with_bad_text
from paper_gateway.inbox import WAIT, Inbox
from paper_gateway.login import greet, start
from paper_gateway.notices import text_of
from paper_gateway.requests import (
    PLACE_ORDER,
    START_API,
    MalformedRequest,
    decode_request,
)
from paper_gateway.rules import invalid
from paper_gateway.tail import KEPT_BYTES
from paper_gateway.tickets import decode_ticket
from paper_gateway.timers import Timer
from paper_gateway.times import ib_time
from paper_gateway.wire import (
    FieldError,
    FrameReader,
    WireError,
    frame,
    negotiate,
    parse_hello,
    split_fields,
)

if TYPE_CHECKING:
    from paper_gateway.followed import Followed
    from paper_gateway.hub import Hub

logger = logging.getLogger(__name__)

UNREADABLE = 320
TOO_FAST = 100
TOO_MANY = 101
# What IB's own clients call a version that does not fit; which code TWS sends is not known.
UNSUPPORTED_VERSION = 506
# TWS closes a session that was told so often that it sends too fast.
MAX_TOO_FAST = 3
# The bounds of one client's memory are ours: TWS documents none. What is read and not yet handled,
# what is answered and has not left in one step, and what repeats until it is cancelled.
MAX_WAITING_BYTES = 16 * 1024 * 1024
MAX_UNSENT_BYTES = 64 * 1024 * 1024
MAX_STREAMS = 1000
# placeOrder, cancelOrder, reqGlobalCancel: what the lag of orders is about.
_ORDER_MESSAGES = (b"3\0", b"4\0", b"58\0")

StreamKey = tuple[str, int]


class Session:
    """State of one connection. ``version`` is 0 until the handshake, ``client_id`` None until
    startApi. Frames to send collect in the outbox; the server takes them.

    ``is_closing``: nothing more is read or said, the socket closes when the outbox has left.
    ``is_cut``: it closes at once, whatever was to leave. ``is_gone``: the socket is lost, and what
    was read from it is still handled."""

    def __init__(self, hub: Hub, peer: str) -> None:
        self.hub = hub
        self.peer = peer
        self.version = 0
        self.client_id: int | None = None
        self.connected_at = hub.clock()
        self.is_closing = False
        self.is_cut = False
        self.is_gone = False
        self.is_greeted = False
        self.is_cut_off = False
        """The network to the client is dead in both directions, and neither end has been told."""
        self.market_data_type = 1
        self.wants_positions = False
        self.followed: dict[StreamKey, Followed] = {}
        """What the subscriptions to accounts are about."""
        self.silent_orders: set[int] = set()
        """Order ids about which a drill keeps silent."""
        self._reader = FrameReader()
        self._inbox = Inbox(hub.timers, self._seconds_for, self._take, self._drained)
        self._too_fast = 0
        self._is_ended = False
        self._outbox: list[bytes] = []
        self._unsent_bytes = 0
        self._streams: dict[StreamKey, Timer] = {}

    def __str__(self) -> str:
        return f"client {self.client_id} at {self.peer}"

    # Output

    def send(self, data: bytes) -> None:
        if self.is_closing or self.is_gone or self.is_cut_off:
            return
        if self.hub.drills.bad_text:
            data = with_bad_text(data, self.hub.drills.bad_text)
        self.hub.tail.note(self.hub.clock(), self.client_id, "out", data[4 : 4 + KEPT_BYTES])
        self._outbox.append(data)
        self.hub.has_output(self)
        self._unsent_bytes += len(data)
        if self._unsent_bytes > MAX_UNSENT_BYTES:
            self.expel(f"its requests have more than {MAX_UNSENT_BYTES} bytes of answers")
            self.drop()

    def send_error(self, req_id: int, code: int, text: str) -> None:
        self.send(replies.error(req_id, code, text))

    def refuse(self, req_id: int, cause: str) -> None:
        """321 with a cause: the request was read but makes no sense."""
        refusal = invalid(cause)
        self.send_error(req_id, refusal.code, refusal.text)

    @property
    def unsent(self) -> int:
        """How many frames are in the outbox."""
        return len(self._outbox)

    def revise(self, start: int, change: Callable[[list[bytes]], list[bytes]]) -> None:
        """Change the frames of the outbox from number ``start`` on."""
        self._outbox[start:] = change(self._outbox[start:])

    def take_output(self) -> bytes:
        data = b"".join(self._outbox)
        self._outbox.clear()
        self._unsent_bytes = 0
        return data

    def close(self) -> None:
        """Send what is in the outbox, then nothing more; the server closes the socket."""
        if not self.is_closing:
            self.is_closing = True
            self.hub.has_output(self)
            self._inbox.clear()
            self.stop_all()
            self._end_if_gone()

    def expel(self, reason: str) -> None:
        """Close a session that cannot go on; one line in the log says why."""
        logger.warning("%s dropped: %s", self, reason)
        self.close()

    def drop(self) -> None:
        """Nothing of what is in the outbox leaves; the server cuts the socket."""
        self._outbox.clear()
        self.is_cut = True
        self.close()

    def cut_off(self) -> None:
        """Nothing arrives or leaves any more, and the socket stays open."""
        self._outbox.clear()
        self.is_cut_off = True
        self.stop_all()

    def lose_socket(self) -> None:
        """The socket is gone: end the session when all that was read is handled."""
        if self.is_gone:
            return
        self.is_gone = True
        self._outbox.clear()
        self.stop_all()
        if not self.version:
            self._inbox.clear()
        self._end_if_gone()

    def _end_if_gone(self) -> None:
        if self.is_gone and not self._inbox and not self._is_ended:
            self._is_ended = self.is_closing = True
            self.stop_all()
            self.hub.ended(self)

    # Streams: what repeats until it is cancelled

    def every(self, key: StreamKey, seconds: float, action: Callable[[], None]) -> None:
        """Repeat ``action`` at whole multiples of ``seconds``; replaces a stream of that key."""

        def run() -> None:
            plan()
            action()

        def plan() -> None:
            now = self.hub.clock()
            when = (math.floor(now / seconds) + 1) * seconds
            self._streams[key] = self.hub.timers.at(when, run)

        self.stop(key)
        if len(self._streams) >= MAX_STREAMS:
            self.send_error(key[1], TOO_MANY, text_of(TOO_MANY))
            self.expel(f"more than {MAX_STREAMS} subscriptions")
            return
        plan()

    def has_stream(self, key: StreamKey) -> bool:
        return key in self._streams

    def streams(self, kind: str) -> list[int]:
        """The request ids of the streams of one kind."""
        return [key[1] for key in self._streams if key[0] == kind]

    def stop(self, key: StreamKey) -> bool:
        """End a stream; False when there is none."""
        timer = self._streams.pop(key, None)
        if timer is not None:
            timer.cancel()
        self.followed.pop(key, None)
        return timer is not None

    def stop_all(self, kinds: Container[str] | None = None) -> None:
        """End every stream, or those of some kinds."""
        for key in list(self._streams):
            if kinds is None or key[0] in kinds:
                self.stop(key)

    # Input

    def receive(self, data: bytes) -> None:
        """Take bytes from the socket, however they are split, and answer what they complete."""
        if self.is_closing or self.is_cut_off:
            return
        messages = self._reader.feed(data)
        if self.client_id is not None:
            messages = [message for message in messages if self._may_come(self.client_id)]
        self._inbox.put(messages)
        if self._inbox.size > MAX_WAITING_BYTES:
            self.expel(f"more than {MAX_WAITING_BYTES} bytes of its requests wait")

    def go_on(self) -> None:
        """The drill that held up the login may be over."""
        self._inbox.run()
        greet(self)

    def _may_come(self, client_id: int) -> bool:
        """Count a message; False when it comes too fast for the pacing limit."""
        counters = self.hub.counters
        count = counters.rate(client_id).count(counters.rate_clock())
        limit = self.hub.drills.pacing_limit
        if self.is_closing or not limit or count <= limit:
            return True
        self.send_error(-1, TOO_FAST, text_of(TOO_FAST))
        self._too_fast += 1
        if self._too_fast >= MAX_TOO_FAST:
            self.expel(f"told {MAX_TOO_FAST} times that it sends too fast")
        return False

    def _seconds_for(self, message: bytes) -> float:
        """How long the message takes before it is handled."""
        drills = self.hub.drills
        if not self.version and drills.login == "silent":
            return WAIT
        milliseconds = drills.slow_ms
        if drills.delay_orders_ms and message.startswith(_ORDER_MESSAGES):
            milliseconds += drills.delay_orders_ms
        return milliseconds / 1000

    def _take(self, message: bytes) -> None:
        if self.is_closing:
            return
        if self.version:
            self._take_message(message)
        else:
            self._take_hello(message)

    def _drained(self) -> None:
        if self._reader.fault is not None and not self.is_closing:
            self._refuse_bytes(self._reader.fault)
        self._end_if_gone()

    def _refuse_bytes(self, reason: str) -> None:
        if not self.version:
            # A client that waits for the server's version still shows an error message.
            self.send_error(-1, UNSUPPORTED_VERSION, reason)
        self.expel(reason)

    def _take_hello(self, hello: bytes) -> None:
        try:
            self.version = negotiate(*parse_hello(hello))
        except WireError as error:
            self._refuse_bytes(str(error))
            return
        self.send(frame(self.version, ib_time(self.hub.clock())))

    def _take_message(self, data: bytes) -> None:
        self.hub.tail.note(self.hub.clock(), self.client_id, "in", data)
        try:
            fields = split_fields(data)
            if not fields:
                raise MalformedRequest("", -1, "Empty message")
            self._dispatch(fields)
        except MalformedRequest as error:
            text = f"Error reading request. Message id={error.message_id}. {error.reason}"
            self.send_error(error.req_id, UNREADABLE, text)
        except FieldError as error:
            self.send_error(-1, UNREADABLE, f"Error reading request. {error}")

    def _dispatch(self, fields: list[str]) -> None:
        if fields[0] == str(PLACE_ORDER):
            self._place_order(fields)
            return
        request = decode_request(fields)
        self.hub.counters.count(request.message_id)
        if request.message_id == START_API:
            start(self, request)
        elif self.client_id is None:
            self.refuse(-1, "startApi must come before any other request")
        else:
            answer(self, request)

    def _place_order(self, fields: list[str]) -> None:
        self.hub.counters.count(PLACE_ORDER)
        if self.client_id is None:
            self.refuse(-1, "startApi must come before any other request")
            return
        ticket = decode_ticket(fields, self.version)
        if not ticket.what_if:
            self.hub.counters.count_order(self.client_id, ticket.order_ref)
        self.hub.order_faults.place(self, self.client_id, ticket)

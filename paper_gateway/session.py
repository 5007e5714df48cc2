"""One client's session, without its socket: bytes in, frames out.

May not touch sockets or the state file, and answers nothing but the handshake and startApi itself:
each request goes to the handler that the hub's table names for it.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from paper_gateway import replies
from paper_gateway.requests import (
    PLACE_ORDER,
    START_API,
    MalformedRequest,
    Request,
    decode_request,
)
from paper_gateway.rules import invalid
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
    from paper_gateway.account_values import Row
    from paper_gateway.hub import Hub

logger = logging.getLogger(__name__)

FARM_NOTICES = (
    (2104, "Market data farm connection is OK:usfarm.nj"),
    (2104, "Market data farm connection is OK:usfuture"),
    (2104, "Market data farm connection is OK:cashfarm"),
    (2104, "Market data farm connection is OK:usfarm"),
    (2106, "HMDS data farm connection is OK:euhmds"),
    (2106, "HMDS data farm connection is OK:fundfarm"),
    (2106, "HMDS data farm connection is OK:ushmds"),
    (2158, "Sec-def data farm connection is OK:secdefil"),
)
UNREADABLE = 320

StreamKey = tuple[str, int]


class Session:
    """State of one connection. ``version`` is 0 until the handshake, ``client_id`` None until
    startApi. Frames to send collect in the outbox; the server takes them."""

    def __init__(self, hub: Hub, peer: str) -> None:
        self.hub = hub
        self.peer = peer
        self.version = 0
        self.client_id: int | None = None
        self.connected_at = hub.clock()
        self.is_closing = False
        self.market_data_type = 1
        self.wants_positions = False
        self.sent_rows: dict[StreamKey, dict[tuple[str, str], Row]] = {}
        """Account rows last told, by subscription, so that updates hold only changes."""
        self.summary_tags: dict[int, list[str]] = {}
        self._reader = FrameReader()
        self._outbox: list[bytes] = []
        self._streams: dict[StreamKey, Timer] = {}

    def __str__(self) -> str:
        return f"client {self.client_id} at {self.peer}"

    # Output

    def send(self, data: bytes) -> None:
        if not self.is_closing:
            self._outbox.append(data)
            self.hub.has_output(self)

    def send_error(self, req_id: int, code: int, text: str) -> None:
        self.send(replies.error(req_id, code, text))

    def refuse(self, req_id: int, cause: str) -> None:
        """321 with a cause: the request was read but makes no sense."""
        refusal = invalid(cause)
        self.send_error(req_id, refusal.code, refusal.text)

    def take_output(self) -> bytes:
        data = b"".join(self._outbox)
        self._outbox.clear()
        return data

    def close(self) -> None:
        """Send what is in the outbox, then nothing more; the server closes the socket."""
        if not self.is_closing:
            self.is_closing = True
            self.hub.has_output(self)
            self.stop_all()

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
        self.sent_rows.pop(key, None)
        return timer is not None

    def stop_all(self) -> None:
        for key in list(self._streams):
            self.stop(key)

    # Input

    def receive(self, data: bytes) -> None:
        """Take bytes from the socket, however they are split, and answer what they complete."""
        for each in self._reader.feed(data):
            if self.is_closing:
                return
            if self.version:
                self._take_message(each)
            else:
                self._take_hello(each)
        if self._reader.fault is not None and not self.is_closing:
            logger.warning("%s dropped: %s", self, self._reader.fault)
            self.close()

    def _take_hello(self, hello: bytes) -> None:
        try:
            self.version = negotiate(*parse_hello(hello))
        except WireError as error:
            logger.warning("%s refused: %s", self, error)
            # A client waiting for the server's version still shows an error message.
            self.send_error(-1, 501, str(error))
            self.close()
            return
        self.send(frame(self.version, ib_time(self.hub.clock())))

    def _take_message(self, data: bytes) -> None:
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
            self._start(request)
        elif self.client_id is None:
            self.refuse(-1, "startApi must come before any other request")
        else:
            self.hub.handlers[request.message_id](self, request)

    def _place_order(self, fields: list[str]) -> None:
        self.hub.counters.count(PLACE_ORDER)
        if self.client_id is None:
            self.refuse(-1, "startApi must come before any other request")
            return
        ticket = decode_ticket(fields, self.version)
        if not ticket.what_if:
            self.hub.counters.count_order(self.client_id, ticket.order_ref)
        self.hub.exchange.place(self.client_id, ticket)

    def _start(self, request: Request) -> None:
        client_id = request["client_id"]
        if self.client_id is not None:
            self.refuse(-1, "the API is already started")
            return
        if client_id < 0:
            self.refuse(-1, "Invalid client id")
            self.close()
            return
        if not self.hub.claim(client_id, self):
            self.close()
            return
        self.client_id = client_id
        logger.info("%s connected, version %s", self, self.version)
        self.send(replies.managed_accounts(self.hub.account.name))
        self.send(replies.next_valid_id(self.hub.book.next_order_id(client_id)))
        for code, text in FARM_NOTICES:
            self.send_error(-1, code, text)

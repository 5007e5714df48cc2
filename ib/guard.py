"""The socket to TWS, guarded: what leaves is checked, what comes can neither stall nor flood us.

ib_async 2.1.0 writes whatever string it is given, so that a NUL in one field shifts all fields
behind it; it buffers a frame of any length; and an error while a message is read loses the rest of
the packet. This file knows bytes, fields and time; it may not know what a message means.
"""
# mypy: allow-untyped-calls
# (the methods of ib_async that are extended here have no annotations)

from __future__ import annotations

import asyncio
import logging
import math
import re
import socket
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from numbers import Number
from typing import Any

import ib_async
from eventkit.event import Event
from ib_async.client import Client
from ib_async.connection import Connection
from ib_async.util import UNSET_DOUBLE, UNSET_INTEGER

log = logging.getLogger(__name__)

PLACE_ORDER = "3"  # message ids, as they stand on the wire
NEXT_VALID_ID = "9"
MANAGED_ACCOUNTS = "15"

MAX_FIELD = 4096  # characters; the longest field that the desk has a use for is far shorter
MAX_FRAME = 0xFFFFFF  # bytes; MAX_MSG_LEN of IB's own client
HEADER = 4  # bytes of length before each frame
MAX_REASON = 300  # characters of an error's text that travel on
SHORTEST_WAIT = 0.001  # seconds; ib_async sends a hair after a place becomes free

# ib_async's words for "not set" and "no limit"; every other number must print like this.
PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?")
INFINITE = "Infinite"


class UnsafeMessage(ValueError):
    """A message that TWS would not read as it was meant; nothing of it has been sent."""


class BrokenStream(Exception):
    """What comes cannot be the TWS protocol any more; the text is a sentence for a person."""


# What leaves.


def encode(fields: Iterable[Any], *, is_unset_empty: bool = True) -> str:
    """One message as ib_async writes it: texts that each end with NUL, without its length.

    Raises UnsafeMessage for a string that is not printable ASCII of at most 4096 characters, and
    for a number that is not finite or would be written with an exponent. Legal markers are
    ib_async's own: unset numbers (an empty field) and positive infinity ("Infinite").
    """
    texts: list[str] = []
    kinds = TEXTS if is_unset_empty else TEXTS_WITH_UNSET
    for field in fields:
        convert = kinds.get(type(field))
        if convert:
            texts.append(convert(field))
        elif isinstance(field, ib_async.Contract):
            texts += [_any_text(getattr(field, name)) for name in CONTRACT_FIELDS]
        else:
            texts.append(_any_text(field))
    content = "".join(texts)  # one look at all of it: a NUL inside a field is not printable
    if not (content.isascii() and content.isprintable()) or len(content) > MAX_FIELD:
        _refuse_unsafe(texts)
    texts.append("")
    return "\0".join(texts)


def _refuse_unsafe(texts: Sequence[str]) -> None:
    for number, text in enumerate(texts):
        if len(text) > MAX_FIELD:
            raise UnsafeMessage(f"Field {number} of message {texts[0]} is longer than {MAX_FIELD}")
        if not (text.isascii() and text.isprintable()):
            raise UnsafeMessage(
                f"Field {number} of message {texts[0]} is not printable ASCII: {text[:40]!r}"
            )


def _plain(text: str) -> str:
    if not PLAIN_NUMBER.fullmatch(text):
        raise UnsafeMessage(f"{text[:40]} is not a number that TWS reads")
    return text


def _any_text(value: Any) -> str:
    return _plain(str(value)) if isinstance(value, Number) else str(value)


def _float_text(value: float) -> str:
    if value == UNSET_DOUBLE:
        return ""
    return INFINITE if value == math.inf else _plain(str(value))


def _float_text_with_unset(value: float) -> str:
    return str(value) if value == UNSET_DOUBLE else _float_text(value)


# How ib_async writes each type (`Client.send`).
TEXTS: dict[type, Callable[[Any], str]] = {
    str: lambda text: text,
    int: lambda number: "" if number == UNSET_INTEGER else str(number),
    bool: lambda flag: "1" if flag else "0",
    float: _float_text,
    Decimal: lambda number: _plain(str(number)),
    type(None): lambda _: "",
    list: lambda tags: "".join(f"{each.tag}={each.value};" for each in tags),
}
TEXTS_WITH_UNSET = TEXTS | {int: str, float: _float_text_with_unset}
CONTRACT_FIELDS = (
    "conId",
    "symbol",
    "secType",
    "lastTradeDateOrContractMonth",
    "strike",
    "right",
    "multiplier",
    "exchange",
    "primaryExchange",
    "currency",
    "localSymbol",
    "tradingClass",
)


def seconds_until_room(
    left: Iterable[float], queued: int, paces: Iterable[int], interval: float, now: float
) -> float:
    """How long until a new message may leave at once; 0 = now.

    `left` are the times of messages that have left, oldest first; `queued` more wait in front of
    the new one. No more than each of `paces` (0 = any number) may leave within `interval` seconds.
    """
    limits = [pace for pace in paces if pace]
    recent = [time for time in left if now - time <= interval]

    def next_place() -> float:
        return max((recent[-n] + interval for n in limits if len(recent) >= n), default=0.0)

    for _ in range(queued):
        recent.append(max(now, next_place()))
    free = next_place()
    return max(free - now, SHORTEST_WAIT) if free else 0.0


# What comes.


class Frames:
    """Collects bytes and hands out whole frames, whatever way the bytes are split."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[bytearray]:
        """The frames that `data` completes; BrokenStream for one longer than IB's client takes."""
        rest, start = self._rest, 0
        rest += data
        try:
            while len(rest) - start >= HEADER:
                length = int.from_bytes(rest[start : start + HEADER], "big")
                if length > MAX_FRAME:
                    raise BrokenStream(f"TWS announced a message of {length} bytes")
                end = start + HEADER + length
                if len(rest) < end:
                    break
                yield rest[start + HEADER : end]
                start = end
        finally:
            del rest[:start]


class Faults:
    """Errors in what TWS sent and in whoever hears it: counted, logged, told to the owner.

    Nothing is swallowed, and nothing floods: each kind is logged with its traceback the first, the
    tenth, the hundredth time, and so on.
    """

    def __init__(self) -> None:
        self.total = 0
        self.on_fault: Callable[[str], None] | None = None
        self._kinds: Counter[str] = Counter()

    def note(self, what: str, error: Exception | None = None) -> None:
        """`what` names the kind of fault: one of a few, so that the count stays small."""
        kind = f"{what}: {type(error).__name__}" if error else what
        self.total += 1
        self._kinds[kind] += 1
        times = self._kinds[kind]
        if times == 10 ** (len(str(times)) - 1):
            log.error("%s (seen %d times)", kind, times, exc_info=error)
        if self.on_fault:
            try:
                self.on_fault(f"{kind} {error or ''}".strip()[:MAX_REASON])
            except Exception:  # the owner's fault must not stop the messages behind this one
                log.exception("The owner of the connection could not hear of a fault")

    def watch(self, event: Event) -> None:
        """eventkit keeps the errors of an event's listeners to itself unless somebody asks."""
        if event.error_event is not None:
            event.error_event.connect(self._on_listener_error, keep_ref=True)

    def guard(self, function: Callable[[], object] | None, what: str) -> None:
        """Call the function; its error is a fault and goes no further."""
        if function:
            try:
                function()
            except Exception as error:  # noqa: BLE001 - noted, with its traceback
                self.note(what, error)

    def _on_listener_error(self, event: Event, error: Exception) -> None:
        self.note(f"A listener of {event.name()} failed", error)


class GuardedConnection(Connection):
    """ib_async's socket with keep-alive, so that a host that vanished is noticed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class GuardedClient(Client):
    """ib_async's client with our encoder and our way to take the stream apart.

    `on_broken` is told why the stream cannot go on; its owner ends the connection.
    """

    def __init__(self, wrapper: Any, faults: Faults, on_broken: Callable[[str], None]) -> None:
        super().__init__(wrapper)
        self._faults = faults
        self._on_broken = on_broken
        self._frames = Frames()
        self._never_sent: list[int] = []  # order ids that the last connection's end left behind
        self.conn = GuardedConnection()
        self.conn.hasData.connect(self._onSocketHasData, keep_ref=True)
        self.conn.disconnected.connect(self._onSocketDisconnected, keep_ref=True)
        for event in (self.conn.hasData, self.conn.disconnected):
            faults.watch(event)
        for name in self.events:
            faults.watch(getattr(self, name))

    async def connectAsync(
        self, host: str, port: int, clientId: int, timeout: float | None = 2.0
    ) -> None:
        """Greet TWS, until it has told its next order id and accounts; `timeout` for all of it.

        As ib_async does it, but for its `wait_for`, which in Python 3.11 loses a cancel that comes
        with the answer.
        """
        self._frames, self._never_sent = Frames(), []
        self.host, self.port, self.clientId = host, port, clientId
        self.connState = Client.CONNECTING
        versions = f"v{self.MinClientVersion}..{self.MaxClientVersion}".encode()
        try:
            async with asyncio.timeout(timeout or None):
                await self.conn.connectAsync(host, port)
                self.conn.sendMsg(b"API\0" + self._prefix(versions))
                await self.apiStart
        except BaseException:
            self.disconnect()
            raise

    def send(self, *fields: Any, makeEmpty: bool = True) -> None:
        if not self.isConnected():
            raise ConnectionError("Not connected")
        self.sendMsg(encode(fields, is_unset_empty=makeEmpty))

    def waiting_order_ids(self) -> list[int]:
        """Ids of placeOrder messages of which no byte was written, also after the socket's end.

        They are known until the next connection begins.
        """
        starts = (message.split("\0", 2) for message in self._msgQ)
        return self._never_sent + [int(start[1]) for start in starts if start[0] == PLACE_ORDER]

    def seconds_until_room(self, limit: int) -> float:
        paces = (self.MaxRequests, limit)
        now = asyncio.get_running_loop().time()
        return seconds_until_room(self._timeQ, len(self._msgQ), paces, self.RequestsInterval, now)

    def disconnect(self) -> None:
        self._never_sent = self.waiting_order_ids()  # `reset` empties the queue
        super().disconnect()

    def _onSocketDisconnected(self, msg: str) -> None:
        self._never_sent = self.waiting_order_ids()
        if self.connState == Client.CONNECTING:  # ib_async would wait on for a greeting
            msg = msg or "It hung up before it greeted"
        super()._onSocketDisconnected(msg)

    def _onSocketHasData(self, data: bytes) -> None:
        self._numBytesRecv += len(data)
        self._faults.guard(self._tcpDataArrived, "A packet could not be begun")
        try:
            for frame in self._frames.feed(data):
                self._numMsgRecv += 1
                self._on_frame(frame.decode(errors="backslashreplace").split("\0")[:-1])
        except BrokenStream as error:
            self._frames = Frames()
            self._on_broken(str(error))
        self._faults.guard(self._tcpDataProcessed, "A packet could not be ended")

    def _on_frame(self, fields: list[str]) -> None:
        if not fields:
            self._faults.note("TWS sent an empty message")
        elif self._apiReady:
            self.decoder.interpret(fields)
        elif not self._serverVersion and len(fields) == 2:
            self._on_greeting(fields[0])
        else:
            if self._serverVersion:
                self._on_start(fields)
            self.decoder.interpret(fields)

    def _on_greeting(self, version: str) -> None:
        try:
            number = int(version)
        except ValueError:
            raise BrokenStream("What answers there is not TWS: it names no version") from None
        if number < self.MinClientVersion:
            raise BrokenStream(f"This TWS is too old (server version {number})")
        self._serverVersion = self.decoder.serverVersion = number
        self.connState = Client.CONNECTED
        self.startApi()
        self.wrapper.connectAck()

    def _on_start(self, fields: list[str]) -> None:
        """The connection is ready once TWS has told its next order id and its accounts."""
        try:
            if fields[0] == NEXT_VALID_ID:
                self.updateReqId(int(fields[2]))
                self._hasReqId = True
            elif fields[0] == MANAGED_ACCOUNTS:
                self._accounts = [account for account in fields[2].split(",") if account]
        except (ValueError, IndexError):
            raise BrokenStream("TWS's greeting cannot be read") from None
        if self._hasReqId and self._accounts:
            self._apiReady = True
            self.apiStart.emit()

"""The stream through a wire: nothing unsafe leaves, and no bytes that come can stop it."""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ib.guard import MAX_FRAME, UnsafeMessage
from ib.wire import Wire
from tests.ib.wires import FakeListener, message, place, plug, start

GREETING = message("178", "20261120 14:31:02 UTC")
NEXT_ID, ACCOUNTS, TIME = message(9, 1, 7), message(15, 1, "DU1,DU2"), message(49, 1, 1_795_185_062)


@pytest.fixture
def listener() -> FakeListener:
    return FakeListener()


@pytest.fixture
async def wire(listener: FakeListener) -> Wire:
    """A wire that is connected to nothing."""
    return Wire(listener, listener)


# What leaves


@pytest.mark.parametrize(
    "fields", [{"tif": "DAY\0\0VICTIM"}, {"account": "ААРL"}, {"lmtPrice": float("nan")}]
)
async def test_an_unsafe_order_leaves_no_byte(wire: Wire, fields: dict[str, Any]) -> None:
    transport = plug(wire)
    with pytest.raises(UnsafeMessage):
        place(wire, 7, **fields)
    assert (transport.written, wire.queue_length()) == (b"", 0)


async def test_an_order_leaves_with_all_its_fields(wire: Wire) -> None:
    transport = plug(wire)
    place(wire, 7, lmtPrice=Decimal("228.1"), orderRef="ui-1")
    assert transport.written[4:].startswith(b"3\x007\x00265598\x00AAPL\0")
    assert transport.written.count(b"\0", 4) == 114


# What comes


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
async def test_a_greeting_in_pieces_of_any_size_makes_the_wire_ready(
    wire: Wire, listener: FakeListener, size: int
) -> None:
    plug(wire)
    wire.client._apiReady, wire.client._serverVersion = False, 0
    stream = GREETING + NEXT_ID + ACCOUNTS
    for at in range(0, len(stream), size):
        wire.client.conn.data_received(stream[at : at + size])
    assert (wire.client.isReady(), wire.client.getAccounts()) == (True, ["DU1", "DU2"])
    assert listener.told == [("next valid id", (7,))]


BAD = {
    "empty": message(),
    "no NUL": struct.pack(">I", 3) + b"abc",
    "no number": message("garbage", 1),
    "unknown kind": message(999, 1, 2),
    "too few fields": message(5, 1),
    "no number in a field": message(3, 7, "Filled", "x"),
    "control bytes": struct.pack(">I", 4) + b"\xff\x00\x1b\x00",
}


@pytest.mark.failure("F45")
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
@pytest.mark.parametrize("is_ready", [True, False])
async def test_what_follows_a_bad_message_in_the_same_packet_is_heard(
    wire: Wire, listener: FakeListener, bad: bytes, is_ready: bool
) -> None:
    transport, reasons = plug(wire), list[str]()
    wire.client._apiReady = is_ready
    wire.on_fault = reasons.append
    wire.client.conn.data_received(bad + message(4, 2, -1, 2104, "farm", "") + bad)
    assert listener.told == [("error", (-1, 2104, "farm"))]
    assert (wire.faults, len(reasons), transport.is_aborted) == (2, 2, False)


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (struct.pack(">I", MAX_FRAME + 1), "announced a message of 16777216 bytes"),
        (b"HTTP/1.1 400 Bad Request\r\n", "announced a message of 1213486160 bytes"),
        (message("no number", "now"), "is not TWS"),
        (message(100, "now"), "too old"),
        (GREETING + message(9, 1, "x"), "greeting cannot be read"),
        (GREETING + message(15, 1), "greeting cannot be read"),
    ],
)
async def test_what_cannot_be_tws_ends_the_connection_with_its_reason(
    wire: Wire, stream: bytes, words: str
) -> None:
    transport, reasons = plug(wire), list[str]()
    wire.client._apiReady, wire.client._serverVersion = False, 0
    wire.on_broken = reasons.append
    request = start(wire, 5)
    wire.client.conn.data_received(stream + NEXT_ID)
    assert transport.is_aborted
    assert words in reasons[0]
    assert repr(request.exception()) == f"ConnectionError({reasons[0]!r})"


TEXT = st.text(max_size=5) | st.integers(-5, 200).map(str)
MESSAGES = st.lists(TEXT, max_size=12).map(lambda fields: message(*fields))
STREAMS = st.lists(st.binary(max_size=40) | MESSAGES | st.sampled_from([GREETING, NEXT_ID, TIME]))


@pytest.mark.failure("F45")
@given(STREAMS, st.booleans())
async def test_no_bytes_whatever_raise_an_error(pieces: list[bytes], is_ready: bool) -> None:
    wire = Wire(FakeListener(), FakeListener())
    plug(wire)
    wire.client._apiReady, wire.client._serverVersion = is_ready, 178 * is_ready
    for piece in pieces:
        wire.client._onSocketHasData(piece)
    assert wire.client._numBytesRecv == sum(map(len, pieces))


@pytest.mark.failure("F48")
async def test_names_that_are_no_text_are_shown_escaped(wire: Wire, listener: FakeListener) -> None:
    plug(wire)
    stream = message(4, 2, 7, 201, "na\x1bme ?", "").replace(b"?", b"\xff")
    wire.client.conn.data_received(stream)
    assert listener.told == [("error", (7, 201, "na\x1bme \\xff"))]
    assert wire.faults == 0


# Faults of whoever hears


class FailingListener(FakeListener):
    """Fails at an order's message, and hears all others."""

    def on_order_status(self, *arguments: Any) -> None:
        raise ValueError("a fault of the desk")


@pytest.mark.failure("F15")
async def test_an_error_of_whoever_hears_a_message_is_told_and_ends_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    listener, reasons = FailingListener(), list[str]()
    wire = Wire(listener, listener)
    wire.on_fault = reasons.append
    plug(wire)
    filled = message(3, 7, "Filled", 100, 0, 228.5, 9001, 0, 228.5, 1000, "", 0)
    wire.client.conn.data_received(filled + NEXT_ID)
    assert listener.told == [("next valid id", (7,))]
    assert reasons == [
        "Message 3 of TWS could not be handled: ValueError a fault of the desk",
    ]
    assert "in on_order_status" in caplog.text


@pytest.mark.failure("F15")
async def test_an_error_in_any_event_of_the_wire_is_a_fault(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: object) -> None:
        raise ValueError("a fault of the desk")

    events = [getattr(wire, name) for name in wire.events]
    events += [getattr(wire.client, name) for name in wire.client.events]
    for event in (*events, wire.client.conn.hasData, wire.client.conn.disconnected):
        event.clear()
        event += fail
        event.emit()
    assert wire.faults == len(events) + 2
    assert caplog.text.count("a fault of the desk") >= len(events) + 2

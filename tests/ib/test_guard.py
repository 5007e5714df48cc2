"""The guarded socket: what leaves is what TWS will read, and no bytes that come can stop us."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import ib_async
import pytest
from eventkit.event import Event
from hypothesis import given
from hypothesis import strategies as st
from ib_async.client import Client
from ib_async.util import UNSET_DOUBLE, UNSET_INTEGER

from ib.guard import (
    MAX_FIELD,
    MAX_FRAME,
    SHORTEST_WAIT,
    BrokenStream,
    Faults,
    Frames,
    UnsafeMessage,
    encode,
    seconds_until_room,
)

AAPL = ib_async.Contract(conId=265598, symbol="AAPL", secType="STK", exchange="SMART")
TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40)
NUMBERS = st.one_of(
    st.integers(-(2**31), 2**31 - 1),
    st.decimals(-(10**6), 10**6, places=4),
    st.floats(-1e6, 1e6).map(lambda value: round(value, 4)).filter(lambda v: "e" not in str(v)),
    st.sampled_from([UNSET_DOUBLE, UNSET_INTEGER, math.inf]),
)
TAGS = st.lists(st.builds(ib_async.TagValue, TEXTS, TEXTS), max_size=3)
CONTRACTS = st.builds(
    ib_async.Contract, symbol=TEXTS, conId=st.integers(0, 2**31 - 1), strike=st.just(101.5)
)
FIELDS = st.lists(st.one_of(TEXTS, NUMBERS, st.booleans(), st.none(), TAGS, CONTRACTS), min_size=1)


class Recorder(Client):
    """ib_async's own client, which keeps what it would send."""

    def __init__(self) -> None:
        super().__init__(object())  # type: ignore[no-untyped-call]
        self.connState = Client.CONNECTED
        self.messages: list[str] = []

    def sendMsg(self, msg: str) -> None:
        self.messages.append(msg)


def as_ib_async_writes(fields: list[Any], **options: Any) -> str:
    recorder = Recorder()
    recorder.send(*fields, **options)  # type: ignore[no-untyped-call]
    return recorder.messages[0]


def framed(*frames: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(frame)) + frame for frame in frames)


def read(frames: Frames, data: bytes) -> list[bytes]:
    return [bytes(frame) for frame in frames.feed(data)]


# What leaves


@given(FIELDS)
def test_a_message_is_written_as_ib_async_writes_it(fields: list[Any]) -> None:
    assert encode(fields) == as_ib_async_writes(fields)


@given(FIELDS)
def test_unset_numbers_are_written_out_where_ib_async_does(fields: list[Any]) -> None:
    assert encode(fields, is_unset_empty=False) == as_ib_async_writes(fields, makeEmpty=False)


def test_an_unset_number_is_an_empty_field_and_no_limit_is_a_word() -> None:
    fields = [3, UNSET_DOUBLE, UNSET_INTEGER, None, math.inf]
    assert encode(fields) == "3\0\0\0\0Infinite\0"


@pytest.mark.parametrize(
    "text",
    [
        "A\0B",
        "DAY\r\n",
        "A\tB",
        "\x1b[2J",
        "\x7f",
        "\x80",
        "ААРL",
        "A\u202eB",
        "x" * (MAX_FIELD + 1),
    ],
)
def test_a_string_that_tws_would_read_otherwise_is_refused(text: str) -> None:
    for field in (text, ib_async.Contract(symbol=text), [ib_async.TagValue("tag", text)]):
        with pytest.raises(UnsafeMessage, match="of message 3 is"):
            encode([3, 7, field])


def test_the_longest_string_passes_and_so_do_many_of_them() -> None:
    text = "x" * MAX_FIELD
    assert encode([3, text, text]) == f"3\0{text}\0{text}\0"


@pytest.mark.parametrize(
    "number",
    [
        *(math.nan, -math.inf, 1e22, 1e-7),
        *(Decimal(text) for text in ("NaN", "sNaN", "Infinity", "1E+3", "1E-7")),
    ],
    ids=str,
)
def test_a_number_that_is_not_plain_is_refused(number: Any) -> None:
    for field in (number, ib_async.Contract(strike=number)):
        with pytest.raises(UnsafeMessage, match="is not a number that TWS reads"):
            encode([3, 7, field])


def test_a_number_of_an_unknown_type_must_be_plain_too() -> None:
    class Half(float):
        """As numpy's numbers are."""

    assert encode([Half(0.5)]) == "0.5\0"
    with pytest.raises(UnsafeMessage):
        encode([Half(math.nan)])


# IB's pace


@pytest.mark.parametrize(
    ("left", "queued", "paces", "seconds"),
    [
        ([], 0, (45, 0), 0.0),
        ([10.0] * 44, 0, (45, 0), 0.0),
        ([9.75] * 45, 0, (45, 0), 0.75),
        ([8.0] * 45, 0, (45, 0), 0.0),
        ([9.5] * 10, 0, (45, 10), 0.5),
        ([9.5, 9.75], 0, (45, 1), 0.75),
        ([9.5] * 100, 0, (0, 0), 0.0),
        ([9.25, 9.5], 1, (2, 0), 0.5),
        ([9.25, 9.5], 2, (2, 0), 1.25),
        ([9.25, 9.5], 4, (2, 0), 2.25),
        ([9.0, 9.0], 0, (2, 0), SHORTEST_WAIT),
    ],
)
def test_the_time_until_there_is_room(
    left: list[float], queued: int, paces: tuple[int, int], seconds: float
) -> None:
    assert seconds_until_room(left, queued, paces, 1.0, 10.0) == seconds


# What comes


@pytest.mark.failure("F47")
@given(st.lists(st.binary(max_size=300)), st.lists(st.integers(0, 3000)))
def test_a_stream_reads_the_same_however_it_is_split(sent: list[bytes], cuts: list[int]) -> None:
    stream, frames = framed(*sent), Frames()
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    pieces = [stream[edges[n] : edges[n + 1]] for n in range(len(edges) - 1)]
    assert [frame for piece in pieces for frame in read(frames, piece)] == sent


@pytest.mark.failure("F47")
def test_a_stream_of_single_bytes_is_read() -> None:
    frames, sent = Frames(), [b"", b"a", b"bc" * 300]
    pieces = [bytes([byte]) for byte in framed(*sent)]
    assert [frame for piece in pieces for frame in read(frames, piece)] == sent


def test_a_frame_of_the_longest_length_is_read() -> None:
    whole = framed(bytes(MAX_FRAME))
    frames, pieces = Frames(), range(0, len(whole), 65536)
    (frame,) = [each for at in pieces for each in read(frames, whole[at : at + 65536])]
    assert len(frame) == MAX_FRAME


@pytest.mark.failure("F46")
@pytest.mark.parametrize("length", [MAX_FRAME + 1, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_frame_beyond_the_longest_is_refused_after_those_before_it(length: int) -> None:
    frames = Frames().feed(framed(b"first") + struct.pack(">I", length))
    assert next(frames) == b"first"
    with pytest.raises(BrokenStream, match=f"announced a message of {length} bytes"):
        next(frames)


# Faults


class Owner:
    """Remembers the reasons it was told, and fails when a test says so."""

    def __init__(self, error: Exception | None = None) -> None:
        self.reasons: list[str] = []
        self._error = error

    def on_fault(self, reason: str) -> None:
        self.reasons.append(reason)
        if self._error:
            raise self._error


def fail(*_arguments: object) -> None:
    raise ValueError("a fault of ours")


def test_a_fault_is_counted_and_told_each_time_but_logged_seldom(
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults, owner = Faults(), Owner()
    faults.on_fault = owner.on_fault
    for _ in range(150):
        faults.note("Something", ValueError("what it was"))
    faults.note("Something else")
    assert (faults.total, len(owner.reasons)) == (151, 151)
    assert owner.reasons[0] == "Something: ValueError what it was"
    assert [record.getMessage() for record in caplog.records] == [
        "Something: ValueError (seen 1 times)",
        "Something: ValueError (seen 10 times)",
        "Something: ValueError (seen 100 times)",
        "Something else (seen 1 times)",
    ]


def test_an_error_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    Faults().guard(fail, "A part")
    assert "a fault of ours" in caplog.text
    assert "Traceback" in caplog.text


def test_an_owner_that_fails_hears_the_next_fault_too(caplog: pytest.LogCaptureFixture) -> None:
    faults, owner = Faults(), Owner(ValueError("a fault of the owner"))
    faults.on_fault = owner.on_fault
    faults.note("first")
    faults.note("second")
    assert owner.reasons == ["first", "second"]
    assert "a fault of the owner" in caplog.text


def test_a_watched_event_hides_no_error(caplog: pytest.LogCaptureFixture) -> None:
    faults, event, heard = Faults(), Event("positionEvent"), Owner()
    faults.watch(event)
    listeners: list[Callable[..., None]] = [fail, heard.on_fault]
    for listener in listeners:
        event += listener
    event.emit("a position")
    assert (faults.total, heard.reasons) == (1, ["a position"])
    assert "A listener of positionEvent failed: ValueError" in caplog.text


def test_a_reason_that_travels_on_is_short() -> None:
    faults, owner = Faults(), Owner()
    faults.on_fault = owner.on_fault
    faults.note("Something", ValueError("x" * 5000))
    assert len(owner.reasons[0]) == 300

"""Bytes of both sides in, lines out, whatever is said."""

from hypothesis import given
from hypothesis import strategies as st

from paper_gateway.recording.lines import Event, Line, show
from paper_gateway.recording.recorder import MAX_LOOSE_BYTES, Recorder
from paper_gateway.recording.redaction import Redactor
from paper_gateway.wire import frame
from tests.paper_gateway.wire_client import HELLO, FakeClock

VERSION = frame(178, "20260105 10:00:00 US/Eastern")


class Listener(Recorder):
    """A recorder with a clock of its own that keeps its lines."""

    def __init__(self) -> None:
        self.clock = FakeClock(100.0)
        self.lines: list[Line] = []
        super().__init__(1, Redactor(), self.lines.append, self.clock, 100.0)

    def told(self) -> list[str]:
        """Every line in short."""
        return [f"{line.kind} {line.name} {show(line.content)}".rstrip() for line in self.lines]


def greeted(version: bytes = VERSION) -> Listener:
    """After the handshake, with nothing written so far."""
    listener = Listener()
    listener.client_said(HELLO)
    listener.server_said(version)
    listener.lines.clear()
    return listener


def test_a_handshake_and_what_follows_have_their_names() -> None:
    listener = Listener()
    listener.happened(Event.OPENED)
    listener.client_said(HELLO + frame(71, 2, 7, ""))
    listener.server_said(VERSION + frame(15, 1, "DU1234567") + frame(61, 3, "DU1234567"))
    assert listener.told() == [
        "* opened",
        "> hello v157..178",
        "> startApi 71|2|7||",
        "< serverVersion 178|20260105 10:00:00 US/Eastern|",
        "< managedAccounts 15|1|DU0000001|",
        "< position 61|3|DU0000001|",
    ]
    assert listener.version == 178


def test_time_counts_in_milliseconds_from_the_beginning_of_the_log() -> None:
    listener = greeted()
    listener.clock.now += 1.25
    listener.client_said(frame(61, 1))
    assert [line.at_ms for line in listener.lines] == [1250.0]


def test_a_frame_in_many_parts_is_one_line() -> None:
    listener = greeted()
    for byte in frame(61, 1):
        listener.client_said(bytes([byte]))
    assert listener.told() == ["> reqPositions 61|1|"]


def test_a_client_that_is_none_is_written_as_garbage() -> None:
    listener = Listener()
    listener.client_said(b"GET / HTTP/1.1\r\nHost: 192.168.1.20\r\n")
    assert listener.told() == [r">? garbage GET / HTTP/1.1\x0d\x0aHost: host1\x0d\x0a"]


def test_an_oversized_frame_is_written_as_such_with_all_that_follows() -> None:
    listener = greeted()
    listener.server_said(frame(49, 1, 5) + b"\x7f\xff\xff\xff" + b"49")
    listener.server_said(b"more")
    assert listener.told() == [
        "< currentTime 49|1|5|",
        r"<? oversized \x7f\xff\xff\xff49",
        "<? oversized more",
    ]


def test_of_much_garbage_only_the_beginning_is_written() -> None:
    listener = Listener()
    listener.client_said(b"x" * (MAX_LOOSE_BYTES + 1))
    (line,) = listener.lines
    assert (line.name, line.content) == ("garbage-cut", b"x" * MAX_LOOSE_BYTES)


def test_an_unknown_message_and_an_empty_one_are_lines_too() -> None:
    listener = greeted()
    listener.client_said(frame(9999, "x") + b"\0\0\0\0")
    assert listener.told() == ["> unknown 9999|x|", "> unknown"]


def test_a_half_frame_is_written_when_the_connection_ends() -> None:
    listener = greeted()
    listener.client_said(frame(61, 1)[:6])
    listener.ended()
    listener.ended()
    assert listener.told() == [r">? unfinished |||\x0561"]


def test_a_refusal_instead_of_a_version_is_an_ordinary_message() -> None:
    listener = Listener()
    listener.client_said(HELLO)
    listener.server_said(frame(4, 2, -1, 501, "too old", ""))
    assert listener.told()[1:] == ["< error 4|2|-1|501|too old||"]
    assert listener.version == 0


def test_binary_messages_are_named_and_not_kept() -> None:
    listener = greeted(frame(213, "20260105 10:00:00 US/Eastern"))
    body = (203).to_bytes(4, "big") + b"DU1234567"
    listener.client_said(len(body).to_bytes(4, "big") + body)
    assert listener.told() == ["* not-kept placeOrder of the client, 13 bytes, binary"]


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=60)), max_size=10))
def test_nothing_that_is_said_breaks_the_recorder(parts: list[tuple[bool, bytes]]) -> None:
    listener = greeted()
    for is_client, data in parts:
        (listener.client_said if is_client else listener.server_said)(data)
    listener.ended()
    assert all(str(line).isprintable() for line in listener.lines)


@given(st.lists(st.lists(st.text(max_size=6), min_size=1, max_size=8), max_size=6))
def test_no_fields_break_the_recorder(messages: list[list[str]]) -> None:
    listener = greeted()
    for fields in messages:
        listener.client_said(frame(*fields))
        listener.server_said(frame(*fields))
    assert len(listener.lines) == 2 * len(messages)

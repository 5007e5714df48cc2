"""A line of a wire log: any bytes in, one printable line, the same bytes out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_gateway.recording.lines import (
    Kind,
    Line,
    LineError,
    content_of,
    fields_of,
    parse_line,
    show,
    texts_of,
    unshow,
)
from paper_gateway.wire import frame


@given(st.binary(max_size=60))
def test_any_bytes_come_back_from_their_text(content: bytes) -> None:
    assert unshow(show(content)) == content


@given(st.text(max_size=40))
def test_any_text_comes_back_from_its_line(text: str) -> None:
    content = text.encode("utf-8", "surrogatepass")
    line = Line(12.3, 4, Kind.REPLY, "error", content)
    assert parse_line(str(line)) == line


@given(st.binary(max_size=60))
def test_a_line_is_one_printable_line(content: bytes) -> None:
    text = str(Line(0.0, 1, Kind.REQUEST, "unknown", content))
    assert text.isprintable()
    assert text == text.strip("\n")
    assert text.splitlines() == [text]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"61\x001\x00", "61|1|"),
        (b"v157..178", "v157..178"),
        (b"", ""),
        (b"\x00\x00", "||"),
        (b"a|b\x00", r"a\x7cb|"),
        (b"C:\\Jts\x00", r"C:\\Jts|"),
        (b"line\r\n\tend\x00", r"line\x0d\x0a\x09end|"),
        (b"\xff\xfe\x00", r"\xff\xfe|"),
        ("caf\u00e9 \u2028\u202e\x00".encode(), "caf\u00e9 \\u2028\\u202e|"),
        ("\U000e0001\x00".encode(), r"\U000e0001|"),
        (b" both ends ", r"\x20both ends\x20"),
    ],
)
def test_what_cannot_be_printed_is_escaped(content: bytes, text: str) -> None:
    assert show(content) == text
    assert unshow(text) == content


def test_a_line_names_time_connection_direction_message_and_fields() -> None:
    line = Line(1234.56, 2, Kind.REPLY, "position", b"61\x003\x00DU0000001\x00")
    assert str(line).split() == ["1234.6", "2", "<", "position", "61|3|DU0000001|"]


def test_a_line_that_was_read_knows_its_number_message_id_and_fields() -> None:
    line = parse_line("  2.0  1 >  placeOrder   3|17|||AAPL|", number=9)
    assert (line.number, line.at_ms, line.connection) == (9, 2.0, 1)
    assert (line.message_id, line.fields) == ("3", ["3", "17", "", "", "AAPL"])


def test_an_event_may_have_no_content() -> None:
    assert parse_line("  2.0  1 *  opened") == Line(2.0, 1, Kind.EVENT, "opened", b"")


@pytest.mark.parametrize(
    "text",
    ["", "# a comment", "2 1 > startApi 71|", "2.0 x > startApi 71|", "2.0 1 ! startApi 71|"],
)
def test_what_is_no_line_is_refused(text: str) -> None:
    with pytest.raises(LineError, match="not a line of the form"):
        parse_line(text)


@pytest.mark.parametrize("escape", ["\\", "\\q", "\\x4", "\\u12", "\\x4g"])
def test_an_unknown_escape_is_refused(escape: str) -> None:
    with pytest.raises(LineError, match="unknown escape"):
        unshow(escape)


@pytest.mark.parametrize("escape", ["\\ud800", "\\U00110000"])
def test_an_escape_of_no_character_is_refused(escape: str) -> None:
    with pytest.raises(LineError, match="no character has the number"):
        unshow(escape)


@given(st.binary(max_size=60))
def test_texts_make_the_same_bytes_again(content: bytes) -> None:
    assert content_of(texts_of(content)) == content


def test_a_frame_has_its_length_in_front() -> None:
    assert Line(0.0, 1, Kind.REPLY, "positionEnd", b"62\x001\x00").frame == frame(62, 1)


def test_a_last_field_without_its_end_counts() -> None:
    assert fields_of(b"49\x001") == ["49", "1"]
    assert fields_of(b"") == []

"""Framing and field text: any split, any bytes, nothing lost and nothing invented."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_gateway.wire import (
    MAX_FIELDS,
    MAX_FRAME,
    FieldError,
    FrameReader,
    WireError,
    escape,
    frame,
    negotiate,
    number,
    parse_bool,
    parse_float,
    parse_hello,
    parse_int,
    split_fields,
)

HELLO = b"API\0\x00\x00\x00\x09v157..178"


@given(st.lists(st.text(alphabet="abc\u00e9\n", max_size=5), min_size=1), st.data())
def test_frames_come_out_whole_however_the_bytes_are_split(
    texts: list[str], data: st.DataObject
) -> None:
    stream = HELLO + b"".join(frame(text) for text in texts)
    reader, found = FrameReader(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += reader.feed(stream[:size])
        stream = stream[size:]
    assert found == [b"v157..178", *(f"{text}\0".encode() for text in texts)]


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_no_bytes_break_the_reader(chunks: list[bytes]) -> None:
    reader = FrameReader()
    for chunk in chunks:
        assert all(isinstance(each, bytes) for each in reader.feed(chunk))


@pytest.mark.parametrize("opening", [b"GET / HTTP/1.1\r\n", b"APJ", b"\0\0\0\0", b"63\0"])
def test_a_connection_that_does_not_open_with_api_is_faulty_at_once(opening: bytes) -> None:
    reader = FrameReader()
    assert reader.feed(opening) == []
    assert reader.fault == "the connection does not open with API"


def test_a_faulty_reader_takes_nothing_more() -> None:
    reader = FrameReader()
    reader.feed(b"nonsense")
    assert reader.feed(HELLO) == []


def test_the_largest_frame_passes_and_one_byte_more_is_refused() -> None:
    reader = FrameReader()
    reader.feed(HELLO)
    assert len(reader.feed(MAX_FRAME.to_bytes(4, "big") + bytes(MAX_FRAME))[0]) == MAX_FRAME
    assert reader.feed((MAX_FRAME + 1).to_bytes(4, "big")) == []
    assert reader.fault is not None


def test_what_came_before_an_oversized_frame_is_still_delivered() -> None:
    reader = FrameReader()
    assert reader.feed(HELLO + frame("49") + b"\xff\xff\xff\xff") == [b"v157..178", b"49\0"]


def test_a_version_range_is_short() -> None:
    reader = FrameReader()
    reader.feed(b"API\0" + (5000).to_bytes(4, "big"))
    assert reader.fault is not None


@pytest.mark.parametrize(
    ("hello", "versions"),
    [
        (b"v157..178", (157, 178)),
        (b"v100..225 +PACEAPI", (100, 225)),
        (b"v176", (176, 176)),
        (b"v100..178\0", (100, 178)),
    ],
)
def test_version_ranges_are_read(hello: bytes, versions: tuple[int, int]) -> None:
    assert parse_hello(hello) == versions


@pytest.mark.parametrize("hello", [b"", b"157..178", b"vx..y", b"v-1..178", b"v99999..178"])
def test_a_malformed_version_range_is_refused(hello: bytes) -> None:
    with pytest.raises(WireError):
        parse_hello(hello)


@pytest.mark.parametrize(
    ("oldest", "newest", "agreed"), [(157, 178, 178), (157, 176, 176), (100, 225, 178)]
)
def test_the_agreed_version_is_the_smaller_maximum(oldest: int, newest: int, agreed: int) -> None:
    assert negotiate(oldest, newest) == agreed


@pytest.mark.parametrize(("oldest", "newest"), [(100, 157), (100, 175), (213, 225)])
def test_a_client_outside_the_range_is_refused(oldest: int, newest: int) -> None:
    with pytest.raises(WireError, match="speaks API versions 176 to 178"):
        negotiate(oldest, newest)


def test_a_frame_of_absurdly_many_fields_is_refused() -> None:
    with pytest.raises(FieldError):
        split_fields(bytes(MAX_FIELDS + 1))


def test_a_last_field_without_its_end_still_counts() -> None:
    assert split_fields(b"49\x001") == ["49", "1"]


@pytest.mark.parametrize(
    ("text", "value"), [("", 0), ("7", 7), ("-1", -1), ("2147483647", 2**31 - 1)]
)
def test_integers_are_read(text: str, value: int) -> None:
    assert parse_int(text) == value


@pytest.mark.parametrize("text", ["1.0", "x", "1_0", " 1", "2147483648", "\u0661", "9" * 50])
def test_what_is_not_a_32_bit_integer_is_refused(text: str) -> None:
    with pytest.raises(FieldError):
        parse_int(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("1.7976931348623157E308", None),
        ("1E+3", 1000.0),
        ("0.5", 0.5),
        ("-.5", -0.5),
        ("7.", 7.0),
    ],
)
def test_numbers_are_read_and_unset_ones_are_none(text: str, value: float | None) -> None:
    assert parse_float(text) == value


@pytest.mark.parametrize("text", ["Infinite", "Infinity", "inf"])
def test_infinity_is_read_as_either_library_spells_it(text: str) -> None:
    assert parse_float(text) == math.inf


@pytest.mark.parametrize("text", ["nan", "1e999", "-inf", "ten", "1_0", " 1", "\u0661", "1e", "."])
def test_what_is_not_a_finite_number_is_refused(text: str) -> None:
    with pytest.raises(FieldError):
        parse_float(text)


def test_a_flag_is_0_or_1() -> None:
    assert [parse_bool(text) for text in ("1", "0", "")] == [True, False, False]
    with pytest.raises(FieldError):
        parse_bool("yes")


@pytest.mark.parametrize(
    ("value", "text"), [(100.0, "100"), (0.1 + 0.2, "0.3"), (1.08505, "1.08505")]
)
def test_numbers_are_written_without_binary_noise(value: float, text: str) -> None:
    assert number(value) == text


def test_text_is_escaped_as_ibs_own_client_reads_it() -> None:
    text = "caf\u00e9 \\ \U0001f4b6"
    assert escape(text).isascii()
    assert escape(text).encode().decode("unicode-escape") == text

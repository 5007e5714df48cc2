"""Frames out of a stream, and every byte that is in no frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_gateway.recording.splitting import GARBAGE, OVERSIZED, UNFINISHED, Piece, Splitter
from paper_gateway.wire import GREETING, MAX_FRAME, frame

HELLO = b"API\0\x00\x00\x00\x09v157..178"


@given(st.lists(st.text(alphabet="abc\u00e9", max_size=5), min_size=1), st.data())
def test_frames_come_out_whole_however_the_bytes_are_split(
    texts: list[str], data: st.DataObject
) -> None:
    stream = HELLO + b"".join(frame(text) for text in texts)
    splitter, found = Splitter(GREETING), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += splitter.feed(stream[:size])
        stream = stream[size:]
    assert found == [Piece(b"v157..178"), *(Piece(f"{text}\0".encode()) for text in texts)]


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_no_byte_of_a_server_is_lost(chunks: list[bytes]) -> None:
    splitter = Splitter()
    pieces = [piece for chunk in chunks for piece in splitter.feed(chunk)] + splitter.end()
    again = b"".join(
        piece.data if piece.fault else len(piece.data).to_bytes(4, "big") + piece.data
        for piece in pieces
    )
    assert again == b"".join(chunks)


@pytest.mark.parametrize("opening", [b"GET / HTTP/1.1\r\n", b"APJ", b"\0\0\0\0", b"63\0"])
def test_a_client_that_does_not_open_with_api_is_garbage_at_once(opening: bytes) -> None:
    splitter = Splitter(GREETING)
    assert splitter.feed(opening) == [Piece(opening, GARBAGE)]
    assert splitter.feed(HELLO) == [Piece(HELLO, GARBAGE)]


def test_the_largest_frame_is_a_frame_and_one_byte_more_is_not() -> None:
    splitter = Splitter()
    assert splitter.feed(MAX_FRAME.to_bytes(4, "big") + bytes(MAX_FRAME)) == [
        Piece(bytes(MAX_FRAME))
    ]
    head = (MAX_FRAME + 1).to_bytes(4, "big")
    assert splitter.feed(frame(49) + head + b"rest") == [
        Piece(b"49\0"),
        Piece(head + b"rest", OVERSIZED),
    ]
    assert splitter.feed(b"more") == [Piece(b"more", OVERSIZED)]


def test_a_frame_without_content_is_a_frame() -> None:
    assert Splitter().feed(b"\0\0\0\0") == [Piece(b"")]


def test_the_beginning_of_a_frame_comes_out_at_the_end() -> None:
    splitter = Splitter()
    assert splitter.feed(frame(49, 1, 0)[:6]) == []
    assert splitter.end() == [Piece(frame(49, 1, 0)[:6], UNFINISHED)]
    assert splitter.end() == []


def test_an_unfinished_greeting_comes_out_at_the_end() -> None:
    splitter = Splitter(GREETING)
    assert splitter.feed(b"AP") == []
    assert splitter.end() == [Piece(b"AP", UNFINISHED)]

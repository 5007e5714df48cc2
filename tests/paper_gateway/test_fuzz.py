"""Whatever a client sends, it gets frames, an error or a clean end, and nobody else notices.

``FUZZ=1000000 pytest tests/paper_gateway/test_fuzz.py`` tries that many spoiled streams.
"""

import logging
import os
import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ib_async.decoder import Decoder

from paper_gateway.assembly import build_hub
from paper_gateway.requests import MalformedRequest, decode_request
from paper_gateway.settings import Settings
from paper_gateway.tickets import decode_ticket
from paper_gateway.wire import FieldError, FrameReader, frame, split_fields
from tests.paper_gateway.mutations import START, TEXTS, corpus, split, spoiled_streams
from tests.paper_gateway.wire_client import HELLO, Desk, Message, RecordingWrapper, messages, names

STREAMS = int(os.environ.get("FUZZ", "20000"))
SEEDS = 4
# A desk that lives long has many orders, and each step of its clock takes long.
STREAMS_PER_DESK = 200
CORPUS = corpus()


class Lines(logging.Handler):
    """Keeps the texts of warnings only: pytest keeps whole records, which hold whole desks."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())


@contextmanager
def listening() -> Iterator[list[str]]:
    """The warnings of the gateway and of ib_async's decoder, hidden from pytest."""
    lines = Lines()
    loggers = [logging.getLogger(name) for name in ("paper_gateway", "ib_async")]
    for logger in loggers:
        logger.addHandler(lines)
        logger.propagate = False
    yield lines.found
    for logger in loggers:
        logger.removeHandler(lines)
        logger.propagate = True


class Gateway(Desk):
    """A desk with the gateway's own prices, which take their time."""

    def __init__(self) -> None:
        super().__init__()
        self.hub = build_hub(Settings(latency_seconds=0.0), self.store, self.clock)


def life(desk: Desk, pieces: Iterable[bytes], seconds: float) -> tuple[bytes, bool]:
    """A client sends its bytes, waits and goes: what it heard, and whether the gateway ended the
    session before."""
    session = desk.hub.connect("test")
    for piece in pieces:
        session.receive(piece)
    desk.wait(seconds)
    heard, was_ended = session.take_output(), session.is_closing
    desk.hub.disconnected(session)
    assert session not in desk.hub.sessions.values()
    return heard, was_ended


def read_by_ib_async(heard: list[Message]) -> None:
    """Garbage that was sent does not come back as garbage: the client's decoder reads it all."""
    decoder = Decoder(RecordingWrapper(), 178)  # type: ignore[arg-type]
    for message in heard:
        # The answer to the handshake is not for the decoder.
        if len(message) != 2 or message[0] not in {"176", "177", "178"}:
            decoder.handlers[int(message[0])](list(message))


@pytest.mark.timeout(max(120, STREAMS // 50))
@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_spoiled_stream_harms_nobody_and_a_dropped_client_is_one_line_in_the_log(
    seed: int,
) -> None:
    chance = random.Random(seed)
    with listening() as log:
        for number, stream in enumerate(spoiled_streams(seed, STREAMS // SEEDS)):
            if number % STREAMS_PER_DESK == 0:
                desk = Gateway() if number % (10 * STREAMS_PER_DESK) == 0 else Desk()
                other = desk.connect(1)
            # Most wait a second for what comes late, some an hour for what is planned.
            seconds = 3600.0 if number % 100 == 0 else 1.0
            data, was_ended = life(desk, split(chance, stream), seconds)
            assert len(log) == int(was_ended), stream
            log.clear()
            if number % 5 == 0:
                read_by_ib_async(messages(data))
                assert log == [], stream
            assert names(other.send(49, 1))[-1] == "49", stream


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_stream_is_answered_alike_however_it_is_split(seed: int) -> None:
    chance = random.Random(seed)
    for stream in spoiled_streams(100 + seed, 100):
        whole = life(Desk(), [stream], 1.0)
        assert life(Desk(), split(chance, stream), 1.0) == whole, stream


spoiled_fields = st.tuples(
    st.sampled_from(CORPUS),
    st.lists(st.tuples(st.integers(0, 120), st.sampled_from(TEXTS) | st.binary(max_size=9))),
)


def with_spoiled_fields(data: bytes, changes: list[tuple[int, bytes]]) -> list[str]:
    """The fields of a request, some of them replaced, as the gateway splits them."""
    fields = data[4:-1].split(b"\0")
    for index, text in changes:
        fields[index % len(fields)] = text
    return split_fields(b"\0".join(fields) + b"\0")


@settings(max_examples=1000)
@given(spoiled_fields)
def test_a_request_is_read_or_refused_with_a_reason(
    sample: tuple[bytes, list[tuple[int, bytes]]],
) -> None:
    fields = with_spoiled_fields(*sample)
    decode = decode_request if fields[0] != "3" else lambda each: decode_ticket(each, 178)
    try:
        decode(fields)
    except MalformedRequest as error:
        assert error.reason


@settings(max_examples=500)
@given(st.lists(st.binary(max_size=40) | st.sampled_from([HELLO, START, *CORPUS]), max_size=8))
def test_a_reader_gives_frames_or_a_fault_and_keeps_no_more_than_it_got(
    chunks: list[bytes],
) -> None:
    reader, given_bytes, read = FrameReader(), 0, 0
    for chunk in chunks:
        given_bytes += len(chunk)
        read += sum(4 + len(each) for each in reader.feed(chunk))
    assert read <= given_bytes
    if reader.fault is not None:
        assert reader.feed(HELLO) == []


@given(st.binary(max_size=200))
def test_the_fields_of_any_bytes_can_be_sent_again(data: bytes) -> None:
    try:
        fields = split_fields(data)
    except FieldError as error:
        pytest.fail(str(error))
    if fields:
        assert split_fields(frame(*fields)[4:]) == fields

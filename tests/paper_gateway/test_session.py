"""One session: handshake, start, malformed requests; any bytes, and the others never notice."""

import gc
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ib_async import LimitOrder

from paper_gateway.session import MAX_STREAMS, MAX_UNSENT_BYTES, MAX_WAITING_BYTES
from paper_gateway.wire import MAX_REQUEST, frame
from tests.paper_gateway.wire_client import HELLO, Desk, messages, names

STARTED = ["15", "9", *["4 2104"] * 4, *["4 2106"] * 3, "4 2158"]


def test_the_handshake_answers_version_and_time_and_nothing_else() -> None:
    session = Desk().hub.connect("test")
    session.receive(HELLO)
    assert messages(session.take_output()) == [["178", "20260105 10:00:00 US/Eastern"]]


@pytest.mark.parametrize(
    ("hello", "version"), [(b"v157..176", "176"), (b"v100..225", "178"), (b"v157..178 +X", "178")]
)
def test_the_smaller_maximum_is_spoken(hello: bytes, version: str) -> None:
    session = Desk().hub.connect("test")
    session.receive(b"API\0" + len(hello).to_bytes(4, "big") + hello)
    assert messages(session.take_output())[0][0] == version


SPOKEN = "The paper gateway speaks API versions 176 to 178; this client offers "


@pytest.mark.parametrize(
    ("opening", "reason"),
    [
        (b"API\0\0\0\0\x09v100..157", SPOKEN + "100 to 157."),
        (b"API\0\0\0\0\x09v213..225", SPOKEN + "213 to 225."),
        (b"API\0\0\0\0\x03abc", "the version range is not of the form vMIN..MAX"),
        (b"API\0\0\0\0\0", "the version range is not of the form vMIN..MAX"),
        (b"GET / HTTP/1.1\r\n\r\n", "the connection does not open with API"),
        (b"API\0\xff\xff\xff\xff", "a frame of 4294967295 bytes is longer than the 1024 allowed"),
    ],
)
def test_a_refused_handshake_says_why_to_the_client_and_once_in_the_log(
    caplog: pytest.LogCaptureFixture, opening: bytes, reason: str
) -> None:
    session = Desk().hub.connect("test")
    session.receive(opening)
    session.receive(opening)
    assert messages(session.take_output()) == [["4", "2", "-1", "506", reason, ""]]
    assert session.is_closing
    assert caplog.messages == [f"client None at test dropped: {reason}"]


def test_start_up_answers_accounts_then_the_next_id_then_the_farms() -> None:
    client = Desk().knock()
    found = client.send(71, 2, 7, "")
    assert names(found) == STARTED
    assert found[:2] == [["15", "1", "DU1234567"], ["9", "1", "1"]]


def test_nothing_is_served_before_the_start() -> None:
    client = Desk().knock()
    for found in (client.send(61, 1), client.place(1, LimitOrder("BUY", 1, 1.0))):
        assert names(found) == ["4 321"]
    assert names(client.send(71, 2, 7, "")) == STARTED


def test_a_second_start_is_refused_and_the_session_lives() -> None:
    client = Desk().connect()
    assert names(client.send(71, 2, 8, "")) == ["4 321"]
    assert names(client.send(49, 1)) == ["49"]


def test_a_negative_client_id_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    client = Desk().knock()
    assert names(client.send(71, 2, -1, "")) == ["4 321"]
    assert client.session.is_closing
    assert caplog.messages == ["client None at test dropped: -1 is no client id"]


@pytest.mark.parametrize(
    ("data", "req_id", "text"),
    [
        (frame(999, 1), "-1", "Message id=999. Unknown message id"),
        (frame(9, 8, 55), "55", "Message id=9. Too few fields"),
        (frame(91, "x"), "-1", "'x' is not an integer"),
        (frame(3, 12, 0), "12", "Message id=3. Too few fields"),
        (b"\0\0\0\0", "-1", "Empty message"),
        ((5000).to_bytes(4, "big") + bytes(5000), "-1", "more than 4096 fields"),
        (frame(81, 1, "x" * MAX_REQUEST), "-1", "more than 262144 bytes"),
    ],
)
def test_a_malformed_request_is_answered_and_the_session_lives(
    data: bytes, req_id: str, text: str
) -> None:
    client = Desk().connect()
    ((error),) = client.send_bytes(data)
    assert error[2:4] == [req_id, "320"]
    assert text in error[4]
    assert names(client.send(49, 1)) == ["49"]


def test_an_oversized_frame_closes_the_session(caplog: pytest.LogCaptureFixture) -> None:
    client = Desk().connect()
    assert client.send_bytes(b"\xff\xff\xff\xff") == []
    assert client.session.is_closing
    assert caplog.messages == [
        "client 7 at test dropped: a frame of 4294967295 bytes is longer than the 16777215 allowed"
    ]


def test_requests_that_pile_up_without_bound_end_the_session(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk()
    client, other = desk.connect(1), desk.connect(2)
    desk.hub.drills.slow_ms = 60_000
    block = frame(49, 1) * 10_000
    while not client.session.is_closing:
        client.session.receive(block)
    desk.hub.drills.slow_ms = 0
    assert client.read() == []
    assert caplog.messages == [
        f"client 1 at test dropped: more than {MAX_WAITING_BYTES} bytes of its requests wait"
    ]
    assert names(other.send(49, 1)) == ["49"]


def test_answers_that_pile_up_without_bound_end_the_session(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk()
    client, other = desk.connect(1), desk.connect(2)
    block = frame(19, 1, "x" * 1_000_000)
    for _ in range(100):
        client.session.send(block)
    assert client.session.is_cut
    assert client.read() == []
    assert caplog.messages == [
        f"client 1 at test dropped: its requests have more than {MAX_UNSENT_BYTES} bytes of answers"
    ]
    assert names(other.send(49, 1)) == ["49"]


def test_subscriptions_without_bound_end_the_session(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    client, other = desk.connect(1), desk.connect(2)
    for number in range(MAX_STREAMS + 1):
        client.session.every(("test", number), 1.0, desk.hub.exchange.resume)
    assert [message[2:4] for message in client.read()] == [[str(MAX_STREAMS), "101"]]
    assert client.session.streams("test") == []
    assert caplog.messages == ["client 1 at test dropped: more than 1000 subscriptions"]
    assert names(other.send(49, 1)) == ["49"]


def test_a_session_that_is_gone_leaves_nothing_behind() -> None:
    desk = Desk()
    client = desk.connect()
    aapl = (265598, *[""] * 6, "SMART", *[""] * 4)
    client.send(1, 11, 1, *aapl, 0, "", 0, 0, "")
    client.send(6, 2, 1, "")
    client.send(62, 1, 2, "All", "NetLiquidation")
    client.send(92, 3, "DU1234567", "")
    client.send_bytes(frame(61, 1)[:-1])
    gone = weakref.ref(client.session)
    desk.hub.disconnected(client.session)
    desk.hub.take_changed()
    del client
    # The timers of its subscriptions are forgotten when their instants have come.
    desk.wait(200.0)
    gc.collect()
    assert gone() is None


def test_streams_repeat_at_whole_multiples_until_they_are_stopped() -> None:
    desk, seen = Desk(), list[float]()
    session = desk.connect().session
    desk.wait(0.4)
    session.every(("test", 1), 1.0, lambda: seen.append(desk.clock.now % 60))
    desk.wait(2.0)
    assert session.streams("test") == [1]
    assert session.stop(("test", 1))
    desk.wait(5.0)
    assert seen == [1.0, 2.0]
    assert not session.stop(("test", 1))


def test_a_stream_that_was_frozen_does_not_catch_up() -> None:
    desk, seen = Desk(), list[float]()
    desk.connect().session.every(("test", 1), 1.0, lambda: seen.append(desk.clock.now))
    desk.clock.now += 100.0
    desk.hub.timers.run_due()
    assert len(seen) == 1


# Slow and paced


def test_a_slow_gateway_handles_one_message_after_the_other() -> None:
    desk = Desk()
    client = desk.connect()
    desk.hub.drills.slow_ms = 2000
    client.send_bytes(frame(49, 1) + frame(61, 1) + frame(49, 1))
    desk.wait(4.1)
    assert names(client.read()) == ["49", "62"]
    desk.wait(2.0)
    assert names(client.read()) == ["49"]


def test_a_slow_client_does_not_hold_up_another() -> None:
    desk = Desk()
    slow, other = desk.connect(1), desk.connect(2)
    desk.hub.drills.slow_ms = 2000
    slow.send(49, 1)
    desk.hub.drills.slow_ms = 0
    assert names(other.send(49, 1)) == ["49"]
    assert slow.read() == []


def test_a_session_that_was_told_to_close_handles_nothing_more() -> None:
    desk = Desk()
    client = desk.connect()
    desk.hub.drills.slow_ms = 1000
    client.place(1, LimitOrder("BUY", 10, 50.0, tif="DAY"))
    client.session.close()
    desk.wait(5.0)
    assert desk.hub.book.orders == {}


def test_garbage_behind_slow_messages_ends_the_session_after_them() -> None:
    desk = Desk()
    client = desk.connect()
    desk.hub.drills.slow_ms = 1000
    client.send_bytes(frame(49, 1) + b"\xff\xff\xff\xff")
    assert not client.session.is_closing
    desk.wait(1.1)
    assert names(client.read()) == ["49"]
    assert client.session.is_closing


def test_messages_per_second_are_counted_for_each_client() -> None:
    desk = Desk()
    quick, calm = desk.connect(1), desk.connect(2)
    for _ in range(5):
        quick.send_bytes(frame(49, 1) * 2)
        calm.send(49, 1)
        desk.wait(0.4)
    rates = desk.hub.counters.rates
    assert [(rates[each].total, rates[each].highest) for each in (1, 2)] == [(10, 6), (5, 3)]


def test_too_many_messages_per_second_are_refused_and_the_third_ends_the_session(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk()
    client = desk.connect()
    desk.hub.drills.pacing_limit = 3
    assert names(client.send_bytes(frame(49, 1) * 4)) == ["4 100", "49", "49", "49"]
    assert names(client.send(49, 1)) == ["4 100"]
    desk.wait(1.0)
    assert names(client.send(49, 1)) == ["49"]
    assert names(client.send_bytes(frame(49, 1) * 3)) == ["4 100"]
    assert client.session.is_closing
    assert caplog.messages == ["client 7 at test dropped: told 3 times that it sends too fast"]


def test_who_keeps_to_the_pacing_limit_is_served() -> None:
    desk = Desk()
    client = desk.connect()
    desk.hub.drills.pacing_limit = 2
    for _ in range(6):
        assert names(client.send(49, 1)) == ["49"]
        desk.wait(0.5)


DESK = Desk()
OTHER = DESK.connect(1)

garbage = st.one_of(
    st.binary(max_size=60),
    st.lists(st.one_of(st.integers(0, 110).map(str), st.text(max_size=8)), max_size=16).map(
        lambda fields: frame(*fields)
    ),
)


@settings(max_examples=400)
@given(st.lists(garbage, min_size=1, max_size=5), st.booleans())
def test_any_bytes_leave_the_gateway_and_the_other_clients_alone(
    chunks: list[bytes], is_started: bool
) -> None:
    client = DESK.connect(9) if is_started else DESK.knock()
    for chunk in chunks:
        client.session.receive(chunk)
    assert all(message[0].isdigit() for message in messages(client.session.take_output()))
    DESK.hub.disconnected(client.session)
    assert names(OTHER.send(49, 1))[-1] == "49"


@settings(max_examples=200)
@given(st.integers(1, 104), st.lists(st.text(max_size=12), max_size=20))
def test_every_request_with_any_fields_is_answered_or_quietly_done(
    message_id: int, texts: list[str]
) -> None:
    client = DESK.connect(9)
    client.session.receive(frame(message_id, *texts))
    DESK.wait(6.0)
    assert all(message[0].isdigit() for message in messages(client.session.take_output()))
    DESK.hub.disconnected(client.session)

"""The frames between relay and agent: what is exactly one is read, anything else closes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.messages import (
    BAD_FRAME,
    MAX_FRAME,
    NOT_JSON,
    TOO_BIG,
    Ack,
    BadFrame,
    Event,
    Frame,
    Hello,
    Ping,
    Pong,
    Reply,
    Request,
    Welcome,
    decode,
    encode,
    json_text,
)

ALL = (Hello, Welcome, Request, Reply, Event, Ack, Ping, Pong)
FRAMES: list[Frame] = [
    Hello("laptop-1", "run-1", "0.4.0", "paper", shares=True, feed="desk feed", user="alice"),
    Welcome("alice", 7, 1000, 0, 5000),
    Request("r1", "positions", "alice", 7, 1000, 15_000, {"account": "DU1"}),
    Reply("r1", 7, result={"rows": [1, None, "a"]}),
    Reply("r2", 7, error={"kind": "Busy"}),
    Event(3, 7, "order", {"state": "live"}),
    Ack("r1"),
    Ping(5),
    Pong(5),
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
def test_a_frame_survives_the_way(frame: Frame) -> None:
    assert decode(encode(frame), *ALL) == frame
    assert decode(encode(frame).encode(), *ALL, exact=True) == frame


def test_prices_are_exact_where_an_order_is_read() -> None:
    text = '{"t":"request","id":"r","op":"place-order","user":"a","epoch":1,"issued":1,"ttl":1,'
    frame = decode(text + '"args":{"lmtPrice":228.10}}', Request, exact=True)
    assert isinstance(frame, Request)
    assert frame.args == {"lmtPrice": Decimal("228.10")}
    assert '"lmtPrice":228.10' in encode(frame)


def test_a_decimal_is_never_written_with_an_exponent() -> None:
    assert json_text({"a": Decimal("1E+3"), "b": Decimal("0.00000001")}) == (
        '{"a":1000,"b":0.00000001}'
    )


def refusal(text: str | bytes, *allowed: type[Frame], exact: bool = False) -> BadFrame:
    with pytest.raises(BadFrame) as caught:
        decode(text, *allowed or ALL, exact=exact)
    return caught.value


@pytest.mark.parametrize("text", ["", "{", "NaN", '{"t":"ping","time":NaN}', "{}{}"])
@pytest.mark.parametrize("exact", [False, True])
def test_what_is_not_json_closes(text: str, exact: bool) -> None:
    assert refusal(text, exact=exact).code == NOT_JSON


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        '{"t":"bark"}',
        '{"t":["ping"]}',
        '{"time":1}',
        '{"t":"ping"}',
        '{"t":"ping","time":-1}',
        '{"t":"ping","time":true}',
        '{"t":"ping","time":1.5}',
        '{"t":"ping","time":1,"more":1}',
        '{"t":"ack","id":""}',
        '{"t":"ack","id":"a\\nb"}',
        '{"t":"event","seq":1,"epoch":1,"kind":"hello","data":{}}',
        '{"t":"event","seq":1,"epoch":1,"kind":["order"],"data":{}}',
        '{"t":"reply","id":"r","epoch":1,"error":"no"}',
    ],
)
def test_what_is_no_frame_closes(text: str) -> None:
    assert refusal(text).code == BAD_FRAME


def test_a_frame_of_the_other_direction_closes() -> None:
    assert refusal(encode(Ping(1)), Pong).code == BAD_FRAME


def test_a_frame_beyond_one_mebibyte_closes() -> None:
    assert refusal(" " * MAX_FRAME + "x").code == TOO_BIG


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_no_input_does_anything_else(text: Any) -> None:
    try:
        decode(text, *ALL)
    except BadFrame as bad:
        assert bad.code in (NOT_JSON, BAD_FRAME)

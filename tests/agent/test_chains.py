"""Chains through an agent: own ones with events, lent ones without, and all within a frame."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import orjson
import pytest

from agent import arguments
from agent.accounts import AllowedAccounts
from agent.agent import Agent
from agent.outbox import MOST_FACTS, Outbox
from agent.reads import MOST_BYTES, Reads
from relay.messages import Event, Reply, decode, encode
from tests.agent.fake_relay import FakeRelay
from tests.agent.parts import FakeParts
from tests.conftest import wait_until
from trading.options import ChainQuestion
from trading.refusals import Refused

AAPL = {"symbol": "AAPL"}
CELL = {
    "conId": 1_418_317_850,
    "localSymbol": "AAPL  261130C00507000",
    **dict.fromkeys(("bid", "ask", "last", "bidSize", "askSize", "volume", "close"), 12345.25),
    **dict.fromkeys(("openInterest", "modelPrice"), 1234567.125),
    **dict.fromkeys(("impliedVolatility", "delta", "gamma", "vega", "theta"), -0.123456),
    "error": "x" * 200,
}


@pytest.fixture
def parts() -> FakeParts:
    return FakeParts()


@pytest.fixture(params=[False, True], ids=["own", "lent"])
def reads(parts: FakeParts, request: pytest.FixtureRequest) -> Iterator[Reads]:
    with ThreadPoolExecutor(1, "files") as files:
        yield Reads(parts, AllowedAccounts(frozenset()), files, lends=request.param)


async def test_a_chain_is_asked_of_the_reader(reads: Reads, parts: FakeParts) -> None:
    given = {"contract": AAPL, "expiry": "20261218", "strikes": 7, "id": "one"}
    assert (await reads.fetch_chain(given))["id"] == "one"
    name, question, chain_id, owner = parts.reader.asked[-1]
    assert isinstance(question, ChainQuestion)
    assert (name, question.expiry, question.strikes, chain_id) == ("chain", "20261218", 7, "one")
    is_lent = bool(parts.reader.lent)
    assert owner == ("others" if is_lent else "")
    parts.reader.chains.add("one")
    assert await reads.stop_chain({"id": "one"}) is True
    assert parts.reader.asked[-1] == ("stop_chain", "one", owner)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"contract": AAPL, "expiry": "soon", "id": "a"}, "/expiry"),
        ({"contract": AAPL, "strikes": 0, "id": "a"}, "/strikes"),
        ({"contract": AAPL, "strikes": "9", "id": "a"}, "/strikes"),
        ({"contract": AAPL, "strikes": True, "id": "a"}, "/strikes"),
        ({"contract": {}, "id": "a"}, "/contract/symbol"),
    ],
)
def test_the_agent_does_not_trust_the_wire(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as caught:
        arguments.chain_question(given)
    assert caught.value.fields[0].pointer == field


@pytest.mark.parametrize("name", [None, "", "x" * 37, "a/b", 7])
def test_a_chain_has_a_plain_name(name: object) -> None:
    with pytest.raises(Refused):
        arguments.chain_id({"id": name})


def test_the_largest_chain_fits_into_a_frame() -> None:
    rows = [{"strike": float(n), "call": CELL, "put": CELL} for n in range(200)]
    holes = [{"strike": n + 0.5, "call": None, "put": None} for n in range(200)]
    expiries = [{"expiry": "20261218", "daysToExpiry": 1, "tradingClass": "SPXW"}] * 200
    chain = {"id": "x" * 36, "rows": rows + holes, "expiries": expiries, "notes": [{}] * 20}
    text = encode(Reply("r", 1, chain))
    assert len(text) < MOST_BYTES
    assert decode(text, Reply) == Reply("r", 1, chain)


def test_events_of_a_chain_wait_beside_an_orders_and_never_push_them_out() -> None:
    outbox = Outbox()
    outbox.add_event("order", {"clientOrderId": "o-1"})
    for number in range(2 * MOST_FACTS):
        event = {"id": "one", "stage": "quotes", "seconds": number / 10, "cells": []}
        outbox.add_event("chain", event)
    first = outbox.next(1)
    assert isinstance(first, Event) and first.kind == "order"
    assert decode(encode(first), Event) == first
    second = outbox.next(1)
    assert isinstance(second, Event) and second.kind == "chain"
    assert isinstance(decode(encode(second), Event), Event)


def test_an_own_chain_comes_with_its_events(relay: FakeRelay, agent: Agent) -> None:
    reply = asked(relay, "fetch-chain", {"contract": AAPL, "strikes": 3, "id": "one"})
    assert reply.error is None, reply.error
    assert len(reply.result["rows"]) == 3

    def told() -> list[dict[str, Any]]:
        return [dict(event.data) for event in relay.visit().events("chain")]

    wait_until(lambda: any(event["stage"] == "done" for event in told()))
    assert {event["id"] for event in told()} == {"one"}
    cells = [cell for event in told() for cell in event["cells"] if event["stage"] == "quotes"]
    assert len(cells) == 6
    assert orjson.dumps(cells)
    assert asked(relay, "cancel-chain", {"id": "nobody"}).result is False


def asked(relay: FakeRelay, op: str, args: dict[str, Any]) -> Reply:
    """`id` is an argument here, and not the request's."""
    return relay.answered(relay.send(replace(relay.request(op), args=args)))

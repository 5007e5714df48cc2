"""IB's own encoder is read and its decoder reads us: every request and every reply, field by field.

The same tables meet ib_async in tests/paper_gateway (requests, tickets, replies, order replies).
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from paper_gateway import order_replies
from paper_gateway.requests import decode_request
from paper_gateway.tickets import decode_ticket
from paper_gateway.wire import split_fields
from tests.conformance.order_samples import ORDERS, OrderSample, booked
from tests.conformance.reply_samples import OPTION, REPLIES, ReplySample, agrees
from tests.conformance.request_samples import REQUESTS, RequestSample
from tests.paper_gateway.mutations import spoiled_streams
from tests.paper_gateway.wire_client import Desk, frames
from tests.processes import ROOT

VERSIONS = [176, 178]
SEED = 5
# What needs a newer server than any text protocol: IB's client refuses to send it at 178.
TOO_NEW = {"cancelContractData", "cancelHistoricalTicks", "reqCurrentTimeInMillis"}
ENCODERS = {
    "openOrder": order_replies.open_order,
    "completedOrder": order_replies.completed_order,
}

Answers = dict[str, Any]


def _order_reply(sample: OrderSample, message: str, version: int) -> bytes:
    return ENCODERS[message](booked(sample, OPTION, version), version)


def _after_garbage() -> list[bytes]:
    """The different frames that the gateway sends to clients that send spoiled messages."""
    found: dict[bytes, None] = {}
    for number, stream in enumerate(spoiled_streams(SEED, 1000)):
        if number % 200 == 0:
            desk = Desk()
        session = desk.hub.connect("test")
        session.receive(stream)
        desk.wait(1.0)
        # The first frame of a connection, the version, is not for the decoder.
        found.update(dict.fromkeys(frames(session.take_output())[1:]))
        desk.hub.disconnected(session)
    return list(found)


@pytest.fixture(scope="module")
def ibapi() -> Answers:
    """What IB's own client sends and reads for all samples: asked once."""
    requests = {
        f"{row}-{number}-{version}": [version, row.method, row.ibapi_arguments]
        for number, row in enumerate(REQUESTS)
        for version in VERSIONS
    }
    orders = {
        f"{row}-{version}": [version, "placeOrder", [41, row.contract, row.order]]
        for row in ORDERS
        for version in VERSIONS
    }
    replies = {
        f"{row}-{version}": [version, row.build(version).hex()]
        for row in REPLIES
        for version in VERSIONS
    }
    order_rows = {
        f"{row}-{message}-{version}": [version, _order_reply(row, message, version).hex()]
        for row in ORDERS
        for message in ENCODERS
        for version in VERSIONS
    }
    after_garbage = {
        f"garbage-{number}": [178, data.hex()] for number, data in enumerate(_after_garbage())
    }
    asked = {
        "requests": {**requests, **orders},
        "replies": {**replies, **order_rows, **after_garbage},
    }
    answer = subprocess.run(
        [
            str(ROOT / ".peers/ibapi/bin/python"),
            str(Path(__file__).with_name("session_ibapi_codec.py")),
        ],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    found: Answers = json.loads(answer.stdout)
    return found


def _fields(ibapi: Answers, name: str) -> list[str]:
    return split_fields(bytes.fromhex(ibapi["requests"][name])[4:])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("number", "row"), list(enumerate(REQUESTS)))
def test_every_argument_of_a_request_lands_in_its_field(
    ibapi: Answers, number: int, row: RequestSample, version: int
) -> None:
    request = decode_request(_fields(ibapi, f"{row}-{number}-{version}"))
    assert (request.name, request.values) == (row.method, row.ibapi_fields)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("row", ORDERS, ids=str)
def test_every_attribute_of_an_order_lands_in_its_field(
    ibapi: Answers, row: OrderSample, version: int
) -> None:
    ticket = decode_ticket(_fields(ibapi, f"{row}-{version}"), version)
    assert row.misread(ticket) == {}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("row", REPLIES, ids=str)
def test_every_field_of_a_reply_lands_in_its_attribute(
    ibapi: Answers, row: ReplySample, version: int
) -> None:
    found = ibapi["replies"][f"{row}-{version}"]
    assert agrees(row.ibapi or row.calls, found), found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("message", ENCODERS)
@pytest.mark.parametrize("row", ORDERS, ids=str)
def test_every_term_of_an_order_comes_back(
    ibapi: Answers, row: OrderSample, message: str, version: int
) -> None:
    ((method, *arguments),) = ibapi["replies"][f"{row}-{message}-{version}"]
    order = next(each for each in arguments if isinstance(each, dict) and "orderRef" in each)
    assert method == message
    assert agrees(row.terms(message), order), order


def test_what_comes_back_after_garbage_is_no_garbage(ibapi: Answers) -> None:
    found = [calls for name, calls in ibapi["replies"].items() if name.startswith("garbage-")]
    assert len(found) > 1000
    assert [calls for calls in found if not calls or calls[-1][0] == "reader died"] == []


def test_the_table_has_every_request_of_the_client(ibapi: Answers) -> None:
    assert set(ibapi["methods"]) - TOO_NEW == {row.method for row in REQUESTS} | {"placeOrder"}

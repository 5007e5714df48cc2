from __future__ import annotations

import json
from typing import Any

import pytest

from tests.trading.orders_for_tests import KEY, a_body, a_request
from tests.trading.vocabulary import (
    NEEDED,
    ORDER_TYPES,
    PRICE_CONDITION,
    order_of,
)
from trading.orders import (
    CLIENT_ORDER_ID,
    mint_client_order_id,
    parse_order_request,
)
from trading.refusals import Refused


def refusal(body: object, key: str | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_order_request(body, key)
    return caught.value


@pytest.mark.parametrize("order", [None, [], "BUY", 1])
def test_an_order_that_is_no_object_is_refused(order: object) -> None:
    body = {"contract": {"symbol": "AAPL"}, "order": order}
    assert refusal(body).sentence == "Order must be an object"


@pytest.mark.parametrize("body", [None, [], "x", 1])
def test_a_body_that_is_no_object_is_refused(body: object) -> None:
    assert refusal(body).sentence == "The body must be a JSON object"


def test_an_empty_body_asks_for_the_symbol_first() -> None:
    assert refusal({}).sentence == "Contract symbol is required"


def test_a_body_without_an_order_is_refused() -> None:
    assert refusal({"contract": {"symbol": "AAPL"}}).sentence == (
        "Order orderType must be one of " + ", ".join(ORDER_TYPES)
    )


@pytest.mark.parametrize("name", ["orderId", "user_id", "account", "client_order_id"])
def test_a_body_field_that_is_not_known_is_refused(name: str) -> None:
    """A17."""
    error = refusal(a_body() | {name: 1})
    assert error.sentence == f"{name} is not a field of an order request"
    assert error.fields[0].pointer == f"/{name}"


def test_an_option_is_checked_before_its_order() -> None:
    """A15."""
    error = refusal(a_body({"symbol": "AAPL", "secType": "OPT"}))
    assert error.sentence == "Option expiry (YYYYMMDD) or localSymbol is required"


# The name of an order.


@pytest.mark.parametrize("key", ["", "x" * 41, "x" * 300, "../x", "a b", "a\0", "a\n", "\u00e9"])
def test_a_key_of_other_characters_or_length_is_refused(key: str) -> None:
    sentence = "clientOrderId must be 1 to 40 characters of A-Z a-z 0-9 . _ -"
    assert refusal(a_body(), key).sentence == sentence
    assert refusal(a_body() | {"clientOrderId": key}).sentence == sentence


@pytest.mark.parametrize("key", [5, True, ["ui-1"], {}])
def test_a_key_that_is_no_string_is_refused(key: object) -> None:
    assert "1 to 40 characters" in refusal(a_body() | {"clientOrderId": key}).sentence


@pytest.mark.parametrize("key", ["x", "x" * 40, "A-b_c.9"])
def test_a_key_is_taken_from_the_header_or_from_the_body(key: str) -> None:
    named = a_body() | {"clientOrderId": key}
    assert parse_order_request(a_body(), key).client_order_id == key
    assert parse_order_request(named).client_order_id == key
    assert parse_order_request(named, key).client_order_id == key


def test_a_header_counts_although_the_body_says_null() -> None:
    """Else each retry of that request would be another order."""
    body = a_body() | {"clientOrderId": None}
    assert parse_order_request(body, KEY).client_order_id == KEY


def test_a_header_and_a_body_that_differ_are_refused() -> None:
    error = refusal(a_body() | {"clientOrderId": "a"}, "b")
    assert error.sentence == "clientOrderId and the Idempotency-Key header differ"


def test_an_order_without_a_key_gets_one_of_its_own() -> None:
    first, second = (parse_order_request(a_body()).client_order_id for _ in range(2))
    assert first != second
    assert CLIENT_ORDER_ID.fullmatch(first)
    assert CLIENT_ORDER_ID.fullmatch(mint_client_order_id())


@pytest.mark.parametrize("wait", ["outcome", "ack", "none"])
def test_a_request_says_what_it_waits_for(wait: str) -> None:
    assert parse_order_request(a_body() | {"wait": wait}).wait == wait


@pytest.mark.parametrize("wait", ["", "fill", None, 1, ["ack"]])
def test_an_unknown_wait_is_refused(wait: object) -> None:
    assert refusal(a_body() | {"wait": wait}).sentence == "wait must be outcome, ack or none"


def test_a_request_waits_for_the_outcome_unless_it_says_otherwise() -> None:
    assert a_request().wait == "outcome"


# Equal and other requests.


@pytest.mark.parametrize(
    "same",
    [{"totalQuantity": 100.0}, {"tif": "DAY"}, {"whatIf": False}, {"account": ""}],
    ids=str,
)
def test_equal_requests_have_one_fingerprint(same: dict[str, Any]) -> None:
    assert a_request(**same).fingerprint() == a_request("another").fingerprint()


@pytest.mark.parametrize(
    "other",
    [
        {"totalQuantity": 101},
        {"action": "SELL"},
        {"tif": "GTC"},
        {"account": "DU2"},
        {"orderType": "LMT", "lmtPrice": 228},
        {"contract": {"symbol": "MSFT"}},
        {"contract": {"symbol": "AAPL", "currency": "EUR"}},
    ],
    ids=str,
)
def test_other_requests_have_another_fingerprint(other: dict[str, Any]) -> None:
    """A22 rests on this."""
    assert a_request(**other).fingerprint() != a_request().fingerprint()


# What a person and a program read.


@pytest.mark.parametrize(
    ("order", "described"),
    [
        ({}, "BUY 100 AAPL MKT DAY"),
        ({"orderType": "LMT", "lmtPrice": 228.1}, "BUY 100 AAPL LMT 228.1 DAY"),
        ({"orderType": "STP", "auxPrice": 220.0, "tif": "GTC"}, "BUY 100 AAPL STP 220 GTC"),
        (
            {"action": "SELL", "totalQuantity": 0.5, "orderType": "STP LMT"}
            | {"auxPrice": 220, "lmtPrice": 219.5},
            "SELL 0.5 AAPL STP LMT 220 219.5 DAY",
        ),
        ({"contract": {"conId": 265598}}, "BUY 100 conId 265598 MKT DAY"),
        ({"contract": {"localSymbol": "AAPL"}}, "BUY 100 AAPL MKT DAY"),
    ],
)
def test_a_request_is_described_as_a_person_says_it(order: dict[str, Any], described: str) -> None:
    assert a_request(**order).describe() == described


@pytest.mark.parametrize(
    ("order_type", "fields", "rests"),
    [(kind, {}, kind != "MKT") for kind in ORDER_TYPES]
    + [
        ("MKT", {"tif": "GTC"}, True),
        ("MKT", {"tif": "OPG"}, True),
        ("MKT", {"tif": "IOC"}, False),
        ("MKT", {"tif": "FOK"}, False),
        ("LMT", {"tif": "IOC"}, False),
        ("LMT", {"tif": "FOK"}, False),
        ("STP", {"tif": "IOC"}, False),
        ("MKT", {"goodAfterTime": "2026-11-20T15:00:00Z"}, True),
        ("MKT", {"conditions": [PRICE_CONDITION]}, True),
        ("MKT", {"algoStrategy": "Adaptive", "algoParams": {"adaptivePriority": "Normal"}}, True),
    ],
)
def test_an_order_rests_unless_it_is_done_at_once(
    order_type: str, fields: dict[str, Any], rests: bool
) -> None:
    assert a_request(**order_of(order_type, **fields)).may_rest is rests


def test_a_preview_is_marked() -> None:
    assert a_request(whatIf=True).what_if
    assert not a_request().what_if


@pytest.mark.parametrize("order_type", ORDER_TYPES)
def test_a_payload_is_json_and_holds_whole_numbers_without_a_point(order_type: str) -> None:
    payload = a_request(orderType=order_type, **NEEDED[order_type]).order.to_payload()
    assert json.loads(json.dumps(payload)) == payload
    assert '"totalQuantity": 100,' in json.dumps(payload)

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.orders_for_tests import KEY, PATIENT, a_body, a_request
from trading.orders import (
    CLIENT_ORDER_ID,
    ORDER_TYPES,
    mint_client_order_id,
    parse_order_request,
    plain,
    validate_order_params,
)
from trading.refusals import Refused

PRICES_OF: dict[str, dict[str, Any]] = {
    "MKT": {},
    "LMT": {"lmtPrice": 228.1},
    "STP": {"auxPrice": 220},
    "STP LMT": {"auxPrice": 220, "lmtPrice": 219.5},
}
LIMIT_PRICE = "Order lmtPrice must be a positive price for a limit order"
STOP_PRICE = "Order auxPrice (the stop price) must be a positive price for a stop order"
NOT_NUMBERS: list[Any] = [float("nan"), float("inf"), -float("inf"), True, "5", [5], {}, None]
UNUSED_FIELDS = [
    "transmit",
    "parentId",
    "orderId",
    "clientId",
    "permId",
    "orderRef",
    "faGroup",
    "overridePercentageConstraints",
    "total_quantity",
    "quantity",
]


def refusal(body: object, key: str | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_order_request(body, key)
    return caught.value


def order_refusal(**order: object) -> Refused:
    return refusal(a_body(**order))


@pytest.mark.parametrize("order_type", ORDER_TYPES)
def test_each_order_type_parses_with_its_own_prices(order_type: str) -> None:
    request = a_request(orderType=order_type, **PRICES_OF[order_type])
    payload = request.order.to_payload()
    unused = {"lmtPrice": None, "auxPrice": None}
    assert payload["orderType"] == order_type
    assert {name: payload[name] for name in unused} == unused | PRICES_OF[order_type]


def test_what_the_user_leaves_out_has_one_explicit_value() -> None:
    payload = a_request().order.to_payload()
    assert (payload["tif"], payload["outsideRth"], payload["whatIf"]) == ("DAY", False, False)


@pytest.mark.parametrize(
    "quantity", [0, 0.0, -0.0, -1, -0.5, 1e309, 1e22, 10**400, 1e-7, *NOT_NUMBERS], ids=repr
)
def test_a_quantity_that_is_no_positive_number_is_refused(quantity: object) -> None:
    """A01 to A04."""
    error = order_refusal(totalQuantity=quantity)
    assert error.sentence == "Order totalQuantity must be positive"
    assert error.fields[0].pointer == "/order/totalQuantity"


def test_an_order_without_a_quantity_is_refused() -> None:
    """A01: there is no usual size."""
    body = {"contract": {"symbol": "AAPL"}, "order": {"action": "BUY", "orderType": "MKT"}}
    assert refusal(body).sentence == "Order totalQuantity must be positive"


@pytest.mark.parametrize(
    ("name", "order_type", "sentence"),
    [
        ("lmtPrice", "LMT", LIMIT_PRICE),
        ("lmtPrice", "STP LMT", LIMIT_PRICE),
        ("auxPrice", "STP", STOP_PRICE),
        ("auxPrice", "STP LMT", STOP_PRICE),
    ],
)
@pytest.mark.parametrize("price", [0, -1, -0.01, 1e22, *NOT_NUMBERS], ids=repr)
def test_a_price_that_is_not_positive_is_refused(
    name: str, order_type: str, sentence: str, price: object
) -> None:
    """A06."""
    error = order_refusal(**{"orderType": order_type, **PRICES_OF[order_type], name: price})
    assert error.sentence == sentence
    assert error.fields[0].pointer == f"/order/{name}"


@pytest.mark.parametrize(
    ("order_type", "sentence"),
    [("LMT", LIMIT_PRICE), ("STP", STOP_PRICE), ("STP LMT", LIMIT_PRICE)],
)
def test_an_order_without_the_price_of_its_type_is_refused(order_type: str, sentence: str) -> None:
    """A06: a limit order without its price never becomes a market order."""
    assert order_refusal(orderType=order_type).sentence == sentence


@pytest.mark.parametrize(
    ("order_type", "name"),
    [("MKT", "lmtPrice"), ("MKT", "auxPrice"), ("LMT", "auxPrice"), ("STP", "lmtPrice")],
)
def test_a_price_that_the_type_does_not_use_is_refused(order_type: str, name: str) -> None:
    error = order_refusal(**{"orderType": order_type, **PRICES_OF[order_type], name: 100})
    assert error.sentence == f"Order {name} is not used here; leave it out"
    assert error.fields[0].pointer == f"/order/{name}"


@pytest.mark.parametrize("order_type", ORDER_TYPES)
@pytest.mark.parametrize("name", UNUSED_FIELDS)
def test_a_field_that_is_ours_or_ibs_to_set_is_refused(order_type: str, name: str) -> None:
    """A17: no mass assignment."""
    error = order_refusal(**{"orderType": order_type, **PRICES_OF[order_type], name: 1})
    assert error.sentence == f"Order {name} is not used here; leave it out"


@pytest.mark.parametrize("action", ["Buy", "buy ", "BUY ", "buy", "HOLD", "", None, 1, ["BUY"]])
def test_an_unknown_action_is_refused(action: object) -> None:
    """A14: never a default side."""
    assert order_refusal(action=action).sentence == "Order action must be BUY, SELL or SSHORT"


@pytest.mark.parametrize("action", ["BUY", "SELL", "SSHORT"])
def test_the_three_actions_are_kept(action: str) -> None:
    assert a_request(action=action).order.action == action


def test_an_order_without_an_action_is_refused() -> None:
    body = a_body()
    del body["order"]["action"]
    assert refusal(body).sentence == "Order action must be BUY, SELL or SSHORT"


@pytest.mark.parametrize("order_type", ["", "mkt", "MKT ", "TRAIL", "STPLMT", None, 1, ["MKT"], {}])
def test_an_unknown_order_type_is_refused(order_type: object) -> None:
    """A14."""
    error = order_refusal(orderType=order_type)
    assert error.sentence == "Order orderType must be one of MKT, LMT, STP, STP LMT"
    assert error.fields[0].pointer == "/order/orderType"


def test_an_order_without_a_type_is_refused() -> None:
    body = a_body()
    del body["order"]["orderType"]
    assert refusal(body).sentence == "Order orderType must be one of MKT, LMT, STP, STP LMT"


@pytest.mark.parametrize("tif", ["DAY\0\0VICTIM", "day", "IOC", "", None, 1])
def test_an_unknown_time_in_force_is_refused(tif: object) -> None:
    """A09."""
    assert order_refusal(tif=tif).sentence == "Order tif must be DAY or GTC"


@pytest.mark.parametrize("account", ["DU1\0", "DU1\n", "D" * 65, "\u0414U1"])
def test_an_account_that_would_shift_a_field_is_refused(account: str) -> None:
    """A08, A10, A11."""
    assert "Order account must be printable ASCII" in order_refusal(account=account).sentence


@pytest.mark.parametrize("name", ["outsideRth", "whatIf"])
@pytest.mark.parametrize("value", [1, 0, "true", "false", None, []], ids=repr)
def test_a_switch_is_true_or_false_and_nothing_else(name: str, value: object) -> None:
    assert order_refusal(**{name: value}).sentence == f"Order {name} must be true or false"


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
        "Order orderType must be one of MKT, LMT, STP, STP LMT"
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


def test_only_a_market_order_may_not_rest() -> None:
    rests = {kind: a_request(orderType=kind, **PRICES_OF[kind]).may_rest for kind in ORDER_TYPES}
    assert rests == {"MKT": False, "LMT": True, "STP": True, "STP LMT": True}


def test_a_preview_is_marked() -> None:
    assert a_request(whatIf=True).what_if
    assert not a_request().what_if


@pytest.mark.parametrize("order_type", ORDER_TYPES)
def test_a_payload_is_json_and_holds_whole_numbers_without_a_point(order_type: str) -> None:
    payload = a_request(orderType=order_type, **PRICES_OF[order_type]).order.to_payload()
    assert json.loads(json.dumps(payload)) == payload
    assert '"totalQuantity": 100,' in json.dumps(payload)


@PATIENT
@given(
    quantity=st.one_of(st.integers(), st.floats()),
    price=st.one_of(st.integers(), st.floats(), st.floats(0.01, 10_000)),
)
def test_an_order_that_parses_holds_positive_plain_numbers(quantity: float, price: float) -> None:
    """A01, A02, A04, A05 for whatever JSON may hold."""
    raw = {"action": "BUY", "totalQuantity": quantity, "orderType": "LMT", "lmtPrice": price}
    try:
        order: Any = validate_order_params(raw)
    except Refused:
        return
    for number, given_number in ((order.total_quantity, quantity), (order.lmt_price, price)):
        assert number > 0
        assert "E" not in str(number)
        assert float(number) == given_number


@pytest.mark.parametrize(("value", "shown"), [(1.0, "1"), (1.5, "1.5"), (100, "100")])
def test_a_number_is_shown_without_a_needless_point(value: float, shown: str) -> None:
    assert str(plain(value)) == shown

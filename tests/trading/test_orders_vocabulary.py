"""Requests of the whole vocabulary: bodies, descriptions, cash, and what else a body says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.orders_for_tests import KEY, PATIENT, a_body, a_request
from tests.trading.vocabulary import (
    CASH,
    OPTIONAL,
    PRICE_CONDITION,
    contract_for,
    order_of,
    order_with,
)
from trading.orders import (
    parse_order_request,
)
from trading.refusals import Refused


def refusal(body: object, key: str | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_order_request(body, key)
    return caught.value


# The whole vocabulary, and the body that the journal keeps.

COMBO = {
    "symbol": "AAPL",
    "secType": "BAG",
    "comboLegs": [
        {"conId": 1, "ratio": 1, "action": "BUY"},
        {"conId": 2, "ratio": 2, "action": "SELL", "exchange": "CBOE"},
    ],
}


@pytest.mark.parametrize(("order_type", "name"), OPTIONAL)
def test_a_request_parses_from_its_own_body(order_type: str, name: str) -> None:
    body = {"contract": contract_for(name), "order": order_with(order_type, name)}
    request = parse_order_request(body, KEY)
    kept = json.loads(json.dumps(request.to_body()))
    again = parse_order_request(kept, KEY)
    assert (again.contract, again.order) == (request.contract, request.order)
    assert again.to_body() == kept
    assert again.fingerprint() == request.fingerprint()


PRICES = st.decimals(min_value=-(10**6), max_value=10**6, places=6)
SIZES = st.decimals(min_value="0.000001", max_value=10**9, places=6)


@PATIENT
@given(price=PRICES, size=SIZES, tif=st.sampled_from(["DAY", "GTC", "IOC", "FOK", "OPG"]))
def test_any_combo_order_parses_from_its_own_body(price: Any, size: Any, tif: str) -> None:
    order = order_of("LMT", lmtPrice=price, totalQuantity=size, tif=tif)
    request = parse_order_request({"contract": COMBO, "order": order}, KEY)
    again = parse_order_request(json.loads(json.dumps(request.to_body())), KEY)
    assert again == request
    assert again.fingerprint() == request.fingerprint()


def test_a_body_holds_only_what_was_set() -> None:
    assert a_request().to_body() == {
        "contract": {"symbol": "AAPL", "exchange": "SMART"},
        "order": {"action": "BUY", "totalQuantity": 100, "orderType": "MKT"},
    }


@pytest.mark.parametrize(
    ("contract", "order", "described"),
    [
        ({}, {"orderType": "TRAIL", "trailingPercent": 2}, "BUY 100 AAPL TRAIL 2% DAY"),
        (
            {},
            {"orderType": "TRAIL LIMIT", "auxPrice": 1, "trailStopPrice": 226, "lmtPrice": 225},
            "BUY 100 AAPL TRAIL LIMIT 1 225 from 226 DAY",
        ),
        ({}, {"orderType": "MOO"}, "BUY 100 AAPL MKT OPG"),
        (
            {},
            {"orderType": "MKT", "algoStrategy": "Vwap", "algoParams": {"maxPctVol": 0.1}},
            "BUY 100 AAPL MKT DAY Vwap",
        ),
        (
            {},
            {"orderType": "MKT", "tif": "GTD", "goodTillDate": "20261218 16:00:00 US/Eastern"}
            | {"goodAfterTime": "2026-11-20T15:00:00Z"},
            "BUY 100 AAPL MKT GTD till 2026-12-18T21:00:00Z after 2026-11-20T15:00:00Z",
        ),
        (
            {},
            {"orderType": "MKT", "conditions": [PRICE_CONDITION]},
            "BUY 100 AAPL MKT DAY if price 265598 > 230.5",
        ),
        (COMBO, {"orderType": "LMT", "lmtPrice": -1.25}, "BUY 100 AAPL LMT -1.25 DAY"),
    ],
)
def test_the_whole_vocabulary_is_described_in_short_words(
    contract: dict[str, Any], order: dict[str, Any], described: str
) -> None:
    assert a_request(contract=contract or None, **order).describe() == described


# An amount of cash, and rules between contract and order.


def cash_body(contract: dict[str, Any], **order: object) -> dict[str, Any]:
    return {"contract": contract, "order": {"action": "BUY", "cashQty": 5000} | order}


@pytest.mark.parametrize(
    ("contract", "order"),
    [
        (CASH, {"orderType": "MKT"}),
        (CASH, {"orderType": "LMT", "lmtPrice": 1.1}),
        ({"symbol": "BTC", "secType": "CRYPTO"}, {"orderType": "MKT", "tif": "IOC"}),
    ],
)
def test_an_amount_of_cash_buys_currencies(contract: dict[str, Any], order: dict[str, Any]) -> None:
    request = parse_order_request(cash_body(contract, **order))
    assert request.quantity is None
    assert request.order.to_payload()["totalQuantity"] is None
    assert request.describe().startswith(f"BUY USD 5000 {contract['symbol']}")


@pytest.mark.parametrize(
    ("contract", "order"),
    [
        ({"symbol": "AAPL"}, {"orderType": "MKT"}),
        ({"symbol": "BTC", "secType": "CRYPTO"}, {"orderType": "LMT", "lmtPrice": 90000}),
        ({"symbol": "BTC", "secType": "CRYPTO"}, {"orderType": "MKT", "action": "SELL"}),
    ],
)
def test_an_amount_of_cash_is_refused_where_ib_does_not_take_it(
    contract: dict[str, Any], order: dict[str, Any]
) -> None:
    error = refusal(cash_body(contract, **order))
    assert error.sentence == (
        "Order cashQty is for orders of CASH, and for market orders that buy CRYPTO"
    )
    assert error.fields[0].pointer == "/order/cashQty"


@pytest.mark.parametrize("exchange", ["SMART", "IBKRATS"])
def test_a_midprice_order_goes_to_smart_or_ibs_own_exchange(exchange: str) -> None:
    contract = {"symbol": "AAPL", "exchange": exchange}
    assert a_request(contract=contract, orderType="MIDPRICE").contract.exchange == exchange


def test_a_midprice_order_goes_nowhere_else() -> None:
    error = refusal(a_body({"symbol": "AAPL", "exchange": "ISLAND"}, orderType="MIDPRICE"))
    assert error.sentence == "Contract exchange of a MIDPRICE order must be SMART or IBKRATS"
    assert error.fields[0].pointer == "/contract/exchange"


def test_only_a_combo_may_have_a_negative_price() -> None:
    assert a_request(contract=COMBO, orderType="LMT", lmtPrice=-1).order.to_payload()
    error = refusal(a_body(orderType="LMT", lmtPrice=-1))
    assert error.sentence == "Order lmtPrice must be a positive price for a limit order"


# What else a body says.


def test_a_request_says_who_named_it() -> None:
    assert parse_order_request(a_body() | {"clientOrderId": KEY}).is_named
    assert not parse_order_request(a_body(), KEY).is_named
    assert not parse_order_request(a_body()).is_named


def test_a_likely_duplicate_can_be_confirmed() -> None:
    assert parse_order_request(a_body() | {"confirmDuplicate": True}).confirm_duplicate
    assert not a_request().confirm_duplicate


@pytest.mark.parametrize("value", [1, "yes", None, []], ids=repr)
def test_a_confirmation_is_true_or_false(value: object) -> None:
    error = refusal(a_body() | {"confirmDuplicate": value})
    assert error.sentence == "confirmDuplicate must be true or false"
    assert error.fields[0].pointer == "/confirmDuplicate"


@pytest.mark.parametrize(("action", "is_buy"), [("BUY", True), ("SELL", False), ("SSHORT", False)])
def test_a_request_knows_its_side_and_size(action: str, is_buy: bool) -> None:
    request = a_request(action=action)
    assert request.is_buy is is_buy
    assert str(request.quantity) == "100"


def test_who_asked_and_how_long_it_waits_are_no_part_of_what_was_asked() -> None:
    request = a_request()
    other = replace(request, source="admin via browser", wait="none", confirm_duplicate=True)
    assert other.fingerprint() == request.fingerprint()

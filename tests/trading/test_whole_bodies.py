"""A request becomes the body that it came from again, over the whole vocabulary."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.messages import json_text
from tests.trading.orders_for_tests import KEY, PATIENT, a_body, a_request
from tests.trading.vocabulary import OPTIONAL, contract_for, order_of, order_with
from trading.orders import OrderRequest, parse_order_request
from trading.strict_json import parse_json
from trading.whole_bodies import whole_body

COMBO = {
    "symbol": "AAPL",
    "secType": "BAG",
    "comboLegs": [
        {"conId": 1, "ratio": 1, "action": "BUY"},
        {"conId": 2, "ratio": 2, "action": "SELL", "exchange": "CBOE"},
    ],
}
OPTION = {
    "symbol": "AAPL",
    "secType": "OPT",
    "lastTradeDateOrContractMonth": "20261218",
    "strike": 227.5,
    "right": "C",
}
CONTRACTS = [{"symbol": "AAPL"}, {"conId": 265598}, OPTION, COMBO]
SIZES = st.decimals(min_value="0.000001", max_value=10**9, places=6)
PRICES = st.decimals(min_value="0.000001", max_value=10**6, places=6)
WAITS = st.sampled_from(["outcome", "ack", "none"])
STOPS: list[dict[str, Any]] = [
    {"orderType": "STP", "auxPrice": 50},
    {"orderType": "STP LMT", "auxPrice": 50, "lmtPrice": 49.99, "outsideRth": True},
    {"orderType": "STP", "auxPrice": 50, "tif": "GTD", "goodTillDate": "2026-12-18T21:00:00Z"},
    {"orderType": "TRAIL", "trailingPercent": 2.5},
    {"orderType": "TRAIL", "auxPrice": 0.5, "trailStopPrice": 60.25},
]


def sent_over(request: OrderRequest) -> OrderRequest:
    """The request that the other side parses from the text on the wire."""
    return parse_order_request(parse_json(json_text(whole_body(request)).encode()))


def assert_is_the_same(request: OrderRequest) -> None:
    again = sent_over(request)
    assert replace(again, is_named=request.is_named) == request
    assert whole_body(again) == whole_body(request)
    assert again.fingerprint() == request.fingerprint()
    assert again.describe() == request.describe()


@pytest.mark.parametrize(("order_type", "name"), OPTIONAL)
def test_every_field_of_every_type_comes_back(order_type: str, name: str) -> None:
    body = {"contract": contract_for(name), "order": order_with(order_type, name)}
    assert_is_the_same(parse_order_request(body, KEY))


@PATIENT
@given(
    contract=st.sampled_from(CONTRACTS),
    order=st.sampled_from([name for name, _ in OPTIONAL]).flatmap(
        lambda order_type: st.fixed_dictionaries(
            {}, optional={"totalQuantity": SIZES, "outsideRth": st.booleans()}
        ).map(lambda more: order_of(order_type, **more))
    ),
    wait=WAITS,
    is_confirmed=st.booleans(),
    key=st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True),
)
def test_any_order_comes_back(
    contract: dict[str, Any], order: dict[str, Any], wait: str, is_confirmed: bool, key: str
) -> None:
    more: dict[str, Any] = {"wait": wait, "confirmDuplicate": is_confirmed, "clientOrderId": key}
    assert_is_the_same(parse_order_request({"contract": contract, "order": order} | more))


@PATIENT
@given(price=PRICES, size=SIZES, sign=st.sampled_from([1, -1]))
def test_the_price_of_a_combo_comes_back_digit_for_digit(price: Any, size: Any, sign: int) -> None:
    order = order_of("LMT", lmtPrice=sign * price, totalQuantity=size)
    assert_is_the_same(parse_order_request({"contract": COMBO, "order": order}, KEY))


@st.composite
def bracket_bodies(draw: st.DrawFn) -> dict[str, Any]:
    sizes = draw(st.lists(st.integers(1, 500), min_size=1, max_size=5))
    targets = [{"lmtPrice": 150 + n / 8, "totalQuantity": size} for n, size in enumerate(sizes)]
    if len(sizes) == 1 and draw(st.booleans()):
        del targets[0]["totalQuantity"]
    has_targets = draw(st.booleans())
    stop = draw(st.sampled_from([None, *STOPS] if has_targets else STOPS))
    bracket = {"targets": targets} if has_targets else {}
    bracket |= {"stop": stop} if stop else {}
    bracket |= draw(st.fixed_dictionaries({}, optional={"tif": st.sampled_from(["DAY", "GTC"])}))
    entry: dict[str, Any] = draw(
        st.sampled_from([{"orderType": "MKT"}, {"orderType": "LMT", "lmtPrice": 100.5}])
    )
    more: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "tif": st.sampled_from(["DAY", "GTC"]),
                "outsideRth": st.booleans(),
                "account": st.just("DU1000001"),
            },
        )
    )
    order = {"action": "BUY", "totalQuantity": sum(sizes), **entry, **more}
    return {"contract": {"symbol": "AAPL"}, "order": order, "bracket": bracket}


@PATIENT
@given(body=bracket_bodies(), wait=WAITS)
def test_any_bracket_comes_back(body: dict[str, Any], wait: str) -> None:
    assert_is_the_same(parse_order_request(body | {"wait": wait}, KEY))


def test_the_body_says_only_what_was_asked() -> None:
    assert whole_body(a_request()) == a_body() | {
        "contract": {"symbol": "AAPL", "exchange": "SMART"},
        "clientOrderId": KEY,
        "wait": "outcome",
        "confirmDuplicate": False,
    }

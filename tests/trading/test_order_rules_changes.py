"""Changes of an order that IB has: what is parsed over it, and what cannot change."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trading.vocabulary import order_of
from trading.order_rules import change_order, given_fields, validate_order_params
from trading.refusals import Refused

CONDITION = {"condType": "margin", "isMore": False, "percent": 10}
ADAPTIVE = {"algoStrategy": "Adaptive", "algoParams": {"adaptivePriority": "Patient"}}


@pytest.mark.parametrize(
    ("before", "changes"),
    [
        ({"orderType": "LMT", "lmtPrice": 228.1}, {"lmtPrice": 228.2}),
        ({"orderType": "LMT", "lmtPrice": 228.1}, {"totalQuantity": 50, "tif": "GTC"}),
        ({"orderType": "LMT", "lmtPrice": 228.1, "outsideRth": True}, {"outsideRth": False}),
        ({"orderType": "LMT", "lmtPrice": -1}, {"lmtPrice": -2}),
        ({"orderType": "MKT", **ADAPTIVE}, {"algoParams": {"adaptivePriority": "Urgent"}}),
        ({"orderType": "MKT", "conditions": [CONDITION]}, {"conditions": [CONDITION, CONDITION]}),
        (
            {"orderType": "TRAIL", "auxPrice": 1},
            {"auxPrice": None, "trailingPercent": 2},
        ),
    ],
)
def test_a_change_is_parsed_over_the_order(before: dict[str, Any], changes: dict[str, Any]) -> None:
    order = validate_order_params(
        {"action": "BUY", "totalQuantity": 100} | before, is_combo=before.get("lmtPrice", 1) < 0
    )
    changed = change_order(order, changes)
    wanted = given_fields(order) | changes
    assert given_fields(changed) == {name: v for name, v in wanted.items() if v is not None}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("action", "SELL"),
        ("orderType", "MKT"),
        ("account", "DU2"),
        ("ocaGroup", "x"),
        ("ocaType", 2),
        ("whatIf", True),
    ],
)
def test_what_an_order_is_cannot_change(name: str, value: object) -> None:
    order = validate_order_params(order_of("LMT"))
    with pytest.raises(Refused) as caught:
        change_order(order, {name: value})
    assert caught.value.sentence == (
        f"Order {name} cannot change; cancel the order and place another one"
    )
    assert caught.value.fields[0].pointer == f"/order/{name}"


@pytest.mark.parametrize(
    "changes", [{}, {"lmtPrice": 228.1}, {"action": "BUY"}, {"totalQuantity": 100.0}]
)
def test_a_change_that_changes_nothing_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        change_order(validate_order_params(order_of("LMT")), changes)
    assert caught.value.sentence == "Nothing would change"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"auxPrice": 220}, "/order/auxPrice"),
        ({"auxPrice": None}, "/order/auxPrice"),
        ({"lmtPrice": None}, "/order/lmtPrice"),
        ({"lmtPrice": -1}, "/order/lmtPrice"),
        ({"transmit": True}, "/order/transmit"),
        ({"tif": "GTD"}, "/order/goodTillDate"),
        ([], "/order"),
        (None, "/order"),
    ],
)
def test_a_change_that_no_order_could_have_is_refused(changes: object, pointer: str) -> None:
    with pytest.raises(Refused) as caught:
        change_order(validate_order_params(order_of("LMT")), changes)
    assert caught.value.fields[0].pointer == pointer


def test_a_combos_price_may_change_its_sign() -> None:
    order = validate_order_params(order_of("LMT", lmtPrice=0.5), is_combo=True)
    assert change_order(order, {"lmtPrice": -0.5}, is_combo=True).to_payload()["lmtPrice"] == -0.5


def test_the_old_order_stays_as_it_is() -> None:
    order = validate_order_params(order_of("LMT"))
    change_order(order, {"lmtPrice": 230})
    assert order.to_payload()["lmtPrice"] == 228.1

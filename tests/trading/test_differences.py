from __future__ import annotations

from typing import Any

import pytest

from tests.trading.orders_for_tests import a_request
from tests.trading.vocabulary import OPTIONAL, contract_for, order_with
from trading.differences import differences
from trading.ib_objects import order_row, order_to_ib
from trading.orders import parse_order_request


def test_what_tws_changed_is_told_field_by_field() -> None:
    asked = a_request(orderType="LMT", lmtPrice=228.1, outsideRth=True, tif="GTC")
    told = order_row(order_to_ib(asked, "DU1")) | {"tif": "DAY", "outsideRth": False}
    assert differences(asked.order.to_payload(), told) == [
        {"field": "tif", "asked": "GTC", "told": "DAY"},
        {"field": "outsideRth", "asked": True, "told": False},
    ]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"totalQuantity": 100}, {"totalQuantity": 100.0}),
        ({"lmtPrice": None}, {"lmtPrice": 5}),
        ({"lmtPrice": 5}, {"lmtPrice": None}),
        ({"lmtPrice": 5}, {}),
        ({}, {"lmtPrice": 5}),
        ({"account": ""}, {"account": "DU1"}),
        ({"trailStopPrice": 220}, {"trailStopPrice": 221.5}),
        ({"orderType": "TRAIL LIMIT", "lmtPrice": 225}, {"lmtPrice": 226}),
        ({"algoParams": {"maxPctVol": 0.2}}, {"algoParams": {"maxPctVol": 0.2, "x": "1"}}),
    ],
)
def test_what_is_equal_unknown_or_tws_own_is_no_difference(
    asked: dict[str, Any], told: dict[str, Any]
) -> None:
    assert differences(asked, told) == []


@pytest.mark.parametrize(("order_type", "name"), OPTIONAL)
def test_an_order_that_tws_took_as_it_is_has_no_difference(order_type: str, name: str) -> None:
    body = {"contract": contract_for(name), "order": order_with(order_type, name)}
    request = parse_order_request(body)
    sent = order_to_ib(request, "DU1")
    assert differences(request.order.to_payload(), order_row(sent)) == []


def test_another_parameter_or_condition_is_a_difference() -> None:
    asked: dict[str, Any] = {"algoParams": {"maxPctVol": 0.2}, "conditions": [{"price": 1}]}
    told: dict[str, Any] = {"algoParams": {"maxPctVol": 0.1}, "conditions": [{"price": 2}]}
    assert [found["field"] for found in differences(asked, told)] == ["algoParams", "conditions"]

"""A preset holds the defaults of a kind of contract, and nothing that could send an order."""

from __future__ import annotations

from typing import Any

import pytest

from trading.presets import parse_presets
from trading.refusals import Refused

LEAST = {"name": "Stocks", "secType": "STK", "orderType": "LMT"}
WHOLE = {
    "name": "Half a percent",
    "secType": "OPT",
    "isDefault": True,
    "size": 0.5,
    "sizeUnit": "percentOfNetLiquidation",
    "orderType": "MKT",
    "algoStrategy": "Adaptive",
    "tif": "DAY",
    "outsideRth": True,
    "targetBy": 2.25,
    "stopBy": 1,
    "distanceUnit": "percent",
}


def test_what_is_left_out_is_not_set() -> None:
    (preset,) = parse_presets([LEAST])
    assert preset.to_payload() == LEAST | {
        "isDefault": False,
        "size": None,
        "sizeUnit": "shares",
        "algoStrategy": None,
        "tif": "DAY",
        "outsideRth": False,
        "targetBy": None,
        "stopBy": None,
        "distanceUnit": "price",
    }


def test_a_whole_one_comes_back_as_it_was_given() -> None:
    assert [one.to_payload() for one in parse_presets([WHOLE])] == [WHOLE]


def test_each_kind_of_contract_has_a_default_of_its_own() -> None:
    both = [LEAST | {"isDefault": True}, WHOLE]
    assert [one.is_default for one in parse_presets(both)] == [True, True]


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"name": ""}, "/presets/0/name"),
        ({"name": "N" * 41}, "/presets/0/name"),
        ({"secType": "HOPE"}, "/presets/0/secType"),
        ({"orderType": "HOPE"}, "/presets/0/orderType"),
        ({"orderType": 7}, "/presets/0/orderType"),
        ({"size": 0}, "/presets/0/size"),
        ({"size": "100"}, "/presets/0/size"),
        ({"sizeUnit": "lots"}, "/presets/0/sizeUnit"),
        ({"stopBy": -1}, "/presets/0/stopBy"),
        ({"tif": "IOC", "orderType": "LOC"}, "/presets/0"),
        ({"action": "BUY"}, "/presets/0/action"),
        ({"lmtPrice": 10}, "/presets/0/lmtPrice"),
        ({"algoStrategy": "Vwap", "orderType": "STP"}, "/presets/0"),
    ],
)
def test_what_is_no_preset_is_refused_at_its_field(more: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_presets([LEAST | more])
    assert refused.value.fields[0].pointer == pointer


@pytest.mark.parametrize("rows", [None, {}, [[]], [LEAST] * 31, [LEAST, LEAST | {"tif": "GTC"}]])
def test_what_is_no_list_of_presets_is_refused(rows: Any) -> None:
    with pytest.raises(Refused):
        parse_presets(rows)

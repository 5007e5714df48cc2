from __future__ import annotations

import json
from typing import Any

import pytest

from tests.trading.vocabulary import order_of
from trading import algos
from trading.order_rules import validate_order_params
from trading.refusals import Refused

GOOD: dict[str, list[dict[str, Any]]] = {
    "Adaptive": [{"adaptivePriority": name} for name in ("Urgent", "Normal", "Patient")],
    "Twap": [
        {},
        {"strategyType": "Matching Midpoint", "startTime": "09:30:00 US/Eastern"},
        {"endTime": "15:30:00 UTC", "allowPastEndTime": True},
    ],
    "Vwap": [{"maxPctVol": 0.1}, {"maxPctVol": 0.5, "noTakeLiq": True, "allowPastEndTime": False}],
}


def with_algo(strategy: str, params: object, order_type: str = "MKT") -> Any:
    raw = order_of(order_type, algoStrategy=strategy, algoParams=params)
    return validate_order_params(raw)


@pytest.mark.parametrize("order_type", ["MKT", "LMT"])
@pytest.mark.parametrize(
    ("strategy", "params"), [(name, params) for name, many in GOOD.items() for params in many]
)
def test_a_strategy_takes_its_own_parameters(
    order_type: str, strategy: str, params: dict[str, Any]
) -> None:
    shown = with_algo(strategy, params, order_type).to_payload()
    assert shown["algoStrategy"] == strategy
    assert shown["algoParams"].items() >= params.items()
    assert json.loads(json.dumps(shown)) == shown


@pytest.mark.parametrize(
    ("strategy", "params", "where", "words"),
    [
        ("Adaptive", {}, "/adaptivePriority", "is required"),
        ("Adaptive", {"adaptivePriority": "urgent"}, "/adaptivePriority", "must be one of Urgent"),
        ("Adaptive", {"maxPctVol": 0.1}, "/adaptivePriority", "is required"),
        ("Twap", {"adaptivePriority": "Urgent"}, "/adaptivePriority", "is not used here"),
        ("Twap", {"startTime": "09:30:00"}, "/startTime", "must be a time of day with its zone"),
        ("Twap", {"startTime": "25:30:00 UTC"}, "/startTime", "must be a time of day"),
        ("Twap", {"startTime": "09:30:00 Mars/Base"}, "/startTime", "must be a time of day"),
        ("Twap", {"startTime": 930}, "/startTime", "must be a time of day"),
        ("Twap", {"allowPastEndTime": 1}, "/allowPastEndTime", "must be true or false"),
        ("Vwap", {}, "/maxPctVol", "is required"),
        ("Vwap", {"maxPctVol": 0.05}, "/maxPctVol", "must be at least 0.1"),
        ("Vwap", {"maxPctVol": 0.51}, "/maxPctVol", "must be at most 0.5"),
        ("Vwap", {"maxPctVol": "0.2"}, "/maxPctVol", "must be a number"),
        ("Vwap", [], "", "must be an object"),
    ],
)
def test_parameters_that_cannot_be_meant_are_refused(
    strategy: str, params: object, where: str, words: str
) -> None:
    with pytest.raises(Refused) as caught:
        with_algo(strategy, params)
    assert caught.value.fields[0].pointer == f"/order/algoParams{where}"
    assert words in caught.value.sentence


def test_tags_go_out_as_ib_writes_them() -> None:
    params = with_algo("Vwap", {"maxPctVol": 0.2, "noTakeLiq": True}).algo_params
    assert algos.tags(params) == {"maxPctVol": "0.2", "allowPastEndTime": "0", "noTakeLiq": "1"}


def test_what_tws_tells_has_the_types_of_a_request() -> None:
    asked = with_algo("Vwap", {"maxPctVol": 0.2, "startTime": "09:30:00 UTC"}).algo_params
    assert algos.told_params(algos.tags(asked)) == algos.params_payload(asked)


def test_a_parameter_that_tws_leaves_empty_is_not_there() -> None:
    assert algos.told_params({"startTime": "", "strategyType": "Marketable"}) == {
        "strategyType": "Marketable"
    }
    assert algos.told_params({"maxPctVol": "most"}) == {"maxPctVol": "most"}

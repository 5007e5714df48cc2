from __future__ import annotations

from typing import Any

import pytest

from tests.trading.vocabulary import PRICE_CONDITION, order_of
from trading import conditions
from trading.order_rules import validate_order_params
from trading.refusals import Refused

WHERE = {"conId": 265598, "exch": "SMART"}
CONDITIONS: dict[str, dict[str, Any]] = {
    "price": PRICE_CONDITION,
    "time": {"condType": "time", "isMore": True, "time": "2026-11-20T15:00:00Z"},
    "margin": {"condType": "margin", "isMore": False, "percent": 10},
    "execution": {"condType": "execution", "secType": "STK", "exch": "SMART", "symbol": "MSFT"},
    "volume": {"condType": "volume", "isMore": True, "volume": 1000000} | WHERE,
    "percentChange": {"condType": "percentChange", "isMore": True, "changePercent": -2.5} | WHERE,
}
FIELDS = [(kind, name) for kind, raw in CONDITIONS.items() for name in raw if name != "condType"]
EVERY_FIELD = {name for raw in CONDITIONS.values() for name in raw}


def parsed(*raw: object) -> Any:
    return validate_order_params(order_of("MKT", conditions=list(raw))).conditions


def refusal(*raw: object) -> Refused:
    with pytest.raises(Refused) as caught:
        parsed(*raw)
    return caught.value


def test_the_tests_know_every_kind() -> None:
    assert tuple(CONDITIONS) == conditions.CONDITION_TYPES


@pytest.mark.parametrize("kind", CONDITIONS)
def test_a_condition_is_accepted_and_shown_as_it_was_given(kind: str) -> None:
    (condition,) = parsed(CONDITIONS[kind])
    assert condition.to_payload().items() >= CONDITIONS[kind].items()
    assert condition.to_payload()["conjunction"] == "a"


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_nothing_of_a_condition_may_be_missing(kind: str, name: str) -> None:
    error = refusal({key: value for key, value in CONDITIONS[kind].items() if key != name})
    assert error.fields[0].pointer == f"/order/conditions/0/{name}"
    assert error.sentence == f"Order conditions[0].{name} is required"


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind, raw in CONDITIONS.items() for name in sorted(EVERY_FIELD - raw.keys())],
)
def test_a_condition_is_refused_with_the_field_of_another(kind: str, name: str) -> None:
    error = refusal(CONDITIONS["time"], CONDITIONS[kind] | {name: 1})
    assert error.fields[0].pointer == f"/order/conditions/1/{name}"
    assert error.sentence == f"Order conditions[1].{name} is not used here; leave it out"


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("price", {"price": "230"}, "price must be a number"),
        ("price", {"conId": 0}, "conId must be more than 0"),
        ("price", {"conId": 1.5}, "conId must be a whole number"),
        ("price", {"exch": ""}, "exch must not be empty"),
        ("price", {"exch": "A\0"}, "exch must be printable ASCII"),
        ("price", {"isMore": 1}, "isMore must be true or false"),
        ("price", {"triggerMethod": 5}, "triggerMethod must be one of 0, 1, 2, 3, 4, 7 or 8"),
        ("price", {"triggerMethod": True}, "triggerMethod must be a whole number"),
        ("price", {"conjunction": "and"}, "conjunction must be one of a or o"),
        ("time", {"time": "20261120 15:00:00"}, "time must be a time with its zone"),
        ("margin", {"percent": 101}, "percent must be at most 100"),
        ("volume", {"volume": 0}, "volume must be more than 0"),
        ("percentChange", {"changePercent": float("nan")}, "changePercent must be a number"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused(
    kind: str, fields: dict[str, Any], words: str
) -> None:
    assert words in refusal(CONDITIONS[kind] | fields).sentence


@pytest.mark.parametrize("kind", ["Price", "hope", None, 1])
def test_an_unknown_kind_is_refused(kind: object) -> None:
    error = refusal(PRICE_CONDITION | {"condType": kind})
    assert error.fields[0].pointer == "/order/conditions/0"
    assert "must be one of price, time, margin" in error.sentence


@pytest.mark.parametrize("raw", [None, 1, "x", [], {}])
def test_what_is_no_condition_is_refused(raw: object) -> None:
    assert refusal(raw).fields[0].pointer == "/order/conditions/0"


@pytest.mark.parametrize("raw", [[], [PRICE_CONDITION] * 11, {}, "x", 1])
def test_conditions_are_a_list_of_one_to_ten(raw: object) -> None:
    with pytest.raises(Refused) as caught:
        validate_order_params(order_of("MKT", conditions=raw))
    assert caught.value.sentence == "Order conditions must be a list of 1 to 10"


def test_ten_conditions_are_accepted() -> None:
    assert len(parsed(*[PRICE_CONDITION] * 10)) == 10


def test_conditions_are_described_as_they_are_joined() -> None:
    joined = [CONDITIONS[kind] for kind in ("execution", "margin")]
    found = parsed(CONDITIONS["price"] | {"conjunction": "o"}, *joined)
    assert conditions.describe(found) == (
        "if price 265598 > 230.5 or execution in MSFT and margin < 10"
    )

from __future__ import annotations

import json
from typing import get_args

import pytest

from tests.trading.vocabulary import (
    ALL_FIELDS,
    FOREIGN,
    NEEDED,
    OPTIONAL,
    ORDER_TYPES,
    order_of,
    order_with,
    own_fields,
)
from trading import order_types
from trading.order_rules import validate_order_params
from trading.order_types import CLASSES, TIFS, Tif
from trading.refusals import Refused

# What is always there, whatever the type.
SHOWN = {"action", "totalQuantity", "orderType", "lmtPrice", "auxPrice"} | {
    *("tif", "outsideRth", "account", "whatIf")
}


def test_the_tests_know_every_type_and_every_field() -> None:
    assert tuple(NEEDED) == order_types.ORDER_TYPES == tuple(TIFS)
    assert set().union(*map(own_fields, ORDER_TYPES)) == ALL_FIELDS


@pytest.mark.parametrize("order_type", ORDER_TYPES)
def test_a_type_is_accepted_with_what_it_needs(order_type: str) -> None:
    payload = validate_order_params(order_of(order_type)).to_payload()
    assert payload.keys() - NEEDED[order_type].keys() <= SHOWN
    assert {name: payload[name] for name in NEEDED[order_type]} == NEEDED[order_type]


@pytest.mark.parametrize(
    ("order_type", "name"),
    [(kind, name) for kind in ORDER_TYPES for name in ("action", "totalQuantity", *NEEDED[kind])],
)
def test_nothing_that_a_type_needs_may_be_missing(order_type: str, name: str) -> None:
    raw = order_of(order_type)
    del raw[name]
    with pytest.raises(Refused) as caught:
        validate_order_params(raw)
    asked_for = "lmtPrice" if name == "lmtPriceOffset" else name  # either of them would do
    assert caught.value.fields[0].pointer == f"/order/{asked_for}"


@pytest.mark.parametrize(("order_type", "name"), OPTIONAL)
def test_a_type_is_accepted_with_each_of_its_fields(order_type: str, name: str) -> None:
    raw = order_with(order_type, name)
    payload = validate_order_params(raw).to_payload()
    assert json.loads(json.dumps(payload)) == payload
    if name in ("conditions", "algoParams"):  # shown with what goes without saying
        assert payload[name]
    else:
        assert payload[name] == raw[name]


@pytest.mark.parametrize(("order_type", "name"), FOREIGN)
def test_a_type_is_refused_with_the_field_of_another(order_type: str, name: str) -> None:
    raw = order_of(order_type) | {name: order_with(_owner(name), name)[name]}
    with pytest.raises(Refused) as caught:
        validate_order_params(raw)
    assert caught.value.sentence == f"Order {name} is not used here; leave it out"
    assert caught.value.fields[0].pointer == f"/order/{name}"


def _owner(name: str) -> str:
    return next(kind for kind in ORDER_TYPES if name in own_fields(kind))


@pytest.mark.parametrize("tif", get_args(Tif))
@pytest.mark.parametrize("order_type", ORDER_TYPES)
def test_a_type_takes_the_tifs_of_the_table_and_no_other(order_type: str, tif: str) -> None:
    till = {"goodTillDate": "2026-12-18T21:00:00Z"} if tif == "GTD" else {}
    raw = order_of(order_type, tif=tif) | till
    if tif in TIFS[order_type]:
        assert validate_order_params(raw).tif == tif
        return
    with pytest.raises(Refused) as caught:
        validate_order_params(raw)
    assert f"Order tif {tif} does not go with orderType {order_type}" in caught.value.sentence
    assert caught.value.fields[0].pointer == "/order/tif"


def test_only_orders_at_the_open_take_opg() -> None:
    takes = {kind for kind, tifs in TIFS.items() if "OPG" in tifs}
    assert takes == {"MKT", "LMT", "MOO", "LOO"}


def test_each_class_has_one_type_and_says_what_it_is() -> None:
    assert all(kind.__doc__ and kind.__doc__ != "" for kind in CLASSES.values())
    assert len(set(CLASSES.values())) == len(CLASSES)


@pytest.mark.parametrize("order_type", ORDER_TYPES)
def test_an_order_cannot_be_changed_in_place(order_type: str) -> None:
    order = validate_order_params(order_of(order_type))
    with pytest.raises(ValueError, match="frozen"):
        order.tif = "GTC"

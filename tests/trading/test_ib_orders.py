from __future__ import annotations

from typing import Any

import ib_async
import pytest
from ib_async.util import UNSET_DOUBLE

from tests.trading.orders_for_tests import ACCOUNT, KEY, a_request, an_order
from tests.trading.test_conditions import CONDITIONS
from tests.trading.vocabulary import NEEDED, OPTIONAL, ORDER_TYPES, contract_for, order_with
from tests.trading.vocabulary import order_of as raw_order
from trading.ib_orders import PRICES_USED, number, order_row, order_to_ib
from trading.order_types import CLASSES
from trading.orders import parse_order_request

ON_THE_WIRE = {"MOO": ("MKT", "OPG"), "LOO": ("LMT", "OPG")}
UNSET_FIELDS = ("lmtPrice", "auxPrice", "trailingPercent", "trailStopPrice", "lmtPriceOffset")
MORE_UNSET = ("cashQty", "midOffsetAtWhole", "midOffsetAtHalf")


def sent(order_type: str, **fields: Any) -> ib_async.Order:
    return order_to_ib(a_request(**raw_order(order_type, **fields)), ACCOUNT)


# Out.


@pytest.mark.parametrize("order_type", ORDER_TYPES)
def test_a_type_goes_out_with_its_prices_and_everything_else_unset(order_type: str) -> None:
    order = sent(order_type)
    own_type, tif = ON_THE_WIRE.get(order_type, (order_type, "DAY"))
    assert (order.orderType, order.tif, order.transmit) == (own_type, tif, True)
    for name in (*UNSET_FIELDS, *MORE_UNSET):
        assert float(getattr(order, name)) == NEEDED[order_type].get(name, UNSET_DOUBLE)
    assert (order.conditions, order.algoStrategy, order.ocaGroup) == ([], "", "")
    assert (order.goodTillDate, order.goodAfterTime) == ("", "")


@pytest.mark.parametrize(("order_type", "name"), OPTIONAL)
def test_each_field_goes_out_under_ibs_name(order_type: str, name: str) -> None:
    raw = order_with(order_type, name)
    body = {"contract": contract_for(name), "order": raw}
    order = order_to_ib(parse_order_request(body, KEY), ACCOUNT)
    if name in ("conditions", "algoParams"):
        assert getattr(order, name)
    elif name in ("goodTillDate", "goodAfterTime"):
        assert getattr(order, name) == raw[name].replace("-", "").replace("T", "-").rstrip("Z")
    else:
        assert number(getattr(order, name)) == raw[name]


def test_a_child_names_its_parent_and_waits_to_be_transmitted() -> None:
    order = order_to_ib(a_request(), ACCOUNT, parent_id=7, transmit=False)
    assert (order.parentId, order.transmit) == (7, False)


def test_an_order_of_cash_goes_out_without_a_size() -> None:
    body = {
        "contract": {"symbol": "EUR", "secType": "CASH"},
        "order": {"action": "BUY", "orderType": "MKT", "cashQty": 5000},
    }
    order = order_to_ib(parse_order_request(body), ACCOUNT)
    assert (order.totalQuantity, order.cashQty) == (UNSET_DOUBLE, 5000)


def test_an_algorithm_goes_out_as_tags() -> None:
    params = {"maxPctVol": 0.2, "noTakeLiq": True}
    order = sent("LMT", algoStrategy="Vwap", algoParams=params)
    assert order.algoStrategy == "Vwap"
    assert [(param.tag, param.value) for param in order.algoParams] == [
        ("maxPctVol", "0.2"),
        ("allowPastEndTime", "0"),
        ("noTakeLiq", "1"),
    ]


@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        ("price", ib_async.PriceCondition(1, "a", True, 230.5, 265598, "SMART", 0)),
        ("time", ib_async.TimeCondition(3, "a", True, "20261120-15:00:00")),
        ("margin", ib_async.MarginCondition(4, "a", False, 10)),
        ("execution", ib_async.ExecutionCondition(5, "a", "STK", "SMART", "MSFT")),
        ("volume", ib_async.VolumeCondition(6, "a", True, 1000000, 265598, "SMART")),
        ("percentChange", ib_async.PercentChangeCondition(7, "a", True, -2.5, 265598, "SMART")),
    ],
)
def test_a_condition_goes_out_as_ibs_own(kind: str, condition: ib_async.OrderCondition) -> None:
    (gone,) = sent("MKT", conditions=[CONDITIONS[kind]]).conditions
    assert type(gone) is type(condition)
    assert vars(gone) == {
        name: pytest.approx(value) if isinstance(value, float) else value
        for name, value in vars(condition).items()
    }


def test_the_numbers_of_a_condition_go_out_without_an_exponent() -> None:
    """ib_async writes str(value)."""
    small = CONDITIONS["price"] | {"price": 0.000001}
    (gone,) = sent("MKT", conditions=[small]).conditions
    assert str(vars(gone)["price"]) == "0.000001"


# Back.


def test_the_table_of_prices_knows_every_type_on_the_wire() -> None:
    assert PRICES_USED.keys() == CLASSES.keys() - ON_THE_WIRE.keys()
    for order_type, prices in PRICES_USED.items():
        own = {str(field.alias) for field in CLASSES[order_type].model_fields.values()}
        assert prices == own & {*UNSET_FIELDS, "midOffsetAtWhole", "midOffsetAtHalf"}


@pytest.mark.parametrize("zero", [0.0, UNSET_DOUBLE])
@pytest.mark.parametrize("order_type", PRICES_USED)
def test_a_price_that_a_type_does_not_have_is_none_or_not_there(
    order_type: str, zero: float
) -> None:
    """openOrder writes 0 for some of them and leaves others unset."""
    unset = dict.fromkeys((*UNSET_FIELDS, *MORE_UNSET), zero)
    told = an_order(orderType=order_type, **(unset | NEEDED[order_type]))
    row = order_row(told)
    shown = {name: row.get(name) for name in UNSET_FIELDS if row.get(name)}
    assert shown == {name: value for name, value in NEEDED[order_type].items() if value}
    assert {"lmtPrice", "auxPrice"} <= row.keys()


def test_a_combo_at_no_cost_keeps_its_price_of_zero() -> None:
    assert order_row(an_order(orderType="LMT", lmtPrice=0.0))["lmtPrice"] == 0.0
    assert order_row(an_order(orderType="LMT", lmtPrice=-1.25))["lmtPrice"] == -1.25


@pytest.mark.parametrize(("order_type", "name"), OPTIONAL)
def test_what_went_out_comes_back_as_it_was_asked(order_type: str, name: str) -> None:
    body = {"contract": contract_for(name), "order": order_with(order_type, name)}
    request = parse_order_request(body, KEY)
    row = order_row(order_to_ib(request, ACCOUNT))
    asked = request.order.to_payload()
    always = {"whatIf", "account", "conditionsIgnoreRth", "conditionsCancelOrder"}
    assert {field: row.get(field) for field in asked.keys() - always} == {
        field: asked[field] for field in asked.keys() - always
    }


def test_an_order_of_tws_without_such_fields_shows_only_what_every_order_has() -> None:
    assert order_row(an_order()).keys() == {
        *("action", "totalQuantity", "orderType", "lmtPrice", "auxPrice"),
        *("tif", "outsideRth", "account"),
    }


def test_an_oca_type_without_a_group_is_not_shown() -> None:
    """openOrder reports ocaType 3 for every order."""
    assert "ocaType" not in order_row(an_order(ocaType=3))
    row = order_row(an_order(ocaGroup="g", ocaType=1))
    assert (row["ocaGroup"], row["ocaType"]) == ("g", 1)


def test_tws_times_are_shown_in_utc() -> None:
    row = order_row(an_order(tif="GTD", goodTillDate="20261218 16:00:00 US/Eastern"))
    assert row["goodTillDate"] == "2026-12-18T21:00:00Z"


def test_an_algorithm_of_another_program_is_shown_as_it_is() -> None:
    params = [ib_async.TagValue("displaySize", "100"), ib_async.TagValue("giveUp", "")]
    row = order_row(an_order(algoStrategy="DarkIce", algoParams=params))
    assert row["algoParams"] == {"displaySize": "100"}

from __future__ import annotations

from typing import Any

import pytest

from tests.trading.orders_for_tests import KEY, a_body
from trading.orders import OrderRequest, parse_order_request
from trading.refusals import Refused

LIMIT = {"orderType": "LMT", "lmtPrice": 228}
STOP = {"orderType": "STP", "auxPrice": 220}
TWO_TARGETS = [{"lmtPrice": 235, "totalQuantity": 60}, {"lmtPrice": 240, "totalQuantity": 40}]


def bracketed(bracket: object, contract: object = None, **order: object) -> OrderRequest:
    body = a_body(contract, **(LIMIT | order)) | {"bracket": bracket}
    return parse_order_request(body, KEY)


def refusal(bracket: object, **order: object) -> Refused:
    with pytest.raises(Refused) as caught:
        bracketed(bracket, **order)
    return caught.value


def rows(request: OrderRequest) -> list[tuple[Any, ...]]:
    return [
        (leg.client_order_id, leg.order.action, leg.quantity, leg.order.order_type)
        for leg in request.legs
    ]


def test_a_target_and_its_stop_are_one_group_on_the_other_side() -> None:
    request = bracketed({"targets": [{"lmtPrice": 235}], "stop": STOP})
    assert rows(request) == [("ui-1-t1", "SELL", 100, "LMT"), ("ui-1-s1", "SELL", 100, "STP")]
    assert {leg.parent for leg in request.legs} == {KEY}
    assert {(leg.order.oca_group, leg.order.oca_type) for leg in request.legs} == {("ui-1-1", 1)}
    assert request.order.oca_group is None


def test_a_scale_out_keeps_every_share_protected() -> None:
    request = bracketed({"targets": TWO_TARGETS, "stop": STOP})
    assert rows(request) == [
        ("ui-1-t1", "SELL", 60, "LMT"),
        ("ui-1-s1", "SELL", 60, "STP"),
        ("ui-1-t2", "SELL", 40, "LMT"),
        ("ui-1-s2", "SELL", 40, "STP"),
    ]
    groups = [leg.order.oca_group for leg in request.legs]
    assert groups == ["ui-1-1", "ui-1-1", "ui-1-2", "ui-1-2"]


@pytest.mark.parametrize(
    ("bracket", "names"),
    [
        ({"stop": STOP}, ["ui-1-s1"]),
        ({"targets": [{"lmtPrice": 235}]}, ["ui-1-t1"]),
        ({"targets": TWO_TARGETS}, ["ui-1-t1", "ui-1-t2"]),
    ],
)
def test_a_lone_leg_has_no_group(bracket: dict[str, Any], names: list[str]) -> None:
    legs = bracketed(bracket).legs
    assert [leg.client_order_id for leg in legs] == names
    assert all(leg.order.oca_group is None and leg.order.oca_type is None for leg in legs)


@pytest.mark.parametrize("action", ["SELL", "SSHORT"])
def test_what_is_sold_is_bought_back(action: str) -> None:
    bracket = {"targets": [{"lmtPrice": 220}], "stop": {"orderType": "STP", "auxPrice": 235}}
    assert {leg.order.action for leg in bracketed(bracket, action=action).legs} == {"BUY"}


@pytest.mark.parametrize(
    "stop",
    [
        {"orderType": "STP LMT", "auxPrice": 220, "lmtPrice": 219},
        {"orderType": "TRAIL", "auxPrice": 2},
        {"orderType": "TRAIL", "trailingPercent": 2, "trailStopPrice": 224},
        STOP | {"tif": "GTD", "goodTillDate": "2026-12-18T21:00:00Z", "outsideRth": True},
    ],
)
def test_a_stop_may_be_of_three_types_with_their_own_fields(stop: dict[str, Any]) -> None:
    (leg,) = bracketed({"stop": stop}).legs
    assert leg.order.to_payload().items() >= stop.items()


@pytest.mark.parametrize(
    ("order", "bracket", "tifs"),
    [
        ({}, {}, ["DAY", "DAY"]),
        ({"tif": "GTC"}, {}, ["GTC", "GTC"]),
        ({"tif": "IOC"}, {}, ["GTC", "GTC"]),
        ({"tif": "OPG"}, {}, ["GTC", "GTC"]),
        ({"tif": "GTC"}, {"tif": "DAY"}, ["DAY", "DAY"]),
        ({}, {"stop": STOP | {"tif": "GTC"}}, ["DAY", "GTC"]),
    ],
)
def test_legs_stay_as_long_as_somebody_says(
    order: dict[str, Any], bracket: dict[str, Any], tifs: list[str]
) -> None:
    """The stop's own, else the bracket's, else the order's; GTC when that is only for entering."""
    request = bracketed({"targets": [{"lmtPrice": 235}], "stop": STOP} | bracket, **order)
    assert [leg.order.tif for leg in request.legs] == tifs


def test_legs_are_of_the_same_account_hours_and_contract() -> None:
    request = bracketed({"stop": STOP}, account="DU2", outsideRth=True)
    (leg,) = request.legs
    assert (leg.order.account, leg.order.outside_rth) == ("DU2", True)
    assert leg.contract == request.contract
    assert not leg.legs


def test_a_leg_parses_from_its_own_body() -> None:
    for leg in bracketed({"targets": TWO_TARGETS, "stop": STOP}).legs:
        again = parse_order_request(leg.to_body(), leg.client_order_id)
        assert (again.contract, again.order) == (leg.contract, leg.order)


def test_a_bracket_is_described_and_part_of_what_was_asked() -> None:
    request = bracketed({"targets": [{"lmtPrice": 235}], "stop": STOP})
    assert request.describe() == (
        "BUY 100 AAPL LMT 228 DAY, SELL 100 LMT 235 DAY, SELL 100 STP 220 DAY"
    )
    other = bracketed({"targets": [{"lmtPrice": 236}], "stop": STOP})
    assert len({request.fingerprint(), other.fingerprint(), other.legs[0].fingerprint()}) == 3


def test_a_preview_may_have_a_bracket_whose_legs_are_none() -> None:
    request = bracketed({"stop": STOP}, whatIf=True)
    assert request.what_if
    assert not request.legs[0].what_if


def test_a_combos_bracket_may_have_prices_below_zero() -> None:
    legs = [{"conId": n, "ratio": 1, "action": "BUY"} for n in (1, 2)]
    combo = {"symbol": "AAPL", "secType": "BAG", "comboLegs": legs}
    bracket = {"targets": [{"lmtPrice": -0.5}], "stop": {"orderType": "STP", "auxPrice": -2}}
    assert len(bracketed(bracket, combo, lmtPrice=-1).legs) == 2


@pytest.mark.parametrize(
    ("bracket", "pointer", "sentence"),
    [
        (None, "", "Bracket must be an object"),
        ([], "", "Bracket must be an object"),
        ({}, "", "Bracket needs targets, a stop or both"),
        ({"targets": None, "stop": None}, "", "Bracket needs targets, a stop or both"),
        ({"targets": []}, "/targets", "Bracket targets must be a list of 1 to 5"),
        ({"targets": [{"lmtPrice": 235}] * 6}, "/targets", "must be a list of 1 to 5"),
        ({"targets": [{}]}, "/targets/0/lmtPrice", "Bracket targets[0].lmtPrice is required"),
        ({"targets": [{"lmtPrice": 0}]}, "/targets/0/lmtPrice", "must be a positive price"),
        ({"targets": [{"lmtPrice": 235, "tif": "DAY"}]}, "/targets/0/tif", "is not used here"),
        ({"targets": [5]}, "/targets/0", "Bracket targets[0] must be an object"),
        ({"stop": 5}, "/stop", "Bracket stop must be an object"),
        ({"stop": {}}, "/stop/orderType", "must be one of STP, STP LMT, TRAIL"),
        ({"stop": {"orderType": "MKT"}}, "/stop/orderType", "must be one of STP, STP LMT, TRAIL"),
        ({"stop": {"orderType": "STP"}}, "/stop/auxPrice", "must be a positive price"),
        ({"stop": STOP | {"lmtPrice": 1}}, "/stop/lmtPrice", "is not used here; leave it out"),
        ({"stop": STOP | {"tif": "OPG"}}, "/stop/tif", "does not go with orderType STP"),
        ({"stop": STOP, "tif": "IOC"}, "/tif", "Bracket tif must be DAY or GTC"),
        ({"stop": STOP, "parentId": 7}, "/parentId", "is not used here; leave it out"),
        ({"stop": STOP | {"transmit": True}}, "/stop/transmit", "is not used here"),
    ],
)
def test_a_bracket_that_cannot_be_meant_is_refused(
    bracket: object, pointer: str, sentence: str
) -> None:
    error = refusal(bracket)
    assert error.fields[0].pointer == f"/bracket{pointer}"
    assert sentence in error.sentence


@pytest.mark.parametrize(
    "name", ["action", "totalQuantity", "account", "whatIf", "ocaGroup", "ocaType", "cashQty"]
)
def test_what_the_bracket_says_is_not_said_again(name: str) -> None:
    error = refusal({"stop": STOP | {name: 1}})
    assert error.sentence == f"Bracket stop.{name} is set by the bracket; leave it out"


@pytest.mark.parametrize(
    ("sizes", "pointer"),
    [
        ([60, 30], "/bracket/targets"),
        ([60, 50], "/bracket/targets"),
        ([90], "/bracket/targets"),
        ([60, None], "/bracket/targets/1/totalQuantity"),
        ([None, None], "/bracket/targets/0/totalQuantity"),
    ],
)
def test_the_targets_are_the_whole_order(sizes: list[int | None], pointer: str) -> None:
    targets = [{"lmtPrice": 235} | ({"totalQuantity": size} if size else {}) for size in sizes]
    assert refusal({"targets": targets}).fields[0].pointer == pointer


@pytest.mark.parametrize(
    ("order", "target", "stop", "sentence"),
    [
        ({}, 228, 220, "targets[0].lmtPrice must be above the order's own price"),
        ({}, 227, 220, "targets[0].lmtPrice must be above the order's own price"),
        ({}, 235, 228, "stop.auxPrice must be below the order's own price"),
        ({"action": "SELL"}, 229, 235, "targets[0].lmtPrice must be below the order's own price"),
        ({"action": "SELL"}, 220, 227, "stop.auxPrice must be above the order's own price"),
        ({"orderType": "MKT"}, 220, 235, "targets[0].lmtPrice must be above the stop"),
        ({"orderType": "STP", "auxPrice": 236}, 235, 220, "must be above the order's own price"),
    ],
)
def test_a_leg_on_the_wrong_side_is_refused(
    order: dict[str, Any], target: float, stop: float, sentence: str
) -> None:
    """Each would fill at once, against what its owner means."""
    legs = {"targets": [{"lmtPrice": target}], "stop": {"orderType": "STP", "auxPrice": stop}}
    raw = a_body(**order) if "orderType" in order else a_body(**(LIMIT | order))
    with pytest.raises(Refused) as caught:
        parse_order_request(raw | {"bracket": legs}, KEY)
    assert caught.value.sentence.startswith("Bracket ")
    assert sentence in caught.value.sentence


def test_a_trailing_stop_on_the_wrong_side_is_refused() -> None:
    error = refusal({"stop": {"orderType": "TRAIL", "auxPrice": 1, "trailStopPrice": 229}})
    assert error.fields[0].pointer == "/bracket/stop/trailStopPrice"


def test_an_order_with_a_bracket_has_a_shorter_name() -> None:
    body = a_body(**LIMIT) | {"bracket": {"stop": STOP}}
    assert parse_order_request(body, "x" * 36).legs[0].client_order_id == "x" * 36 + "-s1"
    with pytest.raises(Refused) as caught:
        parse_order_request(body, "x" * 37)
    assert caught.value.sentence == (
        "clientOrderId of an order with a bracket has at most 36 characters"
    )


def test_an_order_of_cash_has_no_bracket() -> None:
    raw = {"action": "BUY", "orderType": "MKT", "cashQty": 100}
    body = {"contract": {"symbol": "EUR", "secType": "CASH"}, "order": raw}
    with pytest.raises(Refused) as caught:
        parse_order_request(body | {"bracket": {"stop": STOP}}, KEY)
    assert caught.value.sentence == "Bracket needs an order with totalQuantity"

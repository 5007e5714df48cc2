"""Sizes in money and percent become a quantity before anything else looks at the order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trading.facts_for_tests import facts
from tests.web.visitors import BODY, Program, World, data
from trading.refusals import NotConnected

ORDERS = "/api/v1/orders"
BUY = {"action": "BUY", "orderType": "LMT", "lmtPrice": 200}
SELL = {"action": "SELL", "orderType": "MKT"}


@pytest.fixture(autouse=True)
def known(world: World) -> None:
    world.reader.facts = facts(position=75)


def sized(size: Any, order: dict[str, Any] | None = None, **body: Any) -> dict[str, Any]:
    return {"contract": {"symbol": "AAPL"}, "order": order or BUY, "size": size} | body


@pytest.mark.parametrize(
    ("size", "order", "quantity"),
    [
        ({"notional": 10_000}, BUY, 50),
        ({"notional": 10_199}, BUY, 50),
        ({"percentOfNetLiquidation": 1}, BUY, 50),
        ({"closePercent": 100}, SELL, 75),
        ({"closePercent": 50}, SELL, 37),
    ],
)
def test_a_size_is_rounded_down_to_a_quantity(
    world: World, program: Program, size: Any, order: dict[str, Any], quantity: int
) -> None:
    assert program.post(ORDERS, sized(size, order)).status_code == 201
    assert world.order_desk.submitted[0].quantity == quantity


def test_an_order_without_a_size_asks_for_no_facts(world: World, program: Program) -> None:
    program.post(ORDERS, BODY)
    assert world.reader.asked == []


def test_a_preview_has_the_quantity_that_would_be_sent(world: World, program: Program) -> None:
    program.post(ORDERS, sized({"notional": 10_000}, BUY | {"whatIf": True}))
    assert world.order_desk.previewed[0].quantity == 50
    assert world.order_desk.submitted == []


@pytest.mark.parametrize(
    ("size", "order", "pointer"),
    [
        ({}, BUY, "/size"),
        ({"shares": 5}, BUY, "/size"),
        ({"notional": 0}, BUY, "/size/notional"),
        ({"notional": "10000"}, BUY, "/size/notional"),
        ({"percentOfNetLiquidation": 101}, BUY, "/size/percentOfNetLiquidation"),
        ({"notional": 10_000}, BUY | {"totalQuantity": 5}, "/order/totalQuantity"),
        ({"notional": 100}, BUY, "/size"),
        ({"closePercent": 50}, SELL | {"action": "BUY"}, "/order/action"),
        (None, BUY, "/size"),
        ({"notional": 10_000}, [1], "/order/orderType"),
    ],
)
def test_a_size_that_cannot_be_is_refused_at_its_field(
    world: World, program: Program, size: Any, order: Any, pointer: str
) -> None:
    answer = program.post(ORDERS, sized(size, order))
    assert (answer.status_code, data(answer)["sent"]) == (422, "no")
    assert data(answer)["errors"][0]["pointer"] == pointer
    assert world.order_desk.submitted == []


@pytest.mark.parametrize(
    "gap", [{"quote_age": None}, {"quote_age": 6.0}, {"multiplier": None}, {"size_increment": None}]
)
def test_a_size_is_never_guessed(world: World, program: Program, gap: dict[str, Any]) -> None:
    world.reader.facts = facts(**gap)
    order = {"action": "BUY", "orderType": "MKT"}
    answer = program.post(ORDERS, sized({"notional": 10_000}, order))
    assert (answer.status_code, world.order_desk.submitted) == (422, [])
    assert "cannot be sized" in data(answer)["error"]


@pytest.mark.failure("F55")
@pytest.mark.parametrize("in_body", [True, False])
def test_an_order_that_is_asked_again_has_the_size_of_the_first(
    world: World, program: Program, in_body: bool
) -> None:
    name = {"clientOrderId": "ui-1"} if in_body else {}
    header = {} if in_body else {"Idempotency-Key": "ui-1"}
    for position in (80, 40):
        world.reader.facts = facts(position=position)
        program.post(ORDERS, sized({"closePercent": 50}, SELL, **name), **header)
        quantity = world.order_desk.submitted[-1].quantity
        world.order_desk.knows("ui-1", "live", order=SELL | {"totalQuantity": float(quantity or 0)})
    assert [str(asked.quantity) for asked in world.order_desk.submitted] == ["40", "40"]


def test_without_tws_nothing_is_sized(world: World, program: Program) -> None:
    world.reader.fails_with = NotConnected("no TWS")
    answer = program.post(ORDERS, sized({"notional": 10_000}))
    assert (answer.status_code, data(answer)["sent"]) == (503, "no")


def test_the_facts_are_those_of_the_orders_account(world: World, program: Program) -> None:
    program.post(ORDERS, sized({"notional": 10_000}, BUY | {"account": "DU7"}))
    assert world.reader.asked[0][2] == "DU7"

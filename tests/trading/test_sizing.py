from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.trading.facts_for_tests import facts
from tests.trading.orders_for_tests import PATIENT
from trading.refusals import Refused
from trading.risk import NO_FACTS, OrderFacts
from trading.sizing import Size, closing_order, parse_size, shares

FACTS = facts()
BUY = {"action": "BUY", "orderType": "MKT"}
SELL = {"action": "SELL", "orderType": "MKT"}
LIMIT = {"action": "BUY", "orderType": "LMT", "lmtPrice": 200}
POSITIVE = st.decimals(min_value="0.01", max_value=100_000, places=2)


def refusal(size: object, order: dict[str, Any], known: OrderFacts = FACTS) -> Refused:
    with pytest.raises(Refused) as caught:
        shares(parse_size(size), order, known)
    return caught.value


def sized(size: object, order: dict[str, Any] = BUY, **known: object) -> Decimal:
    return shares(parse_size(size), order, facts(**known))


# The words of a body.


@pytest.mark.parametrize(
    ("raw", "size"),
    [
        ({"notional": 10000}, Size("notional", Decimal(10000))),
        ({"percentOfNetLiquidation": 2.5}, Size("percentOfNetLiquidation", Decimal("2.5"))),
        ({"closePercent": 100}, Size("closePercent", Decimal(100))),
    ],
)
def test_a_size_is_one_of_three(raw: object, size: Size) -> None:
    assert parse_size(raw) == size


@pytest.mark.parametrize(
    "raw", [None, 5, "all", [], {}, {"shares": 5}, {"notional": 5, "closePercent": 50}], ids=repr
)
def test_anything_else_is_no_size(raw: object) -> None:
    with pytest.raises(Refused, match="size must be one of") as caught:
        parse_size(raw)
    assert caught.value.fields[0].pointer == "/size"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"notional": 0}, "size notional must be positive"),
        ({"notional": -1}, "size notional must be positive"),
        ({"notional": True}, "size notional must be a number"),
        ({"notional": "5"}, "size notional must be a number"),
        ({"notional": float("nan")}, "size notional must be a number of at most 1000000000"),
        ({"closePercent": 0}, "size closePercent must be above 0 and at most 100"),
        ({"closePercent": 100.1}, "size closePercent must be above 0 and at most 100"),
        ({"percentOfNetLiquidation": 101}, "must be above 0 and at most 100"),
    ],
)
def test_a_size_is_a_number_that_can_be_meant(raw: dict[str, object], words: str) -> None:
    with pytest.raises(Refused, match=words) as caught:
        parse_size(raw)
    assert caught.value.fields[0].pointer == f"/size/{next(iter(raw))}"


# Money.


@pytest.mark.parametrize(
    ("order", "quantity"),
    [
        (LIMIT, 50),
        (BUY, 43),  # 10000 / 228.20, the ask
        (SELL, 43),
        (SELL | {"orderType": "LMT", "lmtPrice": 1}, 43),
        (SELL | {"orderType": "LMT", "lmtPrice": 500}, 20),
        (BUY | {"orderType": "STP", "auxPrice": 250}, 40),
        (BUY | {"orderType": "TRAIL", "auxPrice": 250}, 43),
        ({"orderType": [], "auxPrice": 250}, 43),
    ],
)
def test_money_buys_what_it_can_at_the_worst_price(order: dict[str, Any], quantity: int) -> None:
    assert sized({"notional": 10000}, order) == quantity


def test_a_percentage_is_of_the_net_liquidation() -> None:
    assert sized({"percentOfNetLiquidation": 5}, LIMIT, net_liquidation=100_000) == 25


def test_money_counts_in_multiplier_and_size_increments() -> None:
    assert sized({"notional": 10000}, LIMIT, multiplier=10) == 5
    assert sized({"notional": 10000}, LIMIT, size_increment=20) == 40
    assert sized({"notional": 10}, LIMIT, size_increment="0.001") == Decimal("0.05")


@PATIENT
@given(POSITIVE, POSITIVE, st.sampled_from(["1", "100", "0.01", "0.0001"]))
def test_an_order_is_never_worth_more_than_the_money_and_wastes_less_than_a_step(
    money: Decimal, price: Decimal, increment: str
) -> None:
    step = Decimal(increment)
    assume(money >= price * step)
    order = LIMIT | {"lmtPrice": price}
    quantity = shares(Size("notional", money), order, facts(size_increment=step))
    assert quantity % step == 0
    assert quantity * price <= money < (quantity + step) * price


def test_money_that_buys_nothing_is_refused() -> None:
    error = refusal({"notional": 199.99}, LIMIT)
    assert error.sentence.startswith("The size comes to less than 1, the smallest quantity")
    assert error.fields[0].pointer == "/size"


def test_a_debt_buys_nothing() -> None:
    error = refusal({"percentOfNetLiquidation": 5}, LIMIT, facts(net_liquidation=-5))
    assert "comes to less than 1" in error.sentence


@pytest.mark.parametrize(
    ("size", "order", "gap", "words"),
    [
        ("notional", BUY, {"quote_age": None}, "there is no quote of the last 5 seconds"),
        ("notional", BUY, {"ask": None}, "the ask is not known"),
        ("notional", LIMIT, {"multiplier": None}, "the contract's multiplier is not known"),
        ("notional", LIMIT, {"size_increment": None}, "the size increment is not known"),
        ("notional", LIMIT, {"size_increment": 0}, "the smallest quantity costs is not known"),
        ("notional", LIMIT | {"lmtPrice": -5}, {}, "the smallest quantity costs is not known"),
        ("percentOfNetLiquidation", LIMIT, {"net_liquidation": None}, "the net liquidation"),
        ("closePercent", SELL, {"position": None}, "the position is not known"),
        ("closePercent", SELL, {"position": 9, "size_increment": None}, "the size increment"),
    ],
)
def test_a_fact_that_is_missing_refuses(
    size: str, order: dict[str, Any], gap: dict[str, Any], words: str
) -> None:
    error = refusal({size: 50}, order, facts(**gap))
    assert error.sentence.startswith("The order cannot be sized: ")
    assert words in error.sentence


def test_a_price_that_is_no_number_is_refused_with_its_field() -> None:
    error = refusal({"notional": 5}, LIMIT | {"lmtPrice": "much"})
    assert error.fields[0].pointer == "/order/lmtPrice"


@pytest.mark.parametrize("name", ["totalQuantity", "cashQty"])
def test_an_order_has_one_size(name: str) -> None:
    error = refusal({"notional": 5000}, LIMIT | {name: 5})
    assert error.sentence == f"Order {name} and size exclude each other; leave one out"
    assert error.fields[0].pointer == f"/order/{name}"


# Closing.


@pytest.mark.parametrize(
    ("position", "percent", "action", "quantity"),
    [
        (100, 100, "SELL", 100),
        (100, 50, "SELL", 50),
        (99, 50, "SELL", 49),
        (-99, 25, "BUY", 24),
        (-99, 75, "BUY", 74),
        (3, 34, "SELL", 1),
    ],
)
def test_a_position_is_closed_in_part_or_whole(
    position: int, percent: int, action: str, quantity: int
) -> None:
    assert closing_order(Decimal(position), Decimal(percent)) == (action, Decimal(quantity))


def test_the_whole_of_a_position_is_closed_to_the_last_fraction() -> None:
    assert closing_order(Decimal("10.5"), Decimal(100)) == ("SELL", Decimal("10.5"))
    assert sized({"closePercent": 100}, SELL, position="10.5", size_increment=None) == Decimal(
        "10.5"
    )


def test_a_part_is_a_whole_number_of_size_increments() -> None:
    assert sized({"closePercent": 50}, SELL, position=500, size_increment=100) == 200


@PATIENT
@given(st.integers(-10_000, 10_000), POSITIVE)
def test_closing_never_turns_a_position_around(position: int, percent: Decimal) -> None:
    assume(position and percent < 100 and abs(position) * percent >= 100)
    action, quantity = closing_order(Decimal(position), percent)
    assert action == ("SELL" if position > 0 else "BUY")
    assert quantity * 100 <= abs(position) * percent < (quantity + 1) * 100


@pytest.mark.parametrize(
    ("position", "percent", "words"),
    [(0, 100, "There is no position to close"), (1, 50, "The size comes to less than 1")],
)
def test_closing_nothing_is_refused(position: int, percent: int, words: str) -> None:
    error = refusal({"closePercent": percent}, SELL, facts(position=position))
    assert error.sentence.startswith(words)


@pytest.mark.parametrize(
    ("position", "action", "needed"),
    [(100, "BUY", "SELL"), (-100, "SELL", "BUY"), (1, None, "SELL")],
)
def test_an_order_that_would_not_close_is_refused(
    position: int, action: str | None, needed: str
) -> None:
    error = refusal({"closePercent": 100}, {"action": action}, facts(position=position))
    assert error.sentence == f"Order action must be {needed} to close a position of {position}"
    assert error.fields[0].pointer == "/order/action"


def test_without_facts_nothing_is_sized() -> None:
    assert "cannot be sized" in refusal({"notional": 5000}, BUY, NO_FACTS).sentence

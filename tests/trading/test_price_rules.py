from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.facts_for_tests import CENTS, a_cash_order, a_combo, a_limit_order
from tests.trading.orders_for_tests import PATIENT, a_request
from trading.orders import OrderRequest
from trading.price_rules import (
    PriceRule,
    plain_text,
    price_levels,
    refuse_off_size,
    refuse_off_tick,
)
from trading.refusals import Refused

QUARTERS = PriceRule(((Decimal(0), Decimal("0.25")),))
# A band whose edge is none of its own steps.
ODD = PriceRule(
    ((Decimal(0), Decimal("0.03")), (Decimal(1), Decimal("0.3")), (Decimal(2), Decimal("0.25")))
)
STEPS = st.sampled_from([Decimal(s) for s in ("0.01", "0.02", "0.03", "0.05", "0.25", "0.3", "1")])
EDGES = st.lists(st.integers(1, 30).map(lambda n: Decimal(n) / 10), unique=True, max_size=3)
PRICES = st.integers(-500, 500).map(lambda n: Decimal(n) / 100)


@st.composite
def rules(draw: st.DrawFn) -> PriceRule:
    edges = [Decimal(0), *sorted(draw(EDGES))]
    return PriceRule(tuple((edge, draw(STEPS)) for edge in edges))


def pair(one: str, other: str) -> tuple[Decimal, Decimal]:
    return Decimal(one), Decimal(other)


@pytest.mark.parametrize(
    ("price", "increment"),
    [("0.9999", "0.0001"), ("1", "0.01"), ("228.1", "0.01"), ("-0.5", "0.0001"), ("-1", "0.01")],
)
def test_the_increment_is_that_of_the_prices_band(price: str, increment: str) -> None:
    assert CENTS.increment_at(Decimal(price)) == Decimal(increment)


def test_a_price_under_the_lowest_edge_has_the_lowest_bands_increment() -> None:
    assert PriceRule((pair("5", "0.05"),)).increment_at(Decimal(1)) == Decimal("0.05")


@pytest.mark.parametrize(
    ("rule", "price", "below", "above"),
    [
        (CENTS, "228.105", "228.10", "228.11"),
        (CENTS, "228.1", "228.1", "228.1"),
        (CENTS, "-1.005", "-1.01", "-1.00"),
        (CENTS, "0.99995", "0.9999", "1"),
        (CENTS, "0.00005", "0", "0.0001"),
        (QUARTERS, "5000.3", "5000.25", "5000.5"),
        (ODD, "0.995", "0.99", "1.2"),
        (ODD, "1", "0.99", "1.2"),
        (ODD, "1.95", "1.8", "2"),
    ],
)
def test_the_nearest_prices_lie_on_both_sides(
    rule: PriceRule, price: str, below: str, above: str
) -> None:
    assert rule.nearest(Decimal(price)) == pair(below, above)


@PATIENT
@given(rules(), PRICES)
def test_the_nearest_prices_conform_and_none_conforms_between(
    rule: PriceRule, price: Decimal
) -> None:
    below, above = rule.nearest(price)
    assert below <= price <= above
    assert rule.conforms(below)
    assert rule.conforms(above)
    between = [below + Decimal(n) / 100 for n in range(1, int((above - below) * 100))]
    assert not any(map(rule.conforms, between))
    assert (below == price == above) == rule.conforms(price)


def test_rows_of_tws_become_a_rule_in_any_order() -> None:
    assert PriceRule.from_rows([(1.0, 0.01), (0.0, 0.0001)]) == CENTS
    assert PriceRule.from_rows([(0.0, 1e-08)]) == PriceRule((pair("0", "0.00000001"),))


@pytest.mark.parametrize("rows", [[], [(0.0, 0.0)]])
def test_rows_without_an_increment_are_no_rule(rows: list[tuple[float, float]]) -> None:
    assert PriceRule.from_rows(rows) is None


# Orders.


def off_tick(rule: PriceRule = CENTS, **order: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        refuse_off_tick(a_request(**order), rule)
    return caught.value


def test_a_limit_price_between_two_steps_is_refused_with_the_nearest() -> None:
    error = off_tick(orderType="LMT", lmtPrice=228.105)
    assert error.sentence == (
        "Order lmtPrice 228.105 is not a multiple of 0.01 at that price; "
        "the nearest are 228.10 and 228.11"
    )
    assert error.fields[0].pointer == "/order/lmtPrice"


def test_each_wrong_price_of_an_order_is_named() -> None:
    error = off_tick(orderType="STP LMT", lmtPrice=228.105, auxPrice=227.999)
    assert [field.pointer for field in error.fields] == ["/order/lmtPrice", "/order/auxPrice"]


def test_the_nearest_price_of_a_finer_band_keeps_its_decimals() -> None:
    assert off_tick(ODD, orderType="LMT", lmtPrice=1.1).sentence.endswith("are 0.99 and 1.20")


def test_zero_is_not_offered_as_a_price() -> None:
    assert off_tick(orderType="LMT", lmtPrice=0.00005).sentence.endswith("nearest is 0.0001")


def test_the_pointer_says_which_order_of_a_bracket_is_meant() -> None:
    with pytest.raises(Refused) as caught:
        refuse_off_tick(a_limit_order(1.001), CENTS, "/bracket/stopLoss")
    assert caught.value.fields[0].pointer == "/bracket/stopLoss/lmtPrice"


@pytest.mark.parametrize(
    ("request_", "rule"), [(a_limit_order(228.1), CENTS), (a_limit_order(228.105), None)]
)
def test_a_price_that_conforms_or_whose_rule_is_not_known_passes(
    request_: OrderRequest, rule: PriceRule | None
) -> None:
    refuse_off_tick(request_, rule)


@pytest.mark.parametrize(
    ("order", "levels"),
    [
        ({"orderType": "MKT"}, {}),
        ({"orderType": "STP", "auxPrice": 2}, {"auxPrice": 2}),
        ({"orderType": "MIT", "auxPrice": 2}, {"auxPrice": 2}),
        ({"orderType": "LIT", "auxPrice": 2, "lmtPrice": 1}, {"auxPrice": 2, "lmtPrice": 1}),
        ({"orderType": "LOO", "lmtPrice": 1}, {"lmtPrice": 1}),
    ],
)
def test_limit_and_trigger_prices_are_levels(
    order: dict[str, Any], levels: dict[str, Decimal]
) -> None:
    assert price_levels(a_request(**order).order) == levels


@pytest.mark.parametrize(
    ("order", "levels"),
    [
        ({"orderType": "TRAIL", "auxPrice": 0.005}, {}),
        ({"orderType": "TRAIL", "auxPrice": 0.005, "trailStopPrice": 3}, {"trailStopPrice": 3}),
        (
            {"orderType": "TRAIL LIMIT", "auxPrice": 1, "trailStopPrice": 3, "lmtPriceOffset": 1},
            {"trailStopPrice": 3},
        ),
        ({"orderType": "REL", "auxPrice": 0.005, "lmtPrice": 2}, {"lmtPrice": 2}),
        ({"orderType": "PEG MID", "auxPrice": 0.005}, {}),
    ],
)
def test_a_trailing_amount_or_an_offset_is_no_level(
    order: dict[str, Any], levels: dict[str, Decimal]
) -> None:
    """IB documents no price step for those: TWS decides."""
    assert price_levels(a_request(**order).order) == levels


def test_a_credit_has_steps_too() -> None:
    with pytest.raises(Refused, match="lmtPrice -1.005 .* the nearest are -1.01 and -1.00"):
        refuse_off_tick(a_combo(-1.005), CENTS)
    refuse_off_tick(a_combo(-1.05), CENTS)


# Sizes.


@pytest.mark.parametrize(
    ("quantity", "increment", "nearest"),
    [
        (10.5, "1", "10.5 is not a multiple of 1; the nearest are 10 and 11"),
        (150, "100", "150 is not a multiple of 100; the nearest are 100 and 200"),
        (50, "100", "50 is not a multiple of 100; the nearest is 100"),
        (0.25, "0.1", "0.25 is not a multiple of 0.1; the nearest are 0.2 and 0.3"),
    ],
)
def test_a_quantity_that_is_no_multiple_is_refused(
    quantity: float, increment: str, nearest: str
) -> None:
    with pytest.raises(Refused) as caught:
        refuse_off_size(a_request(totalQuantity=quantity), Decimal(increment))
    assert caught.value.sentence == f"Order totalQuantity {nearest}"
    assert caught.value.fields[0].pointer == "/order/totalQuantity"


@pytest.mark.parametrize(
    ("quantity", "increment"), [(100, "100"), (0.3, "0.1"), (10.5, None), (10.5, "0")]
)
def test_a_multiple_or_an_unknown_increment_passes(quantity: float, increment: str | None) -> None:
    step = None if increment is None else Decimal(increment)
    request = a_request(totalQuantity=quantity)
    refuse_off_size(request, step)


def test_an_order_of_cash_has_no_quantity_to_look_at() -> None:
    request = a_cash_order()
    refuse_off_size(request, Decimal(1))


@pytest.mark.parametrize(
    ("number", "text"), [("0.0100", "0.01"), ("100", "100"), ("1E-8", "0.00000001"), ("5.0", "5")]
)
def test_a_number_is_shown_without_exponent_and_idle_zeros(number: str, text: str) -> None:
    assert plain_text(Decimal(number)) == text
